#pragma once
#include <optional>
#include <string_view>

#include "items/item_store.hpp"

namespace grtc::items {

/// What the conditional headers of a write ask of item `id`. A header that is no list of entity tags matches nothing.
/// @param if_match       strong comparison: weak tags never match (RFC 9110 §13.1.1)
/// @param if_none_match  weak comparison (RFC 9110 §13.1.2); `*` forbids a write of any item that exists
[[nodiscard]] Precondition parse_precondition(ItemId id, std::optional<std::string_view> if_match,
                                              std::optional<std::string_view> if_none_match);

/// Whether `if_none_match` names the current `etag` or is `*`: then a GET answers 304.
[[nodiscard]] bool names_etag(std::string_view if_none_match, std::string_view etag);

/// Whether a write of an item that exists at `version` may go on.
[[nodiscard]] bool allows(const Precondition& when, std::int64_t version) noexcept;

}  // namespace grtc::items
