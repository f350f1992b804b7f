#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/time.hpp"
#include "items/item.hpp"

struct pg_result;  // libpq's PGresult

namespace grtc::items::postgres {

/// What a statement has answered. Views live as long as it does.
class Rows {
 public:
  explicit Rows(pg_result* result) noexcept : result_(result) {}
  [[nodiscard]] const pg_result* native() const noexcept { return result_.get(); }

  /// "COMMIT", "INSERT 0 3": what was done.
  [[nodiscard]] std::string_view command() const noexcept;
  [[nodiscard]] int size() const noexcept;
  [[nodiscard]] bool is_null(int row, int column) const noexcept;
  [[nodiscard]] std::string_view text(int row, int column) const noexcept;
  /// 0 for what is no number.
  [[nodiscard]] std::int64_t integer(int row, int column) const noexcept;
  [[nodiscard]] bool boolean(int row, int column) const noexcept { return text(row, column) == "t"; }

 private:
  struct Free {
    void operator()(pg_result* result) const noexcept;
  };
  std::unique_ptr<pg_result, Free> result_;
};

/// The columns that read_item() reads, in its order.
inline constexpr std::string_view kItemColumns = "id,name,description,data,version,created_at,updated_at";
inline constexpr int kItemWidth = 7;

/// The item whose kItemColumns begin at `column`.
[[nodiscard]] Item read_item(const Rows& rows, int row, int column);

/// PostgreSQL's text holds every character but U+0000, which an item's may have. U+0000 becomes 01 01 and U+0001
/// becomes 01 02: nothing else changes, and the order of bytes stays that of the originals.
[[nodiscard]] std::string to_stored(std::string_view text);
[[nodiscard]] std::string from_stored(std::string_view text);

[[nodiscard]] inline std::int64_t to_ms(core::WallTime time) noexcept {
  return time.time_since_epoch().count();
}
[[nodiscard]] inline core::WallTime from_ms(std::int64_t ms) noexcept {
  return core::WallTime(std::chrono::milliseconds(ms));
}

}  // namespace grtc::items::postgres
