#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench/checker.hpp"
#include "bench/dialect.hpp"
#include "bench/latency_histogram.hpp"
#include "bench/wire.hpp"
#include "core/time.hpp"
#include "net/io_thread.hpp"
#include "net/timer.hpp"

namespace grtc::bench {

class BenchPeer;

/// What a run does.
struct Plan {
  std::string url;
  std::string protocol;  ///< see Dialect::by_name()
  std::uint32_t rooms = 0;
  std::uint32_t peers = 0;  ///< of each room
  double rate = 0;          ///< messages a second, of all peers together
  std::uint32_t seconds = 0;
  std::uint32_t size = 0;      ///< bytes of padding in a message
  double churn = 0;            ///< peers a second that leave, and others that come in their place
  double cuts = 0;             ///< connections a second that break, and come back
  std::uint32_t settle_s = 0;  ///< how long the last messages may take
};

struct Outcome {
  Plan plan;
  double seconds = 0;         ///< that were measured
  std::uint64_t due = 0;      ///< messages that the plan asked for
  std::uint64_t skipped = 0;  ///< of these, because no sender or receiver was there
  std::uint64_t churned = 0;
  std::uint64_t cut = 0;
  std::uint64_t not_resumed = 0;
  std::uint64_t broken = 0;  ///< connections that ended by themselves
  std::string broken_why;    ///< of the first one
  Verdict verdict;
  LatencyHistogram latency;  ///< from when a message should have left to its arrival
  LatencyHistogram lag;      ///< from when it should have left to when it did: the generator's own fault
  double cpu_share = 0;      ///< of one core, that the generator took
};

/// What the last second was like.
struct Tick {
  std::uint32_t second = 0;
  std::uint32_t connected = 0;
  std::uint64_t delivered = 0;
  std::uint64_t p50_us = 0;
  std::uint64_t p99_us = 0;
  std::uint64_t cut = 0;
  Verdict so_far;
};

/// One run against one server. Open loop: messages leave when they are due, however the earlier ones fared, and their
/// latency counts from then. Thread: the one that calls run().
class Load {
 public:
  /// @param every_second  told while it runs
  Load(Plan plan, Target target, std::function<void(const Tick&)> every_second);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  /// @return what came of it; Code::unavailable when not all peers could join
  [[nodiscard]] core::Result<Outcome> run();

 private:
  friend class BenchPeer;
  void beat();
  void begin();
  void open_some();
  void send_due(std::uint64_t now_us);
  void send_one(std::uint64_t index);
  void disturb(double elapsed_s);
  void each_second(std::uint32_t second);
  void finish_when_settled(std::uint64_t now_us);
  [[nodiscard]] BenchPeer* receiver_for(const BenchPeer& sender, std::uint64_t turn);
  [[nodiscard]] BenchPeer& any_peer();
  [[nodiscard]] std::uint32_t connected() const;
  [[nodiscard]] std::uint64_t now_us() const;
  [[nodiscard]] Seat seat_of(Stay stay) const;
  [[nodiscard]] bool all_joined() const;
  void arrived(const Note& note, Stay at);

  Plan plan_;
  Target target_;
  std::function<void(const Tick&)> every_second_;
  std::unique_ptr<Dialect> dialect_;
  std::string padding_;
  std::string run_id_;
  net::IoThread io_{0};
  net::Timer timer_{io_};
  std::mt19937_64 random_{std::random_device()()};
  std::vector<std::unique_ptr<BenchPeer>> peers_;
  std::size_t opened_ = 0;
  Checker checker_;
  Outcome outcome_;
  LatencyHistogram second_latency_;
  std::uint64_t second_delivered_ = 0;
  core::TimePoint made_;
  std::uint64_t begun_us_ = 0;  ///< 0: peers still join
  std::uint64_t ended_us_ = 0;
  std::uint64_t last_arrival_us_ = 0;
  std::uint32_t seconds_told_ = 0;
  double churn_due_ = 0;
  double cuts_due_ = 0;
  double cpu_before_ = 0;
  std::string failure_;
};

}  // namespace grtc::bench
