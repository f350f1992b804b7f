#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "items/item_store.hpp"
#include "items/postgres/keeper.hpp"
#include "items/postgres/read_calls.hpp"

namespace grtc::items::postgres {

/// Follows the change log: every committed change of every replica, in order, once. LISTEN/NOTIFY only wakes it; what
/// there is to tell is read from the log, whose ids have no gap. Thread: the store's.
class Follower {
 public:
  Follower(net::IoThread& io, const PostgresOptions& options, PostgresCounters& counters);

  void start() { keeper_.start(); }
  void tick(core::TimePoint now);
  /// What this replica has committed itself: told at once where the log has nothing before it.
  void committed(const std::vector<Change>& changes);
  /// Whether the log has been read once: from then on nothing is missed.
  [[nodiscard]] bool follows() const noexcept { return heard_.has_value(); }

  /// An empty batch: the items were replaced as a whole.
  std::function<void(const std::vector<Change>&)> tell;

 private:
  void listen();
  void read();
  void take(const Outcome& outcome);
  void start_over(const LogSlice& log);

  const PostgresOptions& options_;
  std::optional<std::int64_t> heard_;  ///< the last change that was told
  std::int64_t history_ = 0;
  bool reading_ = false;
  bool again_ = false;  ///< there was a notification while it read
  core::TimePoint read_at_;
  Keeper keeper_;
};

}  // namespace grtc::items::postgres
