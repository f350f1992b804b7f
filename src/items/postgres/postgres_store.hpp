#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "items/item_store.hpp"
#include "items/postgres/postgres_metrics.hpp"
#include "items/postgres/postgres_options.hpp"

namespace grtc::items::postgres {

/// Items in a PostgreSQL database that replicas share (PostgreSQL 15, encoding UTF8): a thread of its own drives a few
/// connections, one that writes, one that follows the changes of all replicas, the others read. Any thread.
class PostgresStore final : public ItemStore {
  struct Opening {};  // only its own factory can make one
  struct Parts;

 public:
  PostgresStore(Opening, std::unique_ptr<Parts> parts);
  /// Connects, and makes or migrates the schema `grtc`. A server that is still starting is waited for.
  /// @return one sentence without the password ("DATABASE_URL: connection to server at ... refused")
  [[nodiscard]] static core::Result<std::unique_ptr<PostgresStore>> open(PostgresOptions options);
  /// Finishes what waits, if the database answers. I/O threads no longer call in.
  ~PostgresStore() override;

  void create(Draft draft, std::optional<Idempotency> once, core::Executor& on, Done<Item> done) override;
  void get(ItemId id, core::Executor& on, Done<Item> done) override;
  void list(ListQuery query, core::Executor& on, Done<Page> done) override;
  void replace(ItemId id, Draft draft, Precondition when, core::Executor& on, Done<Item> done) override;
  void patch(ItemId id, JsonPatch patch, Precondition when, core::Executor& on, Done<Item> done) override;
  void remove(ItemId id, Precondition when, core::Executor& on, Done<Item> done) override;
  void changes_after(std::optional<std::int64_t> change_id, core::Executor& on, Done<ChangeSlice> done) override;
  void subscribe(std::function<void(const std::vector<Change>&)> heard) override;
  [[nodiscard]] bool readable() const override;

  [[nodiscard]] const PostgresCounters& counters() const noexcept;
  [[nodiscard]] std::size_t queued_writes() const;

 private:
  std::unique_ptr<Parts> parts_;
};

}  // namespace grtc::items::postgres
