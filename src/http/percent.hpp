#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace grtc::http {

/// Undoes percent-encoding (RFC 3986 §2.1); other bytes stay as they are, `+` too. The result may hold any byte.
/// @return nothing when a `%` is not followed by two hexadecimal digits
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

/// The same for a query's names and values (WHATWG URL, `application/x-www-form-urlencoded`): `+` is a space.
[[nodiscard]] std::optional<std::string> form_decode(std::string_view text);

}  // namespace grtc::http
