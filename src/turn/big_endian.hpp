#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace grtc::turn {

/// Numbers in network byte order (RFC 8489 §5). The readers' bytes must be there.

[[nodiscard]] inline std::uint16_t read16(std::string_view bytes, std::size_t at) noexcept {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[at]) << 8U |
                                    static_cast<unsigned char>(bytes[at + 1]));
}

[[nodiscard]] inline std::uint32_t read32(std::string_view bytes, std::size_t at) noexcept {
  return static_cast<std::uint32_t>(read16(bytes, at)) << 16U | read16(bytes, at + 2);
}

inline void append16(std::string& to, std::uint32_t value) {
  to += static_cast<char>(value >> 8U & 0xFFU);
  to += static_cast<char>(value & 0xFFU);
}

inline void append32(std::string& to, std::uint32_t value) {
  append16(to, value >> 16U);
  append16(to, value & 0xFFFFU);
}

}  // namespace grtc::turn
