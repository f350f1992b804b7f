#pragma once
#include <algorithm>
#include <chrono>

#include "core/time.hpp"

namespace grtc::core {

/// A rate with a burst of twice the rate. Any thread, one at a time.
class TokenBucket {
 public:
  /// @param per_second  tokens a second; 0: never runs out
  TokenBucket(double per_second, TimePoint now) noexcept
      : rate_(per_second), level_(per_second * kBurst), filled_at_(now) {}

  /// Takes one token if there is one.
  [[nodiscard]] bool take(TimePoint now) noexcept {
    if (rate_ <= 0) return true;
    if (is_empty(now)) return false;
    level_ -= 1;
    return true;
  }

  /// No token is there. A `now` that lags behind is fine: what came in since counts the next time.
  [[nodiscard]] bool is_empty(TimePoint now) noexcept {
    if (rate_ <= 0) return false;
    // Also while there are tokens: time that a full bucket waited for would else be paid out later, beside the burst.
    if (now > filled_at_) fill(now);
    return level_ < 1;
  }

  /// How long until there is a token again; at least 1 ms, so that a timer makes progress.
  [[nodiscard]] std::chrono::milliseconds wait() const noexcept {
    if (rate_ <= 0) return std::chrono::milliseconds(0);
    return std::chrono::milliseconds(1 + static_cast<long>(std::max(0.0, 1 - level_) * 1000 / rate_));
  }

 private:
  static constexpr double kBurst = 2;

  void fill(TimePoint now) noexcept {
    const std::chrono::duration<double> passed = now - filled_at_;
    level_ = std::min(rate_ * kBurst, level_ + passed.count() * rate_);
    filled_at_ = now;
  }

  double rate_;
  double level_;
  TimePoint filled_at_;
};

}  // namespace grtc::core
