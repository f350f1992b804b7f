#pragma once
#include <cstddef>
#include <string_view>

#include "core/problem.hpp"
#include "items/item.hpp"
#include "items/item_store.hpp"

namespace grtc::items {

inline constexpr std::size_t kMaxNameChars = 200;            ///< Unicode code points
inline constexpr std::size_t kMaxDescriptionChars = 10'000;  ///< Unicode code points
inline constexpr std::size_t kMaxDataBytes = 64 * 1024;      ///< of the minified text
inline constexpr unsigned kMaxDataDepth = 32;                ///< levels of arrays and objects, `data` itself is 1

/// Reads the body of a POST or PUT.
/// @return Code::bad_json when it isn't JSON; Code::too_deep over kMaxDataDepth; Code::unprocessable with `errors`
/// naming every member that breaks a rule
[[nodiscard]] core::Result<Draft> parse_draft(std::string_view body);

/// Checks the body of a PATCH as far as that goes without the item.
/// @return the minified patch; or what parse_draft() says
[[nodiscard]] core::Result<JsonPatch> parse_patch(std::string_view body);

/// The item as it is after `patch` (made by parse_patch): `null` sets description or data back to its default.
/// @return Code::unprocessable when the merged `data` is too large
/// @see RFC 7396
[[nodiscard]] core::Result<Draft> apply_patch(const Item& item, const JsonPatch& patch);

/// Unicode code points of valid UTF-8.
[[nodiscard]] std::size_t count_chars(std::string_view text) noexcept;

}  // namespace grtc::items
