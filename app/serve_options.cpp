#include "app/serve_options.hpp"

#include <algorithm>
#include <fstream>
#include <thread>

#include "ops/version.hpp"

namespace grtc::app {
namespace {

/// How long the holder of a wanted peer id may take to answer (docs/signalling.md).
constexpr std::chrono::seconds kProbeWindow{2};

std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) {
    if (!all.empty()) all += ',';
    all += part;
  }
  return all;
}

std::size_t size_of(const ops::Settings& settings, std::string_view name) {
  return static_cast<std::size_t>(settings.integer(name));
}

/// Whether this container's processor time is measured out (cgroups, version 2 or 1): what is spent on looking on is
/// missing for messages then.
bool has_cpu_quota() {
  std::string quota;
  if (std::ifstream("/sys/fs/cgroup/cpu.max") >> quota) return quota != "max";
  return (std::ifstream("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") >> quota) && quota != "-1";
}

}  // namespace

ops::Log::Options log_options(const ops::Settings& settings, const std::string& instance) {
  const bool production = settings.production();
  return {.level = ops::level_of(settings.text("LOG_LEVEL")),
          .format = production ? ops::Log::Format::json : ops::Log::Format::text,
          .instance = instance};
}

signalling::GrtcOptions hub_options(const ops::Settings& settings, const std::string& instance) {
  signalling::GrtcOptions options;
  options.limits.max_peers = size_of(settings, "MAX_PEERS_PER_ROOM");
  options.limits.queue = {size_of(settings, "QUEUE_EVENTS"), size_of(settings, "QUEUE_BYTES")};
  options.limits.resume_window = settings.seconds("RESUME_WINDOW_S");
  options.limits.probe_window = kProbeWindow;
  options.max_message_bytes = size_of(settings, "MAX_MESSAGE_BYTES");
  options.message_rate = static_cast<double>(settings.integer("MESSAGE_RATE"));
  options.heartbeat = settings.seconds("HEARTBEAT_S");
  options.version = ops::version();
  options.instance = instance;
  return options;
}

items::sqlite::SqliteOptions sqlite_options(const ops::Settings& settings) {
  items::sqlite::SqliteOptions options;
  options.path = settings.text("DATABASE_PATH");
  options.max_queued_writes = size_of(settings, "ITEMS_QUEUE");
  options.max_queued_reads = size_of(settings, "ITEMS_QUEUE");
  return options;
}

items::postgres::PostgresOptions postgres_options(const ops::Settings& settings) {
  items::postgres::PostgresOptions options;
  options.url = settings.text("DATABASE_URL");
  options.pool = static_cast<unsigned>(settings.integer("DATABASE_POOL"));
  options.timeout = std::chrono::milliseconds(settings.integer("DATABASE_TIMEOUT_MS"));
  options.max_queued_writes = size_of(settings, "ITEMS_QUEUE");
  options.max_queued_reads = size_of(settings, "ITEMS_QUEUE");
  return options;
}

core::Result<http::Options> http_options(const ops::Settings& settings) {
  auto origins = http::AllowedOrigins::parse(joined(settings.list("ALLOWED_ORIGINS")));
  if (!origins) return origins.error();
  auto proxies = http::TrustedProxies::parse(joined(settings.list("TRUSTED_PROXIES")));
  if (!proxies) return proxies.error();
  return http::Options{.host = settings.text("HOST"),
                       .port = static_cast<std::uint16_t>(settings.integer("PORT")),
                       .max_body_bytes = size_of(settings, "MAX_BODY_BYTES"),
                       .max_sockets = size_of(settings, "MAX_CONNECTIONS"),
                       .request_rate = static_cast<std::uint32_t>(settings.integer("REQUEST_RATE")),
                       .hsts = settings.production(),
                       .origins = *std::move(origins),
                       .proxies = *std::move(proxies),
                       .doors = {},
                       .enter = {},
                       .observer = {}};
}

unsigned thread_count(const ops::Settings& settings) {
  const auto wanted = static_cast<unsigned>(settings.integer("THREADS"));
  return wanted > 0 ? wanted : std::max(1U, std::thread::hardware_concurrency());
}

std::chrono::microseconds busy_poll(const ops::Settings& settings) {
  if (settings.has("BUSY_POLL_US")) return std::chrono::microseconds(settings.integer("BUSY_POLL_US"));
  // Between replicas a message wakes four processes on its way, alone two.
  const bool pays = settings.has("REDIS_URL") && std::thread::hardware_concurrency() > 1 && !has_cpu_quota();
  return pays ? std::chrono::microseconds(100) : std::chrono::microseconds(0);
}

std::string session_path(const ops::Settings& settings) {
  return settings.text("DATABASE_PATH") + ".sessions";
}

std::string letter_path(const ops::Settings& settings) {
  return settings.text("DATABASE_PATH") + ".letters";
}

}  // namespace grtc::app
