#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "app/stop_line.hpp"
#include "ops/ice.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"

namespace grtc::app {

/// Checks the STUN and TURN servers again and again on a thread of its own, for `/metrics`; a server that begins or
/// ceases to work is a line in the log.
class IceMonitor {
 public:
  /// @param every  the pause between two rounds (TURN_CHECK_S)
  /// @param log    outlives it
  IceMonitor(ops::IceConfig config, std::chrono::seconds every, ops::Log& log);
  IceMonitor(const IceMonitor&) = delete;
  IceMonitor& operator=(const IceMonitor&) = delete;
  /// Ends the round that runs, and the thread. A name server that does not answer is waited for.
  ~IceMonitor();

  /// Adds `grtc_turn_check_*`, by URL. This must outlive the scrapes of `metrics`.
  void publish(ops::Metrics& metrics) const;
  void start();
  /// Any thread: no further check is begun, and one that runs is cut short.
  void stop() noexcept;

 private:
  struct Last {
    std::string url;
    std::atomic<int> works{-1};  ///< 0, 1, or -1 before the first check
    std::atomic<std::int64_t> round_trip_us{0};
    std::atomic<std::int64_t> at_s{0};  ///< Unix time
  };
  void run();
  void check(Last& last);

  const ops::IceConfig config_;
  const std::chrono::seconds every_;
  ops::Log& log_;
  std::deque<Last> urls_;  ///< at most eight, as IceConfig has
  StopLine stop_line_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace grtc::app
