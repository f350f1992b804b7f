#include <array>
#include <chrono>
#include <string>

#include "app/arguments.hpp"
#include "app/composition.hpp"
#include "app/errors.hpp"
#include "app/process.hpp"
#include "app/serve_options.hpp"
#include "app/signals.hpp"
#include "ops/secret.hpp"
#include "ops/version.hpp"

namespace grtc::app {
namespace {

constexpr const char* kSelf = "grtc serve";
constexpr std::size_t kInstanceBytes = 6;
/// Descriptors that are no connection: database, log, loops, listeners.
constexpr std::uint64_t kOwnDescriptors = 128;
/// RFC 7518 §3.2: an HS256 key has at least the hash's size.
constexpr std::size_t kSafeSecret = 32;
/// So long running requests are waited for once nothing else is left.
constexpr std::chrono::seconds kLastAnswers{3};
constexpr std::chrono::milliseconds kLook{10};

/// What the flags said, by row of kSettings; empty: not given.
using Flags = std::array<std::string, ops::kSettings.size()>;

std::vector<Argument> arguments_of(Flags& flags) {
  std::vector<Argument> arguments;
  for (std::size_t i = 0; i < flags.size(); ++i) {
    const ops::Setting& setting = ops::kSettings[i];
    std::string help(setting.help);
    if (!setting.unset.empty()) help += " (unset: " + std::string(setting.unset) + ")";
    if (!setting.zero.empty()) help += " (0: " + std::string(setting.zero) + ")";
    arguments.push_back({.name = ops::flag_of(setting.name),
                         .help = std::move(help),
                         .text = &flags[i],
                         .shown_default = std::string(setting.fallback),
                         .value_name = std::string(setting.name)});
  }
  return arguments;
}

ops::Settings::Source source_of(const Flags& flags) {
  return [&flags](std::string_view name) -> std::optional<std::string> {
    for (std::size_t i = 0; i < flags.size(); ++i) {
      if (ops::kSettings[i].name == name && !flags[i].empty()) return flags[i];
    }
    return std::nullopt;
  };
}

/// What is worth knowing once it is clear that the start succeeds: one that fails says why, in one line, and no more.
void log_start(const ops::Settings& settings, const Composition& server, std::uint64_t descriptors, ops::Log& log) {
  for (const std::string& warning : server.warnings()) log.warning(warning);
  const auto connections = static_cast<std::uint64_t>(settings.integer("MAX_CONNECTIONS"));
  if (descriptors < connections + kOwnDescriptors) {
    log.warning("fewer descriptors than MAX_CONNECTIONS: raise the limit (ulimit -n)",
                {{"descriptors", descriptors}, {"max_connections", connections}});
  }
  if (settings.has("ROOM_TOKEN_SECRET") && settings.text("ROOM_TOKEN_SECRET").size() < kSafeSecret) {
    log.warning("ROOM_TOKEN_SECRET: under 32 bytes a secret can be guessed from one token");
  }
  if (const std::string others = server.other_protocols(); !others.empty()) {
    log.info("other protocols are served", {{"protocols", others}, {"need_token", settings.has("ROOM_TOKEN_SECRET")}});
  }
  if (!log.logs(ops::Level::debug)) return;
  for (const auto& [name, value] : settings.redacted()) log.debug("setting", {{"name", name}, {"value", value}});
}

std::string url_of(const ops::Settings& settings, std::uint16_t port) {
  std::string host = settings.text("HOST");
  if (host == "0.0.0.0" || host == "::") host = "localhost";
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return (settings.has("TLS_CERT") ? "https://" : "http://") + host + ":" + std::to_string(port);
}

/// Until SIGTERM or SIGINT.
void wait_for_the_end(Composition& server, Signals& signals) {
  for (;;) {
    switch (signals.wait()) {
      case Event::stop:
        return;
      case Event::reload:
        server.reload_tls();
        break;
      case Event::woken:
      case Event::timeout:
        break;
    }
  }
}

/// WebSockets first, spread over DRAIN_SECONDS; then HTTP. A second signal cuts it short.
void shut_down(Composition& server, Signals& signals, ops::Log& log) {
  log.info("draining: everyone is told to come back");
  server.drain([&signals] { signals.wake(); });
  Event event = signals.wait();
  while (event != Event::woken && event != Event::stop) event = signals.wait();
  server.close_http();
  const auto until = std::chrono::steady_clock::now() + kLastAnswers;
  while (event != Event::stop && server.has_http() && std::chrono::steady_clock::now() < until) {
    event = signals.wait(kLook);
  }
  server.stop();
  log.info("stopped");
}

}  // namespace

int serve(Words words) {
  Flags flags;
  const std::string purpose = "Runs the server. Each flag is also an environment variable, named behind it.";
  if (const auto end = read_arguments(kSelf, purpose, arguments_of(flags), words)) return *end;
  const auto settings = ops::Settings::load(source_of(flags), ops::Settings::environment());
  if (!settings) return say_wrong(kSelf, settings.error().sentence);

  bound_malloc_arenas();
  Signals signals;
  const std::string instance = ops::random_text(kInstanceBytes);
  ops::Log log(log_options(*settings, instance));
  const std::uint64_t descriptors = raise_descriptor_bound();
  const auto server = Composition::make(*settings, instance, log);
  if (!server) return say_wrong(kSelf, server.error().sentence);
  log_start(*settings, **server, descriptors, log);
  (*server)->start();
  const std::uint16_t port = (*server)->port();
  log.notice("listening", {{"url", url_of(*settings, port)}, {"port", port}, {"version", ops::version()}});
  wait_for_the_end(**server, signals);
  shut_down(**server, signals, log);
  return kDone;
}

}  // namespace grtc::app
