#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/problem.hpp"
#include "core/time.hpp"
#include "items/item_store.hpp"
#include "items/write.hpp"

namespace grtc::items::postgres {

/// What the items' tables say while their lock is held: as far as a batch of writes needs it.
struct Books {
  core::WallTime now;            ///< of the database: replicas need not agree about the time
  std::int64_t next_item = 1;    ///< the id of the next item; an id is never used twice
  std::int64_t next_change = 1;  ///< the id of the next change
  std::int64_t total = 0;        ///< items

  /// The first answer to an Idempotency-Key, kept for a day.
  struct Answered {
    std::string fingerprint;
    Item item;
  };
  std::map<ItemId, Item> items;              ///< those that the batch names, if they exist
  std::map<std::string, Answered> answered;  /// keys that the batch names, if they are known
};

/// Applies a batch of writes, in their order, to what the tables say, and tells what to write into them. No I/O.
class Ledger {
 public:
  explicit Ledger(Books books) : books_(std::move(books)) {}

  /// What the client is answered once all is committed.
  [[nodiscard]] core::Result<Item> apply(const Write& write);

  /// Rows to insert, to update and to delete: an item's last state, whatever the batch has done to it.
  [[nodiscard]] std::vector<Item> created() const;
  [[nodiscard]] std::vector<Item> updated() const;
  [[nodiscard]] std::vector<ItemId> removed() const;
  [[nodiscard]] const std::vector<Change>& changes() const noexcept { return changes_; }
  /// Keys to remember with their answers.
  [[nodiscard]] const std::vector<std::pair<std::string, Books::Answered>>& kept() const noexcept { return kept_; }
  /// `next_item`, `next_change` and `total` as they have become.
  [[nodiscard]] const Books& books() const noexcept { return books_; }

 private:
  /// What the batch has done to an item since it was read.
  struct Touched {
    bool existed = false;
    bool exists = false;
    Item item;
  };

  [[nodiscard]] core::Result<Item> run(const CreateItem& write);
  [[nodiscard]] core::Result<Item> run(const ReplaceItem& write);
  [[nodiscard]] core::Result<Item> run(const PatchItem& write);
  [[nodiscard]] core::Result<Item> run(const RemoveItem& write);
  [[nodiscard]] core::Result<Item> current(ItemId id, const Precondition& when) const;
  [[nodiscard]] Item update(const Item& before, Draft draft);
  void put(const Item& item, bool exists);
  void log(Change::Kind kind, const Item& item);

  Books books_;
  std::map<ItemId, Touched> touched_;
  std::vector<Change> changes_;
  std::vector<std::pair<std::string, Books::Answered>> kept_;
};

}  // namespace grtc::items::postgres
