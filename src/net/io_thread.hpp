#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "core/executor.hpp"
#include "core/time.hpp"
#include "net/busy_poll.hpp"
#include "net/poller.hpp"
#include "net/timer.hpp"

namespace grtc::net {

/// One I/O loop and what its connections share: the scratch buffer they read into, the tick that drives their
/// deadlines, the work to do at the end of a turn. A turn is: what is ready, what was posted, what is due, the end.
/// Everything but post() and stop() is the loop's own thread.
class IoThread final : public core::Executor {
 public:
  /// @param busy_poll  how long it looks on for what comes next before it sleeps; 0: it sleeps at once
  explicit IoThread(unsigned index, std::chrono::microseconds busy_poll = {});
  ~IoThread() override;

  /// Runs the loop on the calling thread until stop().
  void run();
  /// Any thread. What was posted before still runs.
  void stop();
  void post(std::function<void()> task) override;
  /// Any thread: whether it is this loop's.
  [[nodiscard]] bool is_current() const noexcept;

  /// Calls `expire` about every 100 ms. For deadlines kept in lists: a timer a connection would cost more memory
  /// than the connection.
  void every_tick(std::function<void(core::TimePoint)> expire);
  /// Runs `flush` once, after the handlers that are ready now. Asked for again from inside: once more.
  void at_end_of_turn(std::function<void()> flush);

  [[nodiscard]] unsigned index() const noexcept { return index_; }
  [[nodiscard]] Poller& poller() noexcept { return poller_; }
  [[nodiscard]] TimerQueue& timers() noexcept { return timers_; }
  /// Time of the latest tick or update_now(): for deadlines of whole seconds, without a system call each.
  [[nodiscard]] core::TimePoint now() const noexcept { return now_; }
  core::TimePoint update_now() noexcept { return now_ = std::chrono::steady_clock::now(); }
  /// 256 KiB that a handler may fill and must be done with when it returns; 64 spare bytes behind it may be read.
  [[nodiscard]] std::span<char> scratch() noexcept { return {scratch_.get(), kScratch}; }

  static constexpr std::size_t kScratch = 256 * 1024;
  static constexpr std::size_t kScratchSpare = 64;

 private:
  using Tasks = std::vector<std::function<void()>>;

  void turn();
  [[nodiscard]] Poller::Found wait();
  void run_posted(bool woken);
  void tick(core::TimePoint now);
  void end_turn();
  [[nodiscard]] int patience_ms(core::TimePoint now) const;

  unsigned index_;
  int wake_;  ///< eventfd(2): another thread has posted
  Poller poller_;
  BusyPoll busy_poll_;
  TimerQueue timers_;
  Tasks posted_here_;  ///< by this thread
  Tasks ending_;       ///< for the end of this turn
  std::vector<std::function<void(core::TimePoint)>> on_tick_;
  core::TimePoint now_;
  core::TimePoint next_tick_;
  int patience_ms_ = 0;       ///< of the next poll: until something is due
  bool was_at_work_ = false;  ///< something was ready in the latest turn
  bool stopped_ = false;
  std::unique_ptr<char[]> scratch_;
  std::atomic<std::thread::id> running_on_;

  std::mutex mutex_;
  Tasks posted_elsewhere_;  ///< by other threads, under mutex_
};

}  // namespace grtc::net
