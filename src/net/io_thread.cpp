#include "net/io_thread.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <sched.h>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace grtc::net {
namespace {

constexpr std::chrono::milliseconds kTick{100};

}  // namespace

IoThread::IoThread(unsigned index, std::chrono::microseconds busy_poll)
    : index_(index),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      busy_poll_(busy_poll),
      now_(std::chrono::steady_clock::now()),
      next_tick_(now_ + kTick),
      scratch_(std::make_unique<char[]>(kScratch + kScratchSpare)) {
  if (wake_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  poller_.wake_by(wake_);
}

IoThread::~IoThread() {
  // What waits here holds connections, and their ends may post and cancel: until nothing is left.
  for (;;) {
    poller_.clear();
    timers_.clear();
    Tasks dropped = std::exchange(ending_, {});
    std::move(posted_here_.begin(), posted_here_.end(), std::back_inserter(dropped));
    posted_here_.clear();
    {
      const std::lock_guard lock(mutex_);
      std::move(posted_elsewhere_.begin(), posted_elsewhere_.end(), std::back_inserter(dropped));
      posted_elsewhere_.clear();
    }
    if (dropped.empty()) break;
  }
  ::close(wake_);
}

void IoThread::run() {
  running_on_.store(std::this_thread::get_id());
  while (!stopped_) turn();
  running_on_.store(std::thread::id());
}

void IoThread::stop() {
  post([this] { stopped_ = true; });
}

bool IoThread::is_current() const noexcept {
  return running_on_.load(std::memory_order_relaxed) == std::this_thread::get_id();
}

void IoThread::post(std::function<void()> task) {
  if (is_current()) {
    posted_here_.push_back(std::move(task));
    return;
  }
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = posted_elsewhere_.empty();
    posted_elsewhere_.push_back(std::move(task));
  }
  if (first) ::eventfd_write(wake_, 1);
}

void IoThread::every_tick(std::function<void(core::TimePoint)> expire) {
  on_tick_.push_back(std::move(expire));
}

void IoThread::at_end_of_turn(std::function<void()> flush) {
  ending_.push_back(std::move(flush));
}

void IoThread::turn() {
  const Poller::Found found = posted_here_.empty() && ending_.empty() ? wait() : poller_.poll(0);
  was_at_work_ = found.anything;
  run_posted(found.woken);
  const core::TimePoint now = std::chrono::steady_clock::now();
  timers_.run_due(now);
  if (now >= next_tick_) tick(now);
  end_turn();
  patience_ms_ = patience_ms(now);
}

Poller::Found IoThread::wait() {
  if (was_at_work_ && patience_ms_ > 0 && busy_poll_.is_worth_it()) {
    const core::TimePoint until = std::chrono::steady_clock::now() + busy_poll_.longest();
    do {
      if (const Poller::Found found = poller_.poll(0); found.anything) {
        busy_poll_.paid();
        return found;
      }
      ::sched_yield();  // whoever has something to do goes first
    } while (std::chrono::steady_clock::now() < until);
    busy_poll_.was_in_vain();
  }
  return poller_.poll(patience_ms_);
}

void IoThread::run_posted(bool woken) {
  // What they post has its turn after the sockets have had theirs.
  Tasks tasks = std::exchange(posted_here_, {});
  if (woken) {
    const std::lock_guard lock(mutex_);
    if (tasks.empty()) {
      tasks.swap(posted_elsewhere_);
    } else {
      std::move(posted_elsewhere_.begin(), posted_elsewhere_.end(), std::back_inserter(tasks));
      posted_elsewhere_.clear();
    }
  }
  for (auto& task : tasks) std::exchange(task, nullptr)();
}

void IoThread::tick(core::TimePoint now) {
  now_ = now;
  next_tick_ = now + kTick;
  for (const auto& expire : on_tick_) expire(now);
}

void IoThread::end_turn() {
  while (!ending_.empty()) {
    Tasks tasks = std::exchange(ending_, {});
    for (const auto& task : tasks) task();
    if (ending_.empty()) {
      tasks.clear();
      ending_.swap(tasks);  // keeps its memory: there is one of these each turn
    }
  }
}

int IoThread::patience_ms(core::TimePoint now) const {
  const core::TimePoint due = std::min(next_tick_, timers_.earliest().value_or(next_tick_));
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(due - now);
  return static_cast<int>(std::clamp<std::int64_t>(wait.count(), 0, kTick.count()));
}

}  // namespace grtc::net
