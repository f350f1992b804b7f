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

/// A `seq` as it stands in frames: 16 digits, so that later ones also sort later as text and each frame of one
/// message has the same length for every receiver.
inline constexpr std::size_t kSeqDigits = 16;
[[nodiscard]] std::string seq_text(core::Seq seq);
/// The other way. Nothing when it is no `seq` of ours.
[[nodiscard]] std::optional<core::Seq> parse_seq(std::string_view text);

/// A peer object: `{peer_id, name, meta, connected, joined_at}`.
void append_peer(std::string& out, const core::Session& peer);

/// What stands in front of each message that `peer_id` sends: `{"from":"…","seq":"`. Built once a connection.
[[nodiscard]] std::string relay_stamp(std::string_view peer_id);
/// The WebSocket frame of a relayed message: the sender's members as they came, `from` and `seq` before them.
/// The only copy of the payload on its way through the server.
[[nodiscard]] core::SharedFrame relay_frame(std::string_view stamp, core::Seq seq,
                                            std::span<const std::string_view> members);

/// What an `error` frame may say besides code and sentence.
struct ErrorContext {
  std::uint64_t ref = 0;              ///< the client's `id`; 0: none
  std::string_view to = {};           ///< the receiver that is absent
  std::optional<core::Seq> seq = {};  ///< set where it is an event of a session
};
/// The text of an `error` message. The only place where a Problem becomes a frame.
[[nodiscard]] std::string error_text(core::Code code, std::string_view sentence, const ErrorContext& context);

struct WelcomeFacts {
  bool resumed = false;
  core::Seq seq = 0;
  long resume_window_s = 0;
  long heartbeat_s = 0;
  std::size_t max_message_bytes = 0;
  std::string_view ice_servers;  ///< JSON array
  std::string_view version;
  std::string_view instance;
};
[[nodiscard]] std::string welcome_text(const core::Room& room, const core::Session& self, const WelcomeFacts& facts);

/// A text message as a shared WebSocket frame.
[[nodiscard]] core::SharedFrame text_frame(std::string_view text);

/// grtc.v1's words for what happens in a room.
class GrtcEncoder final : public core::EventEncoder {
 public:
  [[nodiscard]] core::SharedFrame joined(const core::Session& who, core::Seq seq) const override;
  [[nodiscard]] core::SharedFrame updated(const core::Session& who, core::Seq seq) const override;
  [[nodiscard]] core::SharedFrame left(const core::Session& who, core::LeaveReason reason,
                                       core::Seq seq) const override;
};

}  // namespace grtc::signalling
