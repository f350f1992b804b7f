#include "app/dialect_options.hpp"

#include <algorithm>

namespace grtc::app {
namespace {

/// Bounds of docs/compat.md that are no settings: what waits at one id, and at how many ids that are not there.
constexpr std::size_t kLettersPerReceiver = 128;
constexpr std::size_t kBytesPerReceiver = std::size_t{256} * 1024;
constexpr std::size_t kAbsentReceivers = 10'000;
/// How long the holder of a wanted id may take to answer.
constexpr std::chrono::seconds kProbeWindow{2};

std::size_t size_of(const ops::Settings& settings, std::string_view name) {
  return static_cast<std::size_t>(settings.integer(name));
}

signalling::CompatOptions common_options(const ops::Settings& settings, std::string_view protocol) {
  signalling::CompatOptions options;
  options.protocol = protocol;
  options.max_message_bytes = size_of(settings, "MAX_MESSAGE_BYTES");
  options.message_rate = static_cast<double>(settings.integer("MESSAGE_RATE"));
  options.heartbeat = settings.seconds("HEARTBEAT_S");
  options.queue = {size_of(settings, "QUEUE_EVENTS"), size_of(settings, "QUEUE_BYTES")};
  return options;
}

}  // namespace

std::shared_ptr<const http::AllowedOrigins> dialect_origins(const ops::Settings& settings) {
  std::string all;
  for (const char* name : {"COMPAT_ORIGINS", "ALLOWED_ORIGINS"}) {
    for (const std::string& origin : settings.list(name)) all.append(all.empty() ? "" : ",").append(origin);
    if (!all.empty()) break;
  }
  // The settings table has checked what they look like.
  auto origins = http::AllowedOrigins::parse(all.empty() ? "*" : all, "COMPAT_ORIGINS").value();
  origins.reflect();
  return std::make_shared<const http::AllowedOrigins>(std::move(origins));
}

std::string peerjs_path(const ops::Settings& settings) {
  const std::string& path = settings.text("PEERJS_PATH");
  return path.ends_with('/') ? path : path + "/";
}

void fill_peerjs_options(const ops::Settings& settings, std::size_t threads, signalling::PeerjsOptions& options) {
  options.common = common_options(settings, "peerjs");
  options.alive_timeout = settings.seconds("PEERJS_ALIVE_TIMEOUT_S");
  // Pings have to come several times within the time-out, or a tab whose timers sleep would have no way to show life.
  options.common.heartbeat = std::min(options.common.heartbeat, options.alive_timeout / 3);
  options.mail.wait = settings.seconds("PEERJS_EXPIRE_TIMEOUT_S");
  options.mail.probe_window = kProbeWindow;
  options.mail.letters = kLettersPerReceiver;
  options.mail.bytes = kBytesPerReceiver;
  options.mail.addresses = (kAbsentReceivers + threads - 1) / threads;
  for (const std::string& key : settings.list("PEERJS_KEY")) {
    if (options.key(key) != nullptr) continue;
    options.keys.push_back(std::make_unique<signalling::PeerjsKey>(key, size_of(settings, "PEERJS_MAX_PEERS")));
  }
}

signalling::TopicOptions topic_options(const ops::Settings& settings, std::string_view protocol,
                                       const signalling::TopicDialect& dialect) {
  signalling::TopicOptions options;
  options.common = common_options(settings, protocol);
  options.max_subscribers = size_of(settings, "MAX_PEERS_PER_ROOM");
  options.dialect = &dialect;
  return options;
}

}  // namespace grtc::app
