#pragma once
#include <cstdint>
#include <map>
#include <vector>

#include "items/item_store.hpp"
#include "items/postgres/call.hpp"

namespace grtc::items::postgres {

/// Those of these items that exist, each once.
[[nodiscard]] Call get_call(const std::vector<ItemId>& ids);
[[nodiscard]] std::map<ItemId, Item> read_items(const Rows& answer);

/// The statements of pages, by what a query asks for (sort, direction, filters, cursor): at most 64 of them, made when
/// first asked for. Page and total come from one snapshot. Thread: the store's.
class Pages {
 public:
  /// @return Code::unprocessable on a cursor that is none of this list
  [[nodiscard]] core::Result<Call> call(const ListQuery& query);
  [[nodiscard]] static Page read(const ListQuery& query, const Rows& answer);

 private:
  std::map<unsigned, Statement> statements_;
};

/// What the log says beyond `change_id`; also of which history it is, as a restored database has another one.
[[nodiscard]] Call changes_call(std::int64_t change_id);
struct LogSlice {
  std::int64_t history = 0;
  ChangeSlice slice;
};
[[nodiscard]] LogSlice read_changes(const Rows& answer);

}  // namespace grtc::items::postgres
