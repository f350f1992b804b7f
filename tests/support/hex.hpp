#pragma once
#include <cassert>
#include <string>
#include <string_view>

namespace grtc::test {

/// The bytes of `text`: two hexadecimal digits each, spaces between them ignored.
inline std::string from_hex(std::string_view text) {
  std::string bytes;
  int high = -1;
  for (const char c : text) {
    if (c == ' ') continue;
    const auto digit = std::string_view("0123456789abcdef").find(c);
    assert(digit != std::string_view::npos);
    if (high < 0) {
      high = static_cast<int>(digit);
    } else {
      bytes += static_cast<char>(high * 16 + static_cast<int>(digit));
      high = -1;
    }
  }
  return bytes;
}

}  // namespace grtc::test
