#pragma once
#include <string_view>

namespace grtc::http {

/// Without spaces and tabs at either end (RFC 9110 §5.6.3, optional white space).
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;
/// ASCII letters alike in both cases; other bytes as they are.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;
/// Takes the part before the next `separator` off the front of `list`, trimmed. Until `list` is empty.
[[nodiscard]] std::string_view next_of(std::string_view& list, char separator = ',') noexcept;
/// Whether the comma-separated `list` holds `token`, in any case (`Connection: keep-alive, Upgrade`).
[[nodiscard]] bool has_token(std::string_view list, std::string_view token) noexcept;

}  // namespace grtc::http
