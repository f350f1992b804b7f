#pragma once
#include <cstdint>
#include <string_view>

namespace grtc::net {

/// Checks a text that arrives in pieces: tells at the piece that breaks it, not at the end.
/// @see RFC 3629 §4 (no surrogates, nothing over U+10FFFF, no over-long forms); RFC 6455 §8.1
class Utf8Check {
 public:
  /// False: no continuation can make it valid any more; stays false.
  [[nodiscard]] bool feed(std::string_view bytes) noexcept;
  /// The text so far does not end in the middle of a character.
  [[nodiscard]] bool complete() const noexcept { return missing_ == 0; }

 private:
  bool continue_character(unsigned char byte) noexcept;
  bool begin_character(unsigned char lead) noexcept;

  std::uint8_t missing_ = 0;    ///< continuation bytes still to come; 0xFF: broken
  std::uint8_t lowest_ = 0x80;  ///< allowed range of the next one
  std::uint8_t highest_ = 0xBF;
};

}  // namespace grtc::net
