#pragma once
#include <optional>
#include <string>
#include <variant>

#include "core/time.hpp"
#include "http/lane.hpp"
#include "http/message.hpp"
#include "http/router.hpp"

namespace grtc::http {

/// The other end of a socket.
struct Remote {
  std::string address;
  bool trusted = false;  ///< a proxy of TRUSTED_PROXIES
  bool loopback = false;
  bool secure = false;  ///< the socket speaks TLS
};
[[nodiscard]] Remote make_remote(std::string address, const TrustedProxies& proxies);

/// Fills in who asks: client, loopback, secure, id, executor.
void identify(Request& request, const Remote& remote, Lane& lane);

/// The route for `request`, whose params are filled in; or the answer that needs none: 404, 405, 429, OPTIONS.
/// @param origins  set to those that may read the answer
[[nodiscard]] std::variant<const Route*, Response> route(Request& request, Site& site, core::TimePoint now,
                                                         const AllowedOrigins*& origins);

/// The door that `path` leads to, or null.
[[nodiscard]] const Door* door_of(const Options& options, std::string_view path) noexcept;
/// What stands against opening a WebSocket for `request`, or nothing: then `ticket` is its place.
[[nodiscard]] std::optional<Response> refuse_upgrade(const Door& door, const Request& request, bool http_11,
                                                     const Lane& lane, std::shared_ptr<void>& ticket);

}  // namespace grtc::http
