#include "items/postgres/follower.hpp"

#include <string>
#include <utility>

#include "items/postgres/schema.hpp"

namespace grtc::items::postgres {
namespace {

const Statement kListen{"listen", "LISTEN " + std::string(kChannel)};
/// No log has it: asked for first, only to hear where the log stands.
constexpr std::int64_t kNoChange = -1;

}  // namespace

Follower::Follower(net::IoThread& io, const PostgresOptions& options, PostgresCounters& counters)
    : options_(options), keeper_(io, options, counters) {
  keeper_.on_up = [this] { listen(); };
  keeper_.on_notified = [this] { read(); };
}

void Follower::listen() {
  // A standby refuses it: then the log is read every second, as it is for a notification that was lost.
  keeper_.link()->run({{&kListen}}, [](const Outcome& /*told or not*/) {});
  read();
}

void Follower::tick(core::TimePoint now) {
  keeper_.tick(now);
  if (now - read_at_ >= options_.poll) read();
}

void Follower::read() {
  again_ = reading_;
  Link* link = keeper_.link();
  if (link == nullptr || reading_) return;
  reading_ = true;
  read_at_ = std::chrono::steady_clock::now();
  link->run({changes_call(heard_.value_or(kNoChange))}, [this](const Outcome& outcome) {
    reading_ = false;
    take(outcome);
  });
}

void Follower::take(const Outcome& outcome) {
  if (outcome.failure) return;  // the next tick reads again
  LogSlice log = read_changes(outcome.rows.front());
  if (!heard_ || log.history != history_ || !log.slice.complete) {
    start_over(log);
  } else {
    auto& changes = log.slice.changes;
    // Some may have been told while the answer was under way: committed() had them first.
    std::erase_if(changes, [this](const Change& change) { return change.id <= *heard_; });
    if (!changes.empty()) {
      heard_ = changes.back().id;
      tell(changes);
    }
  }
  if (*heard_ < log.slice.last_id || std::exchange(again_, false)) read();
}

void Follower::start_over(const LogSlice& log) {
  const bool had_begun = heard_.has_value();
  heard_ = log.slice.last_id;
  history_ = log.history;
  if (had_begun) tell({});
}

void Follower::committed(const std::vector<Change>& changes) {
  if (heard_ && changes.front().id == *heard_ + 1) {
    heard_ = changes.back().id;
    tell(changes);
  } else {
    read();  // others have written in between
  }
}

}  // namespace grtc::items::postgres
