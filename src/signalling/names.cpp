#include "signalling/names.hpp"

#include <cstdint>

#include <simdjson.h>

namespace grtc::signalling {
namespace {

/// The character that `text` begins with (valid UTF-8, not empty); `text` is moved behind it.
std::uint32_t take_character(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::uint32_t code = length == 1 ? lead : lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) code = (code << 6) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  text.remove_prefix(length);
  return code;
}

/// Unicode general category Cc.
bool is_control(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

/// Unicode property White_Space, less the control characters; and the byte order mark, which no one can see either.
bool is_white_space(std::uint32_t c) {
  return c == 0x20 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
         c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

std::optional<std::string_view> fault(std::string_view text, bool allow_separators) {
  if (text.size() > kMaxName) return "must be at most 128 bytes long";
  if (!simdjson::validate_utf8(text.data(), text.size())) return "must be valid UTF-8";
  bool first = true;
  while (!text.empty()) {
    const std::uint32_t c = take_character(text);
    if (is_control(c)) return "must hold no control characters";
    if (!allow_separators && (c == '/' || c == '\\' || c == '?' || c == '#')) return "must hold none of / \\ ? #";
    if ((first || text.empty()) && is_white_space(c)) return "must have no white space at either end";
    first = false;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string_view> name_fault(std::string_view text) {
  if (text.empty()) return "must not be empty";
  return fault(text, false);
}

std::optional<std::string_view> display_name_fault(std::string_view text) {
  return fault(text, true);
}

}  // namespace grtc::signalling
