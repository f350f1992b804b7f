#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/executor.hpp"
#include "core/time.hpp"
#include "http/router.hpp"
#include "ops/ice.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"

namespace grtc::routes {

/// A peer whose session is alive, connected or within its resume window.
struct LivePeer {
  std::string room;
  std::string peer_id;
};

/// Finds whose `session` token (of the welcome frame) this is. `done` runs once, on the executor, also at shutdown.
using FindLivePeer =
    std::function<void(std::string token, core::Executor& on, std::function<void(std::optional<LivePeer>)> done)>;

struct IceRouteOptions {
  const ops::IceServers& servers;  ///< must outlive the router
  ops::Log& log;                   ///< must outlive the router
  std::string room_token_secret;   ///< ROOM_TOKEN_SECRET; empty: unset
  std::string admin_token;         ///< ADMIN_TOKEN; empty: unset
  bool production;
  std::uint32_t per_minute;  ///< ICE_RATE, of one client address; 0: off
  FindLivePeer find_live_peer;
  std::function<core::WallTime()> wall_clock;
  std::function<core::TimePoint()> clock;
};

/// Adds `GET /api/ice-servers` (docs/ice-servers.md) and `grtc_ice_refused_total{reason}`.
void add_ice_routes(http::Router& router, ops::Metrics& metrics, IceRouteOptions options);

}  // namespace grtc::routes
