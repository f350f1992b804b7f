#include "net/utf8.hpp"

#include <simdjson.h>

namespace grtc::net {
namespace {
constexpr std::uint8_t kBroken = 0xFF;
}

bool Utf8Check::feed(std::string_view bytes) noexcept {
  if (missing_ == kBroken) return false;
  std::size_t i = 0;
  while (i < bytes.size()) {
    // Between characters the rest may be valid as a whole, which is the usual case and many times faster.
    if (missing_ == 0 && simdjson::validate_utf8(bytes.data() + i, bytes.size() - i)) return true;
    // It is broken, or it ends inside a character: byte by byte to find out.
    for (; i < bytes.size(); ++i) {
      const auto byte = static_cast<unsigned char>(bytes[i]);
      const bool fits = missing_ == 0 ? begin_character(byte) : continue_character(byte);
      if (!fits) {
        missing_ = kBroken;
        return false;
      }
    }
  }
  return true;
}

bool Utf8Check::begin_character(unsigned char lead) noexcept {
  lowest_ = 0x80;
  highest_ = 0xBF;
  if (lead < 0x80) return true;
  if (lead < 0xC2 || lead > 0xF4) return false;
  missing_ = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  // RFC 3629 §4: the second byte keeps out over-long forms, surrogates and what lies over U+10FFFF.
  if (lead == 0xE0) lowest_ = 0xA0;
  if (lead == 0xED) highest_ = 0x9F;
  if (lead == 0xF0) lowest_ = 0x90;
  if (lead == 0xF4) highest_ = 0x8F;
  return true;
}

bool Utf8Check::continue_character(unsigned char byte) noexcept {
  if (byte < lowest_ || byte > highest_) return false;
  lowest_ = 0x80;
  highest_ = 0xBF;
  --missing_;
  return true;
}

}  // namespace grtc::net
