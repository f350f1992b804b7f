#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "items/item.hpp"

namespace grtc::items::postgres {

/// Many items as the parameters of one statement, an array a column, and what makes rows of them again.
inline constexpr std::string_view kItemArrays =
    "unnest($1::bigint[],$2::text[],$3::text[],$4::text[],$5::bigint[],$6::bigint[],$7::bigint[])";

/// In the order of kItemColumns.
[[nodiscard]] std::vector<std::string> columns_of(std::span<const Item> items);

}  // namespace grtc::items::postgres
