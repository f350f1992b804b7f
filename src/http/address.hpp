#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace grtc::http {

/// An IP address as 16 bytes; IPv4 in its mapped form (RFC 4291 §2.5.5.2), so that both compare alike.
using Address = std::array<std::uint8_t, 16>;

/// "192.0.2.1", "2001:db8::1"; no port, no zone, no brackets.
[[nodiscard]] std::optional<Address> parse_address(std::string_view text);
/// 127.0.0.0/8 or ::1.
[[nodiscard]] bool is_loopback(const Address& address) noexcept;

}  // namespace grtc::http
