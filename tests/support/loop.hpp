#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

#include "core/executor.hpp"
#include "core/problem.hpp"

namespace grtc::test {

/// An I/O loop without sockets, run by the test's thread; any thread posts.
class Loop final : public core::Executor {
 public:
  void post(std::function<void()> task) override {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    some_.notify_one();
  }

  /// Runs what is posted until `ended` holds. Throws after 20 s: the test fails instead of hanging.
  void run_until(const std::function<bool()>& ended) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!ended()) {
      std::function<void()> task;
      {
        std::unique_lock lock(mutex_);
        if (!some_.wait_until(lock, deadline, [this] { return !tasks_.empty(); })) {
          throw std::runtime_error("what the test waits for did not happen");
        }
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      task();
    }
  }

  /// Runs what has been posted so far.
  void run_posted() {
    for (;;) {
      std::function<void()> task;
      {
        const std::lock_guard lock(mutex_);
        if (tasks_.empty()) return;
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      task();
    }
  }

  /// The result of an asynchronous call: `ask` gets its `done`.
  template <class T>
  core::Result<T> wait_for(const std::function<void(std::function<void(core::Result<T>)>)>& ask) {
    std::optional<core::Result<T>> answer;
    ask([&answer](core::Result<T> result) { answer = std::move(result); });
    run_until([&answer] { return answer.has_value(); });
    return std::move(*answer);
  }

 private:
  std::mutex mutex_;
  std::condition_variable some_;
  std::deque<std::function<void()>> tasks_;
};

}  // namespace grtc::test
