#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <random>

#include "core/problem.hpp"
#include "core/time.hpp"
#include "items/postgres/link.hpp"
#include "items/postgres/postgres_metrics.hpp"
#include "items/postgres/postgres_options.hpp"
#include "net/timer.hpp"

namespace grtc::items::postgres {

/// Keeps one connection: makes it, and makes it again, after pauses that grow, when it has broken.
/// Thread: the store's.
class Keeper {
 public:
  Keeper(net::IoThread& io, const PostgresOptions& options, PostgresCounters& counters);
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;
  ~Keeper();

  void start();
  void tick(core::TimePoint now);
  /// Breaks the connection, if there is one, and makes another: perhaps to another of the URL's hosts.
  void renew();

  /// Null while there is none to be used.
  [[nodiscard]] Link* link() const noexcept { return link_ && link_->is_up() ? link_.get() : nullptr; }
  /// Why there is none.
  [[nodiscard]] const core::Problem& why() const noexcept { return why_; }

  std::function<void()> on_up;
  /// With words for the log, which may name the host; why() is for clients.
  std::function<void(const core::Problem& detail)> on_down;
  std::function<void()> on_notified;

 private:
  void connect();
  void came_up();
  void went_down(const core::Problem& detail);
  [[nodiscard]] std::chrono::milliseconds next_wait();

  net::IoThread& io_;
  const PostgresOptions& options_;
  PostgresCounters& counters_;
  std::shared_ptr<Link> link_;
  core::Problem why_;
  bool was_up_ = false;
  std::chrono::milliseconds wait_{0};
  std::minstd_rand random_{std::random_device{}()};
  net::Timer again_;
};

}  // namespace grtc::items::postgres
