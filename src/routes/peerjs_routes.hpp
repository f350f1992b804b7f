#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/executor.hpp"
#include "core/problem.hpp"
#include "http/origins.hpp"
#include "http/router.hpp"
#include "routes/admin.hpp"

namespace grtc::routes {

struct PeerjsRoutes {
  std::string path = "/";                                    ///< PEERJS_PATH, with a `/` at its end
  std::vector<std::string> keys;                             ///< PEERJS_KEY
  bool discovery = false;                                    ///< PEERJS_DISCOVERY
  AdminGuard guard{"", true};                                ///< who may list ids without it
  std::shared_ptr<const http::AllowedOrigins> origins = {};  ///< COMPAT_ORIGINS
  /// The connected ids of a key. `done` runs once, on the given executor.
  std::function<void(std::string key, core::Executor& on, std::function<void(std::vector<std::string>)> done)> ids = {};
};

/// Adds what a PeerJS client asks over HTTP (docs/compat.md): a fresh id, the ids of its key and, where the path is not
/// the page's, a word on what this is.
void add_peerjs_routes(http::Router& router, PeerjsRoutes routes);

}  // namespace grtc::routes
