#include "ops/printable.hpp"

#include <array>
#include <cstdint>

namespace grtc::ops {
namespace {

constexpr std::string_view kEllipsis = "…";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

constexpr bool is_continuation(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// The UTF-8 character at the front of `text` (not empty). RFC 3629 §4: no overlong forms, no surrogates.
Character decode(std::string_view text) noexcept {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {lead, 1, false};
  static constexpr std::array<std::uint32_t, 5> kLeadBits{0, 0, 0x1F, 0x0F, 0x07};
  static constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  std::uint32_t code = lead & kLeadBits[bytes];
  for (std::size_t i = 1; i < bytes; ++i) {
    if (!is_continuation(text[i])) return {lead, 1, false};
    code = code << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < kLeast[bytes] || code > 0x10FFFF || surrogate) return {lead, 1, false};
  return {code, bytes, true};
}

/// Characters that end a line or turn the reading direction of what follows, in some terminal or viewer.
bool is_disruptive(std::uint32_t code) noexcept {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x2028 || code == 0x2029 ||
         (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

void append_hex(std::string& out, std::string_view prefix, std::uint32_t code, int digits) {
  out += prefix;
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += "0123456789abcdef"[code >> shift & 0xFU];
}

void append_escaped(std::string& out, std::uint32_t code) {
  switch (code) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\\':
      out += "\\\\";
      return;
    default:
      break;
  }
  if (code < 0x100) {
    append_hex(out, "\\x", code, 2);
  } else {
    append_hex(out, "\\u", code, 4);
  }
}

void append_json_escaped(std::string& out, std::uint32_t code) {
  switch (code) {
    case '"':
      out += "\\\"";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\\':
      out += "\\\\";
      return;
    default:
      append_hex(out, "\\u", code, 4);
  }
}

/// Walks `text` by characters until `limit` bytes (0: none) were appended.
template <class Append>
void append_each(std::string& out, std::string_view text, std::size_t limit, Append append) {
  const std::size_t start = out.size();
  while (!text.empty()) {
    const Character character = decode(text);
    const std::size_t before = out.size();
    append(character, text.substr(0, character.bytes));
    if (limit != 0 && out.size() - start > limit) {
      out.resize(before);
      out += kEllipsis;
      return;
    }
    text.remove_prefix(character.bytes);
  }
}

}  // namespace

void append_printable(std::string& out, std::string_view text, std::size_t limit) {
  append_each(out, text, limit, [&out](const Character& character, std::string_view bytes) {
    if (!character.valid || is_disruptive(character.code) || character.code == '\\') {
      append_escaped(out, character.code);
    } else {
      out += bytes;
    }
  });
}

void append_json_string(std::string& out, std::string_view text, std::size_t limit) {
  out += '"';
  append_each(out, text, limit, [&out](const Character& character, std::string_view bytes) {
    if (!character.valid) {
      out += kReplacement;
    } else if (is_disruptive(character.code) || character.code == '"' || character.code == '\\') {
      append_json_escaped(out, character.code);
    } else {
      out += bytes;
    }
  });
  out += '"';
}

}  // namespace grtc::ops
