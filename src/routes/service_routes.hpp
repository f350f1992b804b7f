#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "core/time.hpp"
#include "http/router.hpp"
#include "ops/metrics.hpp"

namespace grtc::routes {

/// Whether the server takes work.
enum class Readiness : std::uint8_t { starting, ready, draining };

/// What /health, /ready and /metrics ask. Each function runs on any I/O thread, any number at once, and must not wait.
struct ServiceOptions {
  std::string version;
  std::string environment;  ///< ENVIRONMENT
  core::TimePoint started_at;
  std::function<core::TimePoint()> clock;
  std::function<bool()> database_readable;
  /// Whether the replicas that share the rooms can be reached. Null: this server stands alone.
  std::function<bool()> replicas_reachable;
  std::function<std::uint64_t()> rooms;
  std::function<std::uint64_t()> peers;
  std::function<Readiness()> readiness;
  const ops::Metrics& metrics;  ///< must outlive the router
};

/// Adds `/health`, `/ready` and `/metrics`, all outside REQUEST_RATE.
void add_service_routes(http::Router& router, ServiceOptions options);

}  // namespace grtc::routes
