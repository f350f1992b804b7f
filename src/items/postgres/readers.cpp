#include "items/postgres/readers.hpp"

#include <chrono>
#include <utility>

#include "items/postgres/problems.hpp"

namespace grtc::items::postgres {

Readers::Readers(net::IoThread& io, const PostgresOptions& options, PostgresCounters& counters)
    : options_(options), counters_(counters) {
  // One connection writes, one listens.
  for (unsigned i = 2; i < options.pool; ++i) {
    keepers_.push_back(std::make_unique<Keeper>(io, options, counters));
    keepers_.back()->on_up = [this] { pump(); };
    keepers_.back()->on_down = [this](const core::Problem& /*detail*/) { pump(); };
  }
}

Readers::~Readers() {
  closing_ = true;
}

void Readers::start() {
  for (const auto& keeper : keepers_) keeper->start();
}

void Readers::tick(core::TimePoint now) {
  for (const auto& keeper : keepers_) keeper->tick(now);
}

Link* Readers::best() const noexcept {
  Link* least = nullptr;
  if (closing_) return least;
  for (const auto& keeper : keepers_) {
    Link* link = keeper->link();
    if (link != nullptr && (least == nullptr || link->waiting() < least->waiting())) least = link;
  }
  return least;
}

core::Problem Readers::why() const {
  return closing_ ? unavailable("The items database is being closed.") : keepers_.front()->why();
}

void Readers::run(Call call, Link::Done done) {
  Link* link = best();
  if (link == nullptr) return done({{}, Failure{why()}});
  if (link->waiting() < options_.max_pipelined) return send(*link, {std::move(call), std::move(done)});
  if (waiting_.size() < options_.max_queued_reads) {
    waiting_.push_back({std::move(call), std::move(done)});
    return counters_.read_queue.store(waiting_.size(), std::memory_order_relaxed);
  }
  counters_.refused_reads.fetch_add(1, std::memory_order_relaxed);
  done({{}, Failure{unavailable("Too many reads are waiting.")}});
}

void Readers::send(Link& link, Job job) {
  const auto sent = std::chrono::steady_clock::now();
  std::vector<Call> calls;
  calls.push_back(std::move(job.call));
  link.run(std::move(calls), [this, sent, done = std::move(job.done)](Outcome outcome) {
    const auto took = std::chrono::steady_clock::now() - sent;
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    counters_.read_us.observe(static_cast<std::uint64_t>(micros));
    done(std::move(outcome));
    pump();
  });
}

void Readers::pump() {
  while (!waiting_.empty()) {
    Link* link = best();
    if (link != nullptr && link->waiting() >= options_.max_pipelined) return;
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    counters_.read_queue.store(waiting_.size(), std::memory_order_relaxed);
    if (link == nullptr) {
      job.done({{}, Failure{why()}});
    } else {
      send(*link, std::move(job));
    }
  }
}

}  // namespace grtc::items::postgres
