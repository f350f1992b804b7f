#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/shared_frame.hpp"
#include "signalling/members.hpp"

namespace grtc::signalling {

/// What a PeerJS client's frame asks for (docs/compat.md).
enum class PeerjsKind : std::uint8_t {
  ignored,    ///< a type that is not known, or no receiver
  signal,     ///< OFFER, ANSWER, CANDIDATE: relayed, and waits for a receiver that is not there
  note,       ///< LEAVE, EXPIRE: relayed to one that is there
  heartbeat,  ///< nothing but a sign of life
  leave,      ///< LEAVE without a receiver: the client unregisters
};

struct PeerjsFrame {
  PeerjsKind kind = PeerjsKind::ignored;
  std::string_view type;  ///< one of the known words
  std::string dst;
  std::string_view payload;  ///< as it came; empty: there was none
};

/// @param out  its views point into `text` or to constants
[[nodiscard]] ObjectFault read_peerjs(std::string_view text, PeerjsFrame& out);

/// The WebSocket frame of a message from `src`: `type`, `src`, `dst`, `payload`, the payload's bytes as they came.
[[nodiscard]] core::SharedFrame peerjs_relay(std::string_view type, std::string_view src, std::string_view dst,
                                             std::string_view payload);
/// Tells `dst` that `src` was not reached.
[[nodiscard]] core::SharedFrame peerjs_expire(std::string_view src, std::string_view dst);

inline constexpr std::string_view kPeerjsOpen = R"({"type":"OPEN"})";
inline constexpr std::string_view kPeerjsIdTaken = R"({"type":"ID-TAKEN","payload":{"msg":"ID is taken"}})";
/// An ERROR frame's text.
[[nodiscard]] std::string peerjs_error(std::string_view sentence);

}  // namespace grtc::signalling
