#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "turn/wire.hpp"

namespace grtc::turn {

struct Credentials {
  std::string username;
  std::string password;
};

/// What a check found out about one server.
struct Finding {
  bool works = false;
  std::string cause;             ///< why it does not work and what to do, for a person; empty when it does
  int error = 0;                 ///< the server's error code (RFC 8489 §14.8, RFC 8656 §19); 0: it was something else
  std::optional<Endpoint> seen;  ///< where this side appears to be
  std::optional<Endpoint> relayed;  ///< where the relay would listen for this side
  std::chrono::microseconds round_trip{0};
};

/// Asks for a binding: where do we come from?
/// @see RFC 8489 §2, §12
[[nodiscard]] Finding check_stun(Wire& wire);

/// Makes a real allocation with `credentials`, sends a packet through the relay to itself, and gives the allocation
/// back.
/// @see RFC 8656 §3 overview, §7 allocate, §9 permissions, §11 Send and Data indications
[[nodiscard]] Finding check_turn(Wire& wire, const Credentials& credentials);

}  // namespace grtc::turn
