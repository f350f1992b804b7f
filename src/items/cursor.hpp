#pragma once
#include <cstdint>
#include <string>

#include "core/problem.hpp"
#include "items/item.hpp"
#include "items/item_store.hpp"

namespace grtc::items {

/// Where a page ended: the sort key of its last row, and its id.
struct Position {
  ItemId id = 0;
  std::string name = {};     ///< SortKey::name
  std::int64_t time_ms = 0;  ///< SortKey::created_at, updated_at: since 1970 UTC
};

/// The opaque `next_cursor` after `last`: base64url without padding (RFC 4648 §5), bound to the query's sort, q and
/// name.
[[nodiscard]] std::string make_cursor(const ListQuery& query, const Item& last);

/// The position in `query.cursor`, which is not empty.
/// @return Code::unprocessable on `cursor` when it is none of ours or belongs to another sort or filter
[[nodiscard]] core::Result<Position> parse_cursor(const ListQuery& query);

}  // namespace grtc::items
