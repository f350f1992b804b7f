#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace grtc::turn {

/// 16 bytes.
[[nodiscard]] std::string md5(std::string_view bytes);
/// ITU-T V.42, as RFC 8489 §14.7 takes it; over `head`, then `body`.
[[nodiscard]] std::uint32_t crc32(std::string_view head, std::string_view body) noexcept;

}  // namespace grtc::turn
