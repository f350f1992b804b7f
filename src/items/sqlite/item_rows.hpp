#pragma once
#include <chrono>
#include <cstdint>
#include <string_view>

#include "core/time.hpp"
#include "items/item.hpp"
#include "items/sqlite/connection.hpp"

namespace grtc::items::sqlite {

/// The columns that read_item() reads, in its order.
inline constexpr std::string_view kItemColumns = "id,name,description,data,version,created_at,updated_at";

/// The current row of a statement that selects kItemColumns first.
[[nodiscard]] Item read_item(const Statement& row);

[[nodiscard]] inline std::int64_t to_ms(core::WallTime time) noexcept {
  return time.time_since_epoch().count();
}
[[nodiscard]] inline core::WallTime from_ms(std::int64_t ms) noexcept {
  return core::WallTime(std::chrono::milliseconds(ms));
}

}  // namespace grtc::items::sqlite
