#pragma once
#include <functional>
#include <string>

#include "core/time.hpp"
#include "http/router.hpp"
#include "routes/room_directory.hpp"

namespace grtc::routes {

/// Adds `GET /api/rooms/{room}/count`: how many are in a room, for a page that asks before it joins. Whoever may join
/// may know: with a secret set this takes a room token, by header or `?token=`.
/// @param rooms               outlives the router
/// @param room_token_secret   ROOM_TOKEN_SECRET; empty: anybody may join
void add_room_count_route(http::Router& router, RoomDirectory& rooms, std::string room_token_secret,
                          std::function<core::WallTime()> wall_clock);

}  // namespace grtc::routes
