#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/event_encoder.hpp"
#include "core/problem.hpp"
#include "core/room.hpp"

namespace grtc::signalling {

/// A peer as others see it.
struct PeerView {
  std::string_view peer_id;
  std::string_view name;
  std::string_view meta;  ///< JSON text
  bool connected = false;
  core::WallTime joined_at;
};
void append_peer(std::string& out, const PeerView& peer);
/// A peer object: `{peer_id, name, meta, connected, joined_at}`.
void append_peer(std::string& out, const core::Session& peer);

/// The same for a message of an administrator, who is no peer.
inline constexpr std::string_view kNoSender = R"({"seq":")";
/// What stands in front of each message that `peer_id` sends: `{"from":"…","seq":"`. Built once a connection.
[[nodiscard]] std::string relay_stamp(std::string_view peer_id);
/// The WebSocket frame of a relayed message: the sender's members as they came, `from` and `seq` before them.
/// The only copy of the payload on its way through the server.
[[nodiscard]] core::SharedFrame relay_frame(std::string_view stamp, const core::SeqText& seq,
                                            std::span<const std::string_view> members);

/// To whom a receiver is absent.
inline constexpr std::string_view kUnknownPeer = "There is no such peer in this room.";

/// What an `error` frame may say besides code and sentence.
struct ErrorContext {
  std::uint64_t ref = 0;               ///< the client's `id`; 0: none
  std::string_view to = {};            ///< the receiver that is absent
  const core::SeqText* seq = nullptr;  ///< set where it is an event of a session
};
/// The text of an `error` message. The only place where a Problem becomes a frame.
[[nodiscard]] std::string error_text(core::Code code, std::string_view sentence, const ErrorContext& context);

struct WelcomeFacts {
  bool resumed = false;
  core::SeqText seq{0};
  long resume_window_s = 0;
  long heartbeat_s = 0;
  std::size_t max_message_bytes = 0;
  std::string_view ice_servers;  ///< JSON array
  std::string_view version;
  std::string_view instance;
};
/// @param peers  the peer objects of the others, with commas between them
[[nodiscard]] std::string welcome_text(std::string_view room, const core::Session& self, std::string_view peers,
                                       const WelcomeFacts& facts);

/// A text message as a shared WebSocket frame.
[[nodiscard]] core::SharedFrame text_frame(std::string_view text);

/// grtc.v1's words for what happens in a room.
class GrtcEncoder final : public core::EventEncoder {
 public:
  [[nodiscard]] core::SharedFrame joined(const core::Session& who, const core::SeqText& seq) const override;
  [[nodiscard]] core::SharedFrame updated(const core::Session& who, const core::SeqText& seq) const override;
  [[nodiscard]] core::SharedFrame left(const core::Session& who, core::LeaveReason reason,
                                       const core::SeqText& seq) const override;
};

}  // namespace grtc::signalling
