#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace grtc::ops {

/// RFC 4648 §4, with padding.
[[nodiscard]] std::string base64(std::string_view bytes);
/// RFC 4648 §5, without padding, as JOSE has it (RFC 7515 §2).
[[nodiscard]] std::string base64url(std::string_view bytes);
/// The bytes; nothing for padding, a foreign character, an impossible length or bits left over: each byte string has
/// one text only.
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

}  // namespace grtc::ops
