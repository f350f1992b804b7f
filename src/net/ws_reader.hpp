#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "net/utf8.hpp"
#include "net/ws_codec.hpp"

namespace grtc::net {

/// What one call of WsReader::next() found.
struct WsEvent {
  enum class Kind : std::uint8_t { need_more, text, binary, ping, pong, close, violation };
  Kind kind = Kind::need_more;
  std::string_view payload;      ///< of a whole message or control frame; good until the next call
  std::uint16_t close_code = 0;  ///< violation: what to close with (1002, 1007, 1009)
};

/// Makes messages of the bytes of one client: frames, fragments with control frames between them, UTF-8 as it
/// arrives. Works in place on the bytes that were read; keeps only an unfinished fragmented message.
/// @see RFC 6455 §5.4 fragmentation, §8.1 UTF-8
class WsReader {
 public:
  /// @param max_message  bytes of a message, all its fragments together (MAX_MESSAGE_BYTES)
  explicit WsReader(std::size_t max_message) noexcept : max_message_(max_message) {}

  /// Takes the next message or control frame off the front of `bytes`, unmasking it in place.
  /// `need_more`: what is left has to be given again, with more behind it. After a `violation` or `close` nothing is
  /// to be read any more.
  [[nodiscard]] WsEvent next(std::span<char>& bytes);
  /// After `need_more`: how many bytes there must be, those left over included, before next() can say more.
  [[nodiscard]] std::size_t wanted() const noexcept { return wanted_; }

 private:
  [[nodiscard]] WsEvent data_frame(const FrameHeader& header, std::string_view payload);
  [[nodiscard]] WsEvent finish(Opcode opcode, std::string_view payload);

  std::size_t max_message_;
  std::size_t wanted_ = 1;
  bool in_message_ = false;  ///< between the fragments of one
  Opcode opcode_ = Opcode::text;
  Utf8Check utf8_;
  std::string message_;         ///< the fragments so far
  bool message_given_ = false;  ///< message_ was handed out and can be freed
};

}  // namespace grtc::net
