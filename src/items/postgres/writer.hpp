#pragma once
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "items/item_store.hpp"
#include "items/postgres/keeper.hpp"
#include "items/postgres/ledger.hpp"
#include "items/write.hpp"

namespace grtc::items::postgres {

/// The one writing connection of this replica: takes all that waits as one transaction (group commit), answers after it
/// is durable. Replicas take turns by a row's lock, a batch each; docs/adr/0007-items-on-postgresql.md has what it
/// costs. submit() and queued(): any thread. All else: the store's.
class Writer {
 public:
  Writer(net::IoThread& io, const PostgresOptions& options, PostgresCounters& counters);

  void start() { keeper_.start(); }
  void tick(core::TimePoint now) { keeper_.tick(now); }
  /// A full queue, and a database that can't be reached, answer with Code::unavailable.
  void submit(Write write);
  [[nodiscard]] std::size_t queued() const;
  /// Calls once, when nothing waits and nothing goes on.
  void when_idle(std::function<void()> idle);
  [[nodiscard]] bool is_up() const noexcept { return keeper_.link() != nullptr; }

  /// What has been committed here.
  std::function<void(const std::vector<Change>&)> on_committed;
  /// Writing works, or why it doesn't, in words for the log. Told again and again.
  std::function<void(const std::optional<core::Problem>&)> on_state;

 private:
  using Clock = std::chrono::steady_clock;
  struct Batch;
  using SharedBatch = std::shared_ptr<Batch>;

  void pump();
  [[nodiscard]] SharedBatch next_batch();
  void run(const SharedBatch& batch);
  void opened(const SharedBatch& batch, const Outcome& outcome);
  void close(const SharedBatch& batch, const std::shared_ptr<Ledger>& ledger);
  void committed(const SharedBatch& batch, const Ledger& ledger);
  void failed(const SharedBatch& batch, const Failure& failure, bool may_be_done);
  void refuse(const SharedBatch& batch, const core::Problem& why);
  void roll_back();
  void finish(const SharedBatch& batch);
  void tell_state(const std::optional<core::Problem>& problem) const;

  net::IoThread& io_;
  const PostgresOptions& options_;
  PostgresCounters& counters_;
  std::deque<SharedBatch> again_;  ///< the writes of a batch that failed, each alone
  Clock::time_point pruned_at_;
  std::function<void()> on_idle_;

  mutable std::mutex mutex_;  ///< of the members from here to busy_
  std::deque<Write> queue_;
  std::size_t queued_bytes_ = 0;
  bool busy_ = false;

  Keeper keeper_;
};

}  // namespace grtc::items::postgres
