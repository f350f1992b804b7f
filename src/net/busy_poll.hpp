#pragma once
#include <chrono>

namespace grtc::net {

/// Whether an I/O loop that has nothing to do should look on for a moment before it sleeps. To fall asleep and be woken
/// takes about as long as Redis takes to answer, so where the next thing comes at once, not to sleep spares much of a
/// message's time. Where it does not, looking on is processor time for nothing: who looked in vain too often sleeps at
/// once, and tries again later. Thread: the loop's.
class BusyPoll {
 public:
  /// @param longest  how long to look on; 0: never
  explicit BusyPoll(std::chrono::microseconds longest = {}) noexcept : longest_(longest) {}

  [[nodiscard]] std::chrono::microseconds longest() const noexcept { return longest_; }
  /// Asked before each sleep that follows some work.
  [[nodiscard]] bool is_worth_it() noexcept;
  /// Something came while it looked on.
  void paid() noexcept;
  /// Nothing did.
  void was_in_vain() noexcept;

  /// One success outweighs so many vain attempts.
  static constexpr unsigned kGain = 3;
  static constexpr unsigned kMostCredit = 16;
  /// So many sleeps without looking on, when there is no credit left.
  static constexpr unsigned kRest = 64;

 private:
  std::chrono::microseconds longest_;
  unsigned credit_ = kGain;
  unsigned rest_ = 0;
};

}  // namespace grtc::net
