#pragma once
#include <string>
#include <string_view>

namespace grtc::ops {

/// Compares secrets in a time that tells nothing of where they differ (their lengths aside).
[[nodiscard]] bool constant_time_equal(std::string_view given, std::string_view expected) noexcept;

/// RFC 2104 with SHA-256: 32 bytes. The key's bytes as they are.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view message);
/// RFC 2104 with SHA-1: 20 bytes. For TURN's REST scheme, which has no other.
[[nodiscard]] std::string hmac_sha1(std::string_view key, std::string_view message);

/// `bytes` random bytes of the operating system, as base64url: URL-safe.
[[nodiscard]] std::string random_text(std::size_t bytes);

}  // namespace grtc::ops
