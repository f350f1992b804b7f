#pragma once
#include <cstdint>
#include <string_view>

namespace grtc::http {

enum class Encoding : std::uint8_t { identity, gzip, brotli };

/// The encoding that `accept` (an `Accept-Encoding` value, "" when there is none) likes best of those that exist; of
/// equals the smallest. Where even identity is refused it is identity: an answer is more use than a 406.
/// @see RFC 9110 §12.5.3
[[nodiscard]] Encoding choose_encoding(std::string_view accept, bool has_gzip, bool has_brotli) noexcept;

}  // namespace grtc::http
