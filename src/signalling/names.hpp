#pragma once
#include <optional>
#include <string_view>

namespace grtc::signalling {

/// Longest room, peer id and display name, in bytes.
inline constexpr std::size_t kMaxName = 128;

/// Why `text` (already percent-decoded) can be no room or peer id: a sentence that goes behind the parameter's name.
/// Nothing: it is one, that is 1 to 128 bytes of UTF-8 without control characters and `/ \ ? #`, and no white space at
/// either end.
[[nodiscard]] std::optional<std::string_view> name_fault(std::string_view text);
/// The same for a display name: may be empty, and `/ \ ? #` are fine.
[[nodiscard]] std::optional<std::string_view> display_name_fault(std::string_view text);

}  // namespace grtc::signalling
