#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/problem.hpp"
#include "core/time.hpp"

namespace grtc::ops {

/// What a room token says (docs/signalling.md): a JWT signed with HS256.
struct RoomClaims {
  std::string room;                    ///< the room, or `*` for any
  std::optional<std::string> peer_id;  ///< `sub`: the one peer id it is good for
  core::WallTime expires;              ///< `exp`

  /// Whether it is good for `room_id`.
  [[nodiscard]] bool allows_room(std::string_view room_id) const { return room == "*" || room == room_id; }
  /// Whether it is good for `id`.
  [[nodiscard]] bool allows_peer(std::string_view id) const { return !peer_id || *peer_id == id; }
};

/// Longer ones are refused unread.
inline constexpr std::size_t kMaxRoomToken = 4096;

/// Checks signature, then claims: `alg` HS256 and nothing critical, `room` a string, `sub` a string or absent,
/// `exp` required and in the future, `nbf` not in the future; no leeway. Any thread.
/// @param token   compact serialization, as it came
/// @param secret  ROOM_TOKEN_SECRET's bytes as configured
/// @return Code::unauthorized with a sentence that a person can act on
/// @see RFC 7515 §3.1, §4.1.1, §4.1.11; RFC 7519 §4.1.4, §4.1.5, §7.2
[[nodiscard]] core::Result<RoomClaims> verify_room_token(std::string_view token, std::string_view secret,
                                                         core::WallTime now);

/// Signs `claims`; `expires` is cut to whole seconds.
[[nodiscard]] std::string sign_room_token(const RoomClaims& claims, std::string_view secret);

}  // namespace grtc::ops
