#pragma once
#include <cstdint>
#include <string_view>

namespace grtc::redis {

inline constexpr std::size_t kSlots = 16384;

/// The Cluster slot of a key: CRC16 (XMODEM) of its hash tag, the part between the first `{` and the next `}`, or of
/// all.
[[nodiscard]] std::uint16_t slot_of(std::string_view key) noexcept;

}  // namespace grtc::redis
