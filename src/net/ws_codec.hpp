#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace grtc::net {

/// RFC 6455 §5.2.
enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// RFC 6455 §7.4.1, those that gRTC sends itself.
namespace close_code {
inline constexpr std::uint16_t kNormal = 1000;
inline constexpr std::uint16_t kGoingAway = 1001;
inline constexpr std::uint16_t kProtocolError = 1002;
inline constexpr std::uint16_t kNoStatus = 1005;  ///< never on the wire: the close frame was empty
inline constexpr std::uint16_t kAbnormal = 1006;  ///< never on the wire: there was no close frame
inline constexpr std::uint16_t kInvalidText = 1007;
inline constexpr std::uint16_t kTooBig = 1009;
inline constexpr std::uint16_t kServiceRestart = 1012;
}  // namespace close_code

struct FrameHeader {
  Opcode opcode = Opcode::text;
  bool fin = true;
  std::uint8_t size = 0;      ///< of the header itself, 6 to 14 bytes
  std::uint64_t payload = 0;  ///< bytes behind it
  char mask[4] = {};
};

enum class Decoded : std::uint8_t { header, need_more, protocol_error, too_big };

/// Decodes the header of a client's frame at the front of `bytes`. Reads no socket, allocates nothing.
///
/// @param bytes        what has arrived, from 0 bytes; not kept
/// @param max_payload  bytes, from 125
/// @param header       filled when the answer is `header`
/// @return `protocol_error` (close 1002) for a reserved bit, an unknown opcode, a mask missing, a length that is not
///         the shortest or has its top bit set, a control frame fragmented or over 125 bytes; `too_big` (close 1009)
///         over max_payload, as soon as the length is known
/// @see RFC 6455 §5.1 masking, §5.2 framing, §5.5 control frames
[[nodiscard]] Decoded decode_header(std::string_view bytes, std::uint64_t max_payload, FrameHeader& header) noexcept;

/// Unmasks a payload in place (RFC 6455 §5.3).
/// @param offset  how many bytes of the payload came before `bytes`
void unmask(std::span<char> bytes, const char (&mask)[4], std::size_t offset = 0) noexcept;

/// Largest header of a server's frame.
inline constexpr std::size_t kMaxServerHeader = 10;
/// Bytes that the header of a server's frame with `payload` bytes takes: 2, 4 or 10.
[[nodiscard]] constexpr std::size_t server_header_size(std::size_t payload) noexcept {
  return payload < 126 ? 2 : payload < 65536 ? 4 : 10;
}
/// Writes the header of a whole, unmasked frame and returns where the payload goes.
char* write_server_header(char* out, Opcode opcode, std::size_t payload) noexcept;
/// A whole small frame: a pong, a ping, an error.
void append_frame(std::string& out, Opcode opcode, std::string_view payload);
/// A close frame; the reason is cut to what fits (123 bytes, at a character).
void append_close(std::string& out, std::uint16_t code, std::string_view reason);

/// A client's close frame.
struct CloseInfo {
  std::uint16_t code = close_code::kAbnormal;
  bool valid = true;  ///< false: the frame itself breaks the protocol, answer with `code` (1002 or 1007)
};
/// Reads a close frame's payload: no code is 1005; one byte, a code that may not be sent, or a reason that is not
/// UTF-8 are faults.
/// @see RFC 6455 §5.5.1, §7.4
[[nodiscard]] CloseInfo read_close(std::string_view payload) noexcept;

}  // namespace grtc::net
