#pragma once
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/executor.hpp"
#include "core/time.hpp"

namespace boost::asio {
class io_context;
}

namespace grtc::net {

/// One I/O loop and what its connections share: the scratch buffer they read into, the tick that drives their
/// deadlines, the work to do at the end of a turn. Everything but post() and stop() is the loop's own thread.
class IoThread final : public core::Executor {
 public:
  explicit IoThread(unsigned index);
  ~IoThread() override;

  /// Runs the loop on the calling thread until stop().
  void run();
  /// Any thread. What was posted before still runs.
  void stop();
  void post(std::function<void()> task) override;

  /// Calls `expire` about every 100 ms. For deadlines kept in lists: a timer a connection would cost more memory
  /// than the connection.
  void every_tick(std::function<void(core::TimePoint)> expire);
  /// Runs `flush` once, after the handlers that are ready now. Asked for again from inside: once more.
  void at_end_of_turn(std::function<void()> flush);

  [[nodiscard]] unsigned index() const noexcept { return index_; }
  [[nodiscard]] boost::asio::io_context& context() noexcept { return *context_; }
  /// Time of the latest tick or update_now(): for deadlines of whole seconds, without a system call each.
  [[nodiscard]] core::TimePoint now() const noexcept { return now_; }
  core::TimePoint update_now() noexcept { return now_ = std::chrono::steady_clock::now(); }
  /// 256 KiB that a handler may fill and must be done with when it returns; 64 spare bytes behind it may be read.
  [[nodiscard]] std::span<char> scratch() noexcept { return {scratch_.get(), kScratch}; }

  static constexpr std::size_t kScratch = 256 * 1024;
  static constexpr std::size_t kScratchSpare = 64;

 private:
  struct Tick;
  void arm_tick();

  unsigned index_;
  std::unique_ptr<boost::asio::io_context> context_;
  std::unique_ptr<Tick> tick_;
  std::vector<std::function<void(core::TimePoint)>> on_tick_;
  core::TimePoint now_;
  std::unique_ptr<char[]> scratch_;
};

}  // namespace grtc::net
