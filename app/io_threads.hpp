#pragma once
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "net/io_thread.hpp"

namespace grtc::app {

/// The I/O loops, each with the thread that runs it.
class IoThreads {
 public:
  /// @param busy_poll  see net::IoThread
  IoThreads(unsigned count, std::chrono::microseconds busy_poll);
  IoThreads(const IoThreads&) = delete;
  IoThreads& operator=(const IoThreads&) = delete;
  /// Stops and joins, if that has not been done.
  ~IoThreads();

  [[nodiscard]] const std::vector<net::IoThread*>& loops() const noexcept { return loops_; }
  void start();
  /// Ends all loops, after what was posted to them before, and their threads.
  void stop();

 private:
  std::vector<std::unique_ptr<net::IoThread>> owned_;
  std::vector<net::IoThread*> loops_;
  std::vector<std::thread> threads_;
};

}  // namespace grtc::app
