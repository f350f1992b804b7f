#pragma once
#include <string>
#include <vector>

#include "http/router.hpp"
#include "routes/admin.hpp"
#include "routes/room_directory.hpp"

namespace grtc::routes {

/// What another protocol has in the place of rooms, under names that begin with `prefix/`.
struct OtherRooms {
  std::string protocol;  ///< as in COMPAT
  std::string prefix;
  RoomDirectory* rooms;
};

/// Adds the admin calls on rooms (docs/http-api.md): list, one room's peers, a message into a room, remove a peer.
/// `rooms` and `others` must outlive the router.
void add_rooms_routes(http::Router& router, AdminGuard guard, RoomDirectory& rooms,
                      std::vector<OtherRooms> others = {});

}  // namespace grtc::routes
