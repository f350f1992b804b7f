#pragma once
#include <array>

#include "redis/client.hpp"

/// The decisions about PeerJS addresses that all replicas have to agree on. An address' key, a hash, has the origin
/// where it lives (`o`: replica and thread) and the proof of who holds it (`t`: a digest of its token, empty while only
/// letters wait there). Each origin hears a channel of its own for each address that lives there.
namespace grtc::cluster::mail_scripts {

inline constexpr std::size_t kClaim = 0;   ///< → home FROM | elsewhere | lost | contested ORIGIN PROOF
inline constexpr std::size_t kSend = 1;    ///< → 1, or 0 when the address lives nowhere
inline constexpr std::size_t kLeave = 2;   ///< → 1, or 0 when it lives elsewhere by now
inline constexpr std::size_t kRemove = 3;  ///< → 1, or 0 when nobody holds it
inline constexpr std::size_t kEnlist = 4;  ///< → 1, or 0 when the group is full
inline constexpr std::size_t kStrike = 5;  ///< takes a name from the list, unless somebody else has put it there since

extern const std::array<redis::Script, 6> kAll;

}  // namespace grtc::cluster::mail_scripts
