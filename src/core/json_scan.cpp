#include "core/json_scan.hpp"

#include <array>
#include <bit>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace grtc::core {
namespace {

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Four hex digits at `p`, or -1.
int hex4(const char* p) noexcept {
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = hex_value(p[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/// The first byte from `p` on that a plain run of string can't hold: a quote, a backslash, a control character.
const char* skip_plain(const char* p, const char* end) noexcept {
#if defined(__SSE2__)
  // SDP and candidates are nearly all plain text: 16 bytes a step, where a byte a step costs more than the relay.
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i space = _mm_set1_epi8(0x20);
  while (end - p >= 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    // Unsigned "below 0x20": max(x, 0x20) is x for everything else.
    const __m128i printable = _mm_cmpeq_epi8(_mm_max_epu8(bytes, space), bytes);
    const __m128i special = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
    const int stops = _mm_movemask_epi8(_mm_or_si128(special, _mm_xor_si128(printable, _mm_set1_epi8(-1))));
    if (stops != 0) return p + std::countr_zero(static_cast<unsigned>(stops));
    p += 16;
  }
#endif
  while (p < end && *p != '"' && *p != '\\' && static_cast<unsigned char>(*p) >= 0x20) ++p;
  return p;
}

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

}  // namespace

void JsonScan::skip_space() noexcept {
  while (at_ < end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r')) ++at_;
}

bool JsonScan::enter(char bracket) noexcept {
  skip_space();
  if (error_ != JsonError::none || at_ == end_ || *at_ != bracket) return false;
  if (depth_ == max_depth_) return fail(JsonError::too_deep);
  ++at_;
  ++depth_;
  first_ = true;
  return true;
}

/// Takes the comma between two members, or the closing bracket.
bool JsonScan::separate(char closing) noexcept {
  skip_space();
  if (error_ != JsonError::none) return false;
  if (at_ == end_) return fail();
  if (*at_ == closing) {
    ++at_;
    --depth_;
    first_ = false;
    return false;
  }
  if (first_) {
    first_ = false;
    return true;
  }
  if (*at_ != ',') return fail();
  ++at_;
  skip_space();
  return true;
}

bool JsonScan::next_key(std::string_view& key) noexcept {
  if (!separate('}')) return false;
  const char* start = at_;
  if (at_ == end_ || *at_ != '"' || !skip_string()) return fail();
  key = {start + 1, static_cast<std::size_t>(at_ - start - 2)};
  skip_space();
  if (at_ == end_ || *at_ != ':') return fail();
  ++at_;
  skip_space();
  return true;
}

bool JsonScan::next_value() noexcept {
  return separate(']');
}

std::string_view JsonScan::value() noexcept {
  skip_space();
  const char* start = at_;
  if (!skip_value()) return {};
  first_ = false;
  return {start, static_cast<std::size_t>(at_ - start)};
}

bool JsonScan::at_end() noexcept {
  skip_space();
  return error_ == JsonError::none && at_ == end_;
}

/// One value of any kind. Open brackets are bits of a word (1: an object), so that a deep text needs no stack.
// NOLINTNEXTLINE(readability-function-cognitive-complexity): one flat loop over four states
bool JsonScan::skip_value() noexcept {
  enum class Next : std::uint8_t { value, first_inside, key, after_value };
  std::uint64_t kinds = 0;
  unsigned open = 0;
  Next next = Next::value;
  for (;;) {
    if (next == Next::after_value && open == 0) return true;
    skip_space();
    if (at_ == end_) return fail();
    const bool in_object = (kinds & 1U) != 0;
    const bool closes = *at_ == (in_object ? '}' : ']');
    switch (next) {
      case Next::value:
        if (*at_ != '{' && *at_ != '[') {
          if (!skip_scalar()) return false;
          next = Next::after_value;
          break;
        }
        if (depth_ + open == max_depth_) return fail(JsonError::too_deep);
        kinds = (kinds << 1) | (*at_ == '{' ? 1U : 0U);
        ++open;
        ++at_;
        next = Next::first_inside;
        break;
      case Next::first_inside:
        next = closes ? Next::after_value : in_object ? Next::key : Next::value;
        break;
      case Next::key:
        if (*at_ != '"' || !skip_string()) return fail();
        skip_space();
        if (at_ == end_ || *at_ != ':') return fail();
        ++at_;
        next = Next::value;
        break;
      case Next::after_value:
        if (!closes && *at_ != ',') return fail();
        ++at_;
        if (closes) {
          kinds >>= 1;
          --open;
        } else {
          next = in_object ? Next::key : Next::value;
        }
        break;
    }
  }
}

bool JsonScan::skip_scalar() noexcept {
  switch (*at_) {
    case '"':
      return skip_string();
    case 't':
      return skip_word("true");
    case 'f':
      return skip_word("false");
    case 'n':
      return skip_word("null");
    default:
      return skip_number();
  }
}

bool JsonScan::skip_word(std::string_view word) noexcept {
  if (std::string_view(at_, static_cast<std::size_t>(end_ - at_)).substr(0, word.size()) != word) return fail();
  at_ += word.size();
  return true;
}

bool JsonScan::skip_string() noexcept {
  ++at_;
  for (;;) {
    at_ = skip_plain(at_, end_);
    if (at_ == end_ || static_cast<unsigned char>(*at_) < 0x20) return fail();
    if (*at_ == '"') {
      ++at_;
      return true;
    }
    if (end_ - at_ < 2) return fail();
    const char escaped = at_[1];
    if (escaped == 'u') {
      if (end_ - at_ < 6 || hex4(at_ + 2) < 0) return fail();
      at_ += 6;
    } else {
      if (escaped == '\0' || std::strchr("\"\\/bfnrt", escaped) == nullptr) return fail();
      at_ += 2;
    }
  }
}

bool JsonScan::skip_digits() noexcept {
  if (at_ == end_ || !is_digit(*at_)) return fail();
  while (at_ < end_ && is_digit(*at_)) ++at_;
  return true;
}

bool JsonScan::skip_number() noexcept {
  if (*at_ == '-') ++at_;
  if (at_ < end_ && *at_ == '0') {
    ++at_;
  } else if (!skip_digits()) {
    return false;
  }
  if (at_ < end_ && *at_ == '.') {
    ++at_;
    if (!skip_digits()) return false;
  }
  if (at_ < end_ && (*at_ == 'e' || *at_ == 'E')) {
    ++at_;
    if (at_ < end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    return skip_digits();
  }
  return true;
}

std::optional<std::string> json_unescape(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\') {
      out += raw[i];
      continue;
    }
    const char c = raw[++i];
    switch (c) {
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case 'u': {
        auto code = static_cast<std::uint32_t>(hex4(raw.data() + i + 1));
        i += 4;
        if (code >= 0xDC00 && code <= 0xDFFF) return std::nullopt;
        if (code >= 0xD800 && code <= 0xDBFF) {
          // RFC 8259 §7: a character outside the basic plane is a pair of escapes.
          if (i + 6 >= raw.size() || raw[i + 1] != '\\' || raw[i + 2] != 'u') return std::nullopt;
          const int low = hex4(raw.data() + i + 3);
          if (low < 0xDC00 || low > 0xDFFF) return std::nullopt;
          code = 0x10000 + ((code - 0xD800) << 10) + (static_cast<std::uint32_t>(low) - 0xDC00);
          i += 6;
        }
        append_utf8(out, code);
        break;
      }
      default:
        out += c;
    }
  }
  return out;
}

JsonError json_check(std::string_view text, unsigned max_depth) noexcept {
  JsonScan scan(text, max_depth);
  (void)scan.value();
  if (scan.error() != JsonError::none) return scan.error();
  return scan.at_end() ? JsonError::none : JsonError::malformed;
}

void append_json_string(std::string& out, std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  while (!text.empty()) {
    const char* stop = skip_plain(text.data(), text.data() + text.size());
    const auto plain = static_cast<std::size_t>(stop - text.data());
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n' || c == '\r' || c == '\t') {
      out.append(c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.append("\\u00");
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  out += '"';
}

}  // namespace grtc::core
