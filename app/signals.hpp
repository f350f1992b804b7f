#pragma once
#include <chrono>
#include <cstdint>

namespace grtc::app {

/// What the main thread waits for.
enum class Event : std::uint8_t {
  timeout,
  stop,    ///< SIGTERM or SIGINT
  reload,  ///< SIGHUP
  woken,   ///< wake()
};

/// Signals as something to wait for, instead of handlers. Made before the first thread, so that all threads inherit
/// the blocked mask. SIGPIPE is ignored: a broken pipe is an error of its write.
class Signals {
 public:
  Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

  /// Thread: the main one. Several wake() before a wait count as one.
  [[nodiscard]] Event wait(std::chrono::milliseconds at_most);
  [[nodiscard]] Event wait();
  /// Any thread: the running or next wait() returns.
  void wake() noexcept;

 private:
  Event wait_ms(int timeout_ms);

  int signals_ = -1;
  int wakes_ = -1;
};

}  // namespace grtc::app
