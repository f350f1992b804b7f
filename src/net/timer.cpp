#include "net/timer.hpp"

#include "net/io_thread.hpp"

namespace grtc::net {

TimerQueue::Place TimerQueue::add(core::TimePoint at, Timer& timer, Task task) {
  return tasks_.emplace(at, std::pair(&timer, std::move(task)));
}

TimerQueue::Task TimerQueue::take(Place place) {
  place->second.first->place_.reset();
  Task task = std::move(place->second.second);
  tasks_.erase(place);
  return task;
}

void TimerQueue::run_due(core::TimePoint now) {
  while (!tasks_.empty() && tasks_.begin()->first <= now) take(tasks_.begin())();
}

std::optional<core::TimePoint> TimerQueue::earliest() const {
  if (tasks_.empty()) return std::nullopt;
  return tasks_.begin()->first;
}

void TimerQueue::clear() {
  while (!tasks_.empty()) static_cast<void>(take(tasks_.begin()));
}

void Timer::start(std::chrono::milliseconds wait, TimerQueue::Task task) {
  cancel();
  place_ = io_.timers().add(io_.update_now() + wait, *this, std::move(task));
}

void Timer::cancel() {
  // What the task holds goes last: it may be the owner of this timer.
  if (place_) static_cast<void>(io_.timers().take(*place_));
}

}  // namespace grtc::net
