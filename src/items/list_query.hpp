#pragma once
#include <functional>
#include <optional>
#include <string_view>

#include "core/problem.hpp"
#include "items/item_store.hpp"

namespace grtc::items {

inline constexpr std::uint32_t kMaxPageSize = 500;
inline constexpr std::size_t kMaxSearchChars = 200;  ///< of `q`: bounds the words that one search has to look up

/// Reads `limit`, `sort`, `q`, `name` and `cursor`; other parameters are ignored.
/// @param parameter  the decoded value of a query parameter, or nothing
/// @return Code::unprocessable with `errors` naming every parameter that breaks a rule
[[nodiscard]] core::Result<ListQuery> parse_list_query(
    const std::function<std::optional<std::string_view>(std::string_view)>& parameter);

}  // namespace grtc::items
