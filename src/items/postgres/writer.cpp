#include "items/postgres/writer.hpp"

#include <utility>

#include "items/postgres/problems.hpp"
#include "items/postgres/write_calls.hpp"

namespace grtc::items::postgres {
namespace {

constexpr std::chrono::seconds kBetweenPrunings{1};

std::uint64_t microseconds_since(std::chrono::steady_clock::time_point then) {
  const auto passed = std::chrono::steady_clock::now() - then;
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(passed).count());
}

}  // namespace

struct Writer::Batch {
  std::vector<Write> writes;
  std::vector<core::Result<Item>> results = {};
  Clock::time_point begun = Clock::now();
};

Writer::Writer(net::IoThread& io, const PostgresOptions& options, PostgresCounters& counters)
    : io_(io), options_(options), counters_(counters), keeper_(io, options, counters) {
  keeper_.on_up = [this] {
    tell_state(std::nullopt);
    pump();
  };
  keeper_.on_down = [this](const core::Problem& detail) { tell_state(detail); };
}

void Writer::submit(Write write) {
  const std::size_t weight = weight_of(write);
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() < options_.max_queued_writes && queued_bytes_ + weight <= options_.max_queued_bytes) {
      queued_bytes_ += weight;
      queue_.push_back(std::move(write));
      // Only the first has to wake the writer: it takes all that has come by then.
      if (queue_.size() == 1) io_.post([this] { pump(); });
      return;
    }
  }
  counters_.refused_writes.fetch_add(1, std::memory_order_relaxed);
  write.on->post([done = std::move(write.done)] { done(unavailable("Too many writes are waiting.")); });
}

std::size_t Writer::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void Writer::when_idle(std::function<void()> idle) {
  on_idle_ = std::move(idle);
  pump();
}

void Writer::pump() {
  {
    const std::lock_guard lock(mutex_);
    if (busy_) return;
  }
  while (const SharedBatch batch = next_batch()) {
    if (is_up()) return run(batch);
    refuse(batch, keeper_.why());
  }
  if (const auto idle = std::exchange(on_idle_, {})) idle();
}

void Writer::refuse(const SharedBatch& batch, const core::Problem& why) {
  counters_.failed_writes.fetch_add(batch->writes.size(), std::memory_order_relaxed);
  batch->results.assign(batch->writes.size(), why);
  answer_all(std::move(batch->writes), std::move(batch->results));
}

Writer::SharedBatch Writer::next_batch() {
  const std::lock_guard lock(mutex_);
  SharedBatch batch;
  if (!again_.empty()) {
    batch = std::move(again_.front());
    again_.pop_front();
  } else if (!queue_.empty()) {
    batch = std::make_shared<Batch>();
    std::size_t bytes = 0;
    while (!queue_.empty() && batch->writes.size() < options_.max_batch && bytes < options_.max_batch_bytes) {
      const std::size_t weight = weight_of(queue_.front());
      bytes += weight;
      queued_bytes_ -= weight;
      batch->writes.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
  }
  busy_ = batch != nullptr;
  return batch;
}

void Writer::run(const SharedBatch& batch) {
  keeper_.link()->run(opening_calls(batch->writes), [this, batch](const Outcome& outcome) { opened(batch, outcome); });
}

void Writer::opened(const SharedBatch& batch, const Outcome& outcome) {
  if (outcome.failure) return failed(batch, *outcome.failure, false);
  const auto ledger = std::make_shared<Ledger>(read_books(outcome.rows, options_.clock));
  batch->results.clear();
  for (const Write& write : batch->writes) batch->results.push_back(ledger->apply(write));
  if (!ledger->changes().empty()) return close(batch, ledger);
  roll_back();  // all were refused, or answered from their keys
  counters_.writes.fetch_add(batch->writes.size(), std::memory_order_relaxed);
  finish(batch);
}

void Writer::close(const SharedBatch& batch, const std::shared_ptr<Ledger>& ledger) {
  const auto now = Clock::now();
  const bool prunes = now - pruned_at_ >= kBetweenPrunings;
  if (prunes) pruned_at_ = now;
  keeper_.link()->run(closing_calls(*ledger, prunes), [this, batch, ledger](const Outcome& outcome) {
    // A transaction that failed in silence answers COMMIT with ROLLBACK.
    if (!outcome.failure && outcome.rows.back().command() != "COMMIT") {
      return failed(batch, Failure{unavailable("The items database did not commit.")}, false);
    }
    if (outcome.failure) return failed(batch, *outcome.failure, outcome.failure->lost);
    committed(batch, *ledger);
  });
}

void Writer::committed(const SharedBatch& batch, const Ledger& ledger) {
  counters_.writes.fetch_add(batch->writes.size(), std::memory_order_relaxed);
  counters_.batch_size.observe(batch->writes.size());
  counters_.write_us.observe(microseconds_since(batch->begun));
  tell_state(std::nullopt);
  if (on_committed) on_committed(ledger.changes());
  finish(batch);
}

void Writer::failed(const SharedBatch& batch, const Failure& failure, bool may_be_done) {
  if (!failure.lost) roll_back();
  if (batch->writes.size() > 1 && !failure.lost && concerns_one_write(failure.problem)) {
    for (Write& write : batch->writes) {
      again_.push_back(std::make_shared<Batch>());
      again_.back()->writes.push_back(std::move(write));
    }
    batch->writes.clear();
    return finish(batch);
  }
  if (may_be_done) counters_.unknown_writes.fetch_add(batch->writes.size(), std::memory_order_relaxed);
  refuse(batch, may_be_done ? unknown_fate() : failure.problem);
  if (!failure.lost) tell_state(failure.problem);
  // Of several hosts another one may be the primary by now.
  if (failure.read_only) keeper_.renew();
  finish(batch);
}

void Writer::roll_back() {
  if (is_up()) keeper_.link()->run(rollback_call(), [](const Outcome& /*nothing was kept*/) {});
}

void Writer::finish(const SharedBatch& batch) {
  answer_all(std::move(batch->writes), std::move(batch->results));
  {
    const std::lock_guard lock(mutex_);
    busy_ = false;
  }
  // Later: this may run inside the answer of a connection that is about to end.
  io_.post([this] { pump(); });
}

void Writer::tell_state(const std::optional<core::Problem>& problem) const {
  if (on_state) on_state(problem);
}

}  // namespace grtc::items::postgres
