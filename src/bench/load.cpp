#include "bench/load.hpp"

#include <algorithm>
#include <chrono>
#include <sys/resource.h>
#include <utility>

#include "bench/bench_peer.hpp"

namespace grtc::bench {
namespace {

constexpr std::chrono::milliseconds kBeat{1};
/// Connections that are opened with one beat.
constexpr std::size_t kOpenAtOnce = 4;
constexpr std::uint64_t kJoinPatienceUs = 30'000'000;
/// When all are connected and nothing has come for so long, nothing more will.
constexpr std::uint64_t kQuietUs = 2'000'000;
/// A message is due at its time; those of one beat of a late generator are not let loose all at once.
constexpr std::uint64_t kSendAtOnce = 2000;

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

Load::Load(Plan plan, Target target, std::function<void(const Tick&)> every_second)
    : plan_(std::move(plan)),
      target_(std::move(target)),
      every_second_(std::move(every_second)),
      dialect_(Dialect::by_name(plan_.protocol)),
      padding_(plan_.size, 'x'),
      made_(std::chrono::steady_clock::now()) {
  static constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
  for (int i = 0; i < 6; ++i) run_id_ += kLetters[random_() % kLetters.size()];
  outcome_.plan = plan_;
  for (std::uint32_t seat = 0; seat < plan_.rooms * plan_.peers; ++seat) {
    peers_.push_back(std::make_unique<BenchPeer>(*this, seat));
  }
}

Load::~Load() = default;

core::Result<Outcome> Load::run() {
  io_.post([this] { beat(); });
  io_.run();
  if (begun_us_ == 0) {
    const std::string why = !failure_.empty() ? failure_ : outcome_.broken_why;
    return core::Problem{core::Code::unavailable,
                         std::to_string(connected()) + " of " + std::to_string(peers_.size()) + " peers could join" +
                             (why.empty() ? "" : "; the first one that could not: " + why),
                         {},
                         0};
  }
  outcome_.verdict = checker_.verdict();
  outcome_.seconds = static_cast<double>(ended_us_ - begun_us_) / 1e6;
  return std::move(outcome_);
}

std::uint64_t Load::now_us() const {
  const auto passed = std::chrono::steady_clock::now() - made_;
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(passed).count());
}

/// Once a millisecond, from the first connection to the last message.
void Load::beat() {
  const std::uint64_t now = now_us();
  if (begun_us_ == 0) {
    open_some();
    if (all_joined()) begin();
    // Each has tried twice and nobody got in: there is nobody to talk to.
    const bool hopeless = outcome_.broken >= 2 * peers_.size() && connected() == 0;
    if (begun_us_ == 0 && (now > kJoinPatienceUs || hopeless || !failure_.empty())) return io_.stop();
  } else if (ended_us_ == 0) {
    send_due(now);
    const double elapsed = static_cast<double>(now - begun_us_) / 1e6;
    disturb(elapsed);
    if (static_cast<std::uint32_t>(elapsed) > seconds_told_) each_second(++seconds_told_);
    if (elapsed >= plan_.seconds) {
      ended_us_ = now;
      outcome_.cpu_share = (cpu_seconds() - cpu_before_) / elapsed;
    }
  } else {
    finish_when_settled(now);
  }
  timer_.start(kBeat, [this] { beat(); });
}

// ---- peers -------------------------------------------------------------------------------------------------------

void Load::open_some() {
  for (std::size_t i = 0; i < kOpenAtOnce && opened_ < peers_.size(); ++i) peers_[opened_++]->join();
}

bool Load::all_joined() const {
  return opened_ == peers_.size() && connected() == peers_.size();
}

std::uint32_t Load::connected() const {
  return static_cast<std::uint32_t>(
      std::count_if(peers_.begin(), peers_.end(), [](const auto& peer) { return peer->joined(); }));
}

Seat Load::seat_of(Stay stay) const {
  const std::string name = run_id_ + "-" + std::to_string(stay.seat) + "-" + std::to_string(stay.stay);
  return {"bench-" + run_id_ + "-" + std::to_string(stay.seat / plan_.peers), name, "token-" + name};
}

BenchPeer& Load::any_peer() {
  return *peers_[random_() % peers_.size()];
}

void Load::begin() {
  begun_us_ = now_us();
  outcome_.broken = 0;
  cpu_before_ = cpu_seconds();
}

void Load::disturb(double elapsed_s) {
  for (; churn_due_ < plan_.churn * elapsed_s; ++churn_due_) {
    BenchPeer& peer = any_peer();
    if (!peer.joined()) continue;
    peer.churn();
    ++outcome_.churned;
  }
  for (; cuts_due_ < plan_.cuts * elapsed_s; ++cuts_due_) {
    BenchPeer& peer = any_peer();
    if (!peer.joined()) continue;
    peer.cut();
    ++outcome_.cut;
  }
}

// ---- messages ----------------------------------------------------------------------------------------------------

void Load::send_due(std::uint64_t now) {
  const double elapsed_s = std::min(static_cast<double>(now - begun_us_) / 1e6, static_cast<double>(plan_.seconds));
  const auto due = static_cast<std::uint64_t>(elapsed_s * plan_.rate);
  for (std::uint64_t n = 0; outcome_.due < due && n < kSendAtOnce; ++n) send_one(outcome_.due++);
}

void Load::send_one(std::uint64_t index) {
  BenchPeer& sender = *peers_[index % peers_.size()];
  BenchPeer* receiver = sender.takes_part() ? receiver_for(sender, index / peers_.size()) : nullptr;
  if (receiver == nullptr) {
    ++outcome_.skipped;
    return;
  }
  Note note{sender.stay(), receiver->stay(), 0, 0};
  note.number = checker_.send(note.from, note.to);
  note.due_us = begun_us_ + static_cast<std::uint64_t>(static_cast<double>(index) * 1e6 / plan_.rate);
  const std::uint64_t now = now_us();
  outcome_.lag.add(now > note.due_us ? now - note.due_us : 0);
  sender.send(note, receiver->who());
}

/// The next of the room who takes part, another one each turn.
BenchPeer* Load::receiver_for(const BenchPeer& sender, std::uint64_t turn) {
  const std::uint32_t seat = sender.stay().seat;
  const std::uint32_t first = seat - seat % plan_.peers;
  for (std::uint32_t step = 0; step + 1 < plan_.peers; ++step) {
    const auto offset = static_cast<std::uint32_t>(1 + (turn + step) % (plan_.peers - 1));
    BenchPeer& peer = *peers_[first + (seat - first + offset) % plan_.peers];
    if (peer.takes_part()) return &peer;
  }
  return nullptr;
}

void Load::arrived(const Note& note, Stay at) {
  checker_.receive(note.from, at, note.number);
  const std::uint64_t now = now_us();
  last_arrival_us_ = now;
  const std::uint64_t took = now > note.due_us ? now - note.due_us : 0;
  outcome_.latency.add(took);
  second_latency_.add(took);
  ++second_delivered_;
}

void Load::each_second(std::uint32_t second) {
  if (every_second_) {
    every_second_({second, connected(), second_delivered_, second_latency_.quantile(0.5),
                   second_latency_.quantile(0.99), outcome_.cut, checker_.verdict()});
  }
  second_latency_.clear();
  second_delivered_ = 0;
}

void Load::finish_when_settled(std::uint64_t now) {
  const bool over = now - ended_us_ >= std::uint64_t{plan_.settle_s} * 1'000'000;
  const bool all_here = connected() == peers_.size();
  const bool quiet = now - std::max(ended_us_, last_arrival_us_) >= kQuietUs;
  if (over || (all_here && (checker_.complete() || quiet))) io_.stop();
}

}  // namespace grtc::bench
