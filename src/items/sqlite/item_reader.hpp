#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/problem.hpp"
#include "items/item_store.hpp"
#include "items/sqlite/connection.hpp"

namespace grtc::items::sqlite {

/// Reads on a read-only connection of its own. In WAL mode (https://sqlite.org/wal.html#concurrency) a read never
/// waits for the writer. One thread at a time.
class ItemReader {
  struct Opening {};  // only its own factory can make one

 public:
  ItemReader(Opening, Connection connection) : db_(std::move(connection)) {}
  /// @param busy_timeout  for the rare locks of a WAL's recovery; 0: such a read fails at once
  [[nodiscard]] static core::Result<std::unique_ptr<ItemReader>> open(const std::string& path,
                                                                      std::chrono::milliseconds busy_timeout);

  [[nodiscard]] core::Result<Item> get(ItemId id);

  /// @param total      of all items: what a query without filter says as its total
  /// @param max_bytes  of text in the page; nothing is returned when it has more
  [[nodiscard]] std::optional<core::Result<Page>> list(const ListQuery& query, std::uint64_t total,
                                                       std::size_t max_bytes);

  /// Bounded to about 500 changes or 1 MiB.
  [[nodiscard]] core::Result<ChangeSlice> changes_after(std::optional<std::int64_t> change_id);

 private:
  [[nodiscard]] core::Result<Statement*> page_statement(const ListQuery& query);
  [[nodiscard]] core::Result<std::uint64_t> count(const ListQuery& query);
  [[nodiscard]] bool known(std::int64_t change_id);

  Connection db_;
  Statement by_id_;
  Statement newest_change_;
  Statement has_change_;
  Statement changes_;
  /// By what a query asks for (sort, direction, filters, cursor): at most 64 of them.
  std::map<unsigned, Statement> pages_;
};

}  // namespace grtc::items::sqlite
