#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "items/item_store.hpp"
#include "items/sqlite/sqlite_metrics.hpp"
#include "items/sqlite/sqlite_options.hpp"

namespace grtc::items::sqlite {

/// Items in one SQLite file (WAL, synchronous=FULL): one writer thread with group commit, a few reader threads, and
/// a reader for each I/O thread that asks. Any thread.
class SqliteStore final : public ItemStore {
  struct Opening {};  // only its own factory can make one
  struct Parts;

 public:
  SqliteStore(Opening, std::unique_ptr<Parts> parts);
  /// Opens the file, or makes it. A file that is no database of ours is refused and left as it is.
  /// @return one sentence that names the file ("DATABASE_PATH=/x/items.db: The file is no SQLite database.")
  [[nodiscard]] static core::Result<std::unique_ptr<SqliteStore>> open(SqliteOptions options);
  /// Finishes what waits and closes the file: then it alone is the whole database. I/O threads no longer call in.
  ~SqliteStore() override;

  void create(Draft draft, std::optional<Idempotency> once, core::Executor& on, Done<Item> done) override;
  void get(ItemId id, core::Executor& on, Done<Item> done) override;
  void list(ListQuery query, core::Executor& on, Done<Page> done) override;
  void replace(ItemId id, Draft draft, Precondition when, core::Executor& on, Done<Item> done) override;
  void patch(ItemId id, JsonPatch patch, Precondition when, core::Executor& on, Done<Item> done) override;
  void remove(ItemId id, Precondition when, core::Executor& on, Done<Item> done) override;
  void changes_after(std::optional<std::int64_t> change_id, core::Executor& on, Done<ChangeSlice> done) override;
  std::optional<core::Result<Item>> try_get_now(ItemId id, core::Executor& on) override;
  std::optional<core::Result<Page>> try_list_now(const ListQuery& query, core::Executor& on) override;
  void subscribe(std::function<void(const std::vector<Change>&)> heard) override;
  [[nodiscard]] bool readable() const override;

  /// No lock on the way of a write; the two queue lengths take their queue's for a moment.
  [[nodiscard]] SqliteMetrics metrics() const;

 private:
  std::unique_ptr<Parts> parts_;
};

}  // namespace grtc::items::sqlite
