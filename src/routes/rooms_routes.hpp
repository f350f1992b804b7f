#pragma once
#include "http/router.hpp"
#include "routes/admin.hpp"
#include "routes/room_directory.hpp"

namespace grtc::routes {

/// Adds the admin calls on rooms (docs/http-api.md): list, one room's peers, a message into a room, remove a peer.
/// `rooms` must outlive the router.
void add_rooms_routes(http::Router& router, AdminGuard guard, RoomDirectory& rooms);

}  // namespace grtc::routes
