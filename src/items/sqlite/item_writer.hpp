#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/problem.hpp"
#include "items/item_store.hpp"
#include "items/sqlite/connection.hpp"

namespace grtc::items::sqlite {

/// The writes of one transaction, statement by statement, on the writer's connection. The caller begins and ends the
/// transaction. Thread: the writer.
///
/// A refusal (no such item, version moved on, key used) leaves the transaction as it was: everything is checked before
/// the first row changes. After an SQLite failure broken() is true and the transaction has to be rolled back.
class ItemWriter {
  struct Opening {};  // only its own factory can make one

 public:
  ItemWriter(Opening, Connection& db) : db_(db) {}
  /// @param first_change  what the next change's id is at least
  [[nodiscard]] static core::Result<std::unique_ptr<ItemWriter>> prepare(Connection& db, std::int64_t first_change);

  /// Forgets what a transaction before has left; all writes until finish() happen at `now`.
  void start(core::WallTime now);

  [[nodiscard]] core::Result<Item> create(const Draft& draft, const std::optional<Idempotency>& once);
  [[nodiscard]] core::Result<Item> replace(ItemId id, const Draft& draft, const Precondition& when);
  [[nodiscard]] core::Result<Item> patch(ItemId id, const JsonPatch& patch, const Precondition& when);
  [[nodiscard]] core::Result<Item> remove(ItemId id, const Precondition& when);

  /// Bounds the change log and the idempotency keys; the last thing before COMMIT.
  [[nodiscard]] core::Result<void> prune();
  /// The transaction is durable: its changes, and by how many items it has grown.
  [[nodiscard]] std::vector<Change> take_changes();
  [[nodiscard]] std::int64_t growth() const noexcept { return growth_; }

  [[nodiscard]] bool broken() const noexcept { return broken_; }

 private:
  [[nodiscard]] core::Result<void> prepare_all();
  [[nodiscard]] core::Problem broke();
  /// The item as it is, if `when` lets it be written.
  [[nodiscard]] core::Result<Item> current(ItemId id, const Precondition& when);
  [[nodiscard]] core::Result<Item> update(const Item& before, Draft draft);
  [[nodiscard]] bool index(const Item& item);
  [[nodiscard]] bool unindex(const Item& item);
  [[nodiscard]] bool log(Change::Kind kind, const Item& item);
  /// The first answer to `once`, if there was one within the time that keys are kept.
  [[nodiscard]] core::Result<std::optional<Item>> answered(const Idempotency& once);
  [[nodiscard]] bool remember(const Idempotency& once, const Item& item);

  Connection& db_;
  Statement by_id_, insert_, update_, delete_;
  Statement index_, unindex_;
  Statement log_, drop_oldest_changes_;
  Statement find_key_, remember_key_, drop_key_, drop_old_keys_;

  core::WallTime now_;
  core::WallTime keys_pruned_at_;
  std::int64_t next_change_ = 1;  ///< as of the last commit; the transaction's own are in changes_
  std::int64_t logged_ = 0;       ///< rows of the change log, as of the last commit
  std::int64_t dropped_ = 0;
  std::int64_t growth_ = 0;
  std::vector<Change> changes_;
  bool broken_ = false;
};

}  // namespace grtc::items::sqlite
