#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "core/time.hpp"

namespace grtc::net {

class IoThread;
class Timer;

/// What is to run at a time, earliest first. Thread: its loop's.
class TimerQueue {
 public:
  using Task = std::function<void()>;
  using Place = std::multimap<core::TimePoint, std::pair<Timer*, Task>>::iterator;

  [[nodiscard]] Place add(core::TimePoint at, Timer& timer, Task task);
  /// Takes a timer's task out of the queue; the timer knows that it no longer runs.
  [[nodiscard]] Task take(Place place);
  void run_due(core::TimePoint now);
  [[nodiscard]] std::optional<core::TimePoint> earliest() const;
  /// Drops all without running them.
  void clear();

 private:
  std::multimap<core::TimePoint, std::pair<Timer*, Task>> tasks_;
};

/// Runs a task on a loop after a while, once. Cancelled by starting it again and by its end. Precision: a millisecond.
/// For the few that wait for something of their own; deadlines that every connection has are lists, seen to by
/// IoThread::every_tick().
class Timer {
 public:
  explicit Timer(IoThread& io) noexcept : io_(io) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { cancel(); }

  void start(std::chrono::milliseconds wait, TimerQueue::Task task);
  void cancel();

 private:
  friend class TimerQueue;
  IoThread& io_;
  std::optional<TimerQueue::Place> place_;
};

}  // namespace grtc::net
