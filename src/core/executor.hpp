#pragma once
#include <functional>

namespace grtc::core {

/// Where a callback has to run: usually one I/O thread's loop. Any thread may post.
class Executor {
 public:
  Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  virtual ~Executor() = default;

  /// Runs `task` once on the executor's thread, later, in the order of the posts of one thread.
  virtual void post(std::function<void()> task) = 0;
};

}  // namespace grtc::core
