#include "items/postgres/keeper.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "items/postgres/problems.hpp"

namespace grtc::items::postgres {
namespace {

/// A session that waits longer than this within a transaction holds a lock that all replicas wait for: its server has
/// been stopped, or its network cut.
const Statement kSession{"session",
                         "SELECT set_config('statement_timeout',$1,false),"
                         "set_config('idle_in_transaction_session_timeout',$1,false),"
                         "set_config('default_transaction_isolation','read committed',false)"};

}  // namespace

Keeper::Keeper(net::IoThread& io, const PostgresOptions& options, PostgresCounters& counters)
    : io_(io),
      options_(options),
      counters_(counters),
      why_(unavailable("The items database has not been reached yet.")),
      again_(io) {}

Keeper::~Keeper() {
  if (!link_) return;
  link_->on_down = {};
  link_->close();
}

void Keeper::start() {
  connect();
}

void Keeper::connect() {
  std::vector<Call> greeting{{&kSession, {std::to_string(options_.timeout.count())}}};
  link_ = std::make_shared<Link>(io_, std::move(greeting), options_.timeout);
  link_->on_up = [this] { came_up(); };
  link_->on_down = [this](const core::Problem& detail) { went_down(detail); };
  link_->on_notified = [this] {
    if (on_notified) on_notified();
  };
  link_->start(options_.url);
}

void Keeper::came_up() {
  wait_ = {};
  counters_.connections.fetch_add(1, std::memory_order_relaxed);
  if (std::exchange(was_up_, true)) counters_.reconnects.fetch_add(1, std::memory_order_relaxed);
  if (on_up) on_up();
}

void Keeper::went_down(const core::Problem& detail) {
  if (wait_.count() == 0 && was_up_) counters_.connections.fetch_sub(1, std::memory_order_relaxed);
  why_ = unavailable("The items database cannot be reached.");
  again_.start(next_wait(), [this] { connect(); });
  if (on_down) on_down(detail);
}

std::chrono::milliseconds Keeper::next_wait() {
  wait_ = std::clamp(wait_ * 2, options_.first_wait, options_.last_wait);
  // Replicas that lost the same server must not all come back in the same moment.
  std::uniform_int_distribution<std::int64_t> jitter(wait_.count() / 2, wait_.count());
  return std::chrono::milliseconds(jitter(random_));
}

void Keeper::renew() {
  if (!link()) return;
  link_->on_down = {};
  link_->close();
  went_down(unavailable("The connection to the items database is being made anew."));
}

void Keeper::tick(core::TimePoint now) {
  if (const auto link = link_) link->tick(now);
}

}  // namespace grtc::items::postgres
