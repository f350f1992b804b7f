#include "http/rate_limiter.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace grtc::http {

RateLimiter::RateLimiter(std::uint32_t per_second, std::size_t max_addresses)
    : per_second_(per_second), burst_(2.0 * per_second), max_addresses_(std::max<std::size_t>(max_addresses, 1)) {}

RateLimiter::Bucket& RateLimiter::bucket_of(std::string_view address, core::TimePoint now) {
  if (const auto found = buckets_.find(address); found != buckets_.end()) {
    by_use_.splice(by_use_.begin(), by_use_, found->second);
    return by_use_.front();
  }
  if (buckets_.size() >= max_addresses_) {
    buckets_.erase(by_use_.back().address);
    by_use_.pop_back();
  }
  by_use_.push_front({std::string(address), burst_, now});
  buckets_.emplace(by_use_.front().address, by_use_.begin());
  return by_use_.front();
}

std::uint32_t RateLimiter::take(std::string_view address, core::TimePoint now) {
  if (per_second_ == 0) return 0;
  const std::lock_guard lock(mutex_);
  Bucket& bucket = bucket_of(address, now);
  // Threads read the clock apart: a slightly older `now` must not count as a negative stay.
  const double stay = std::max(0.0, std::chrono::duration<double>(now - bucket.filled).count());
  bucket.tokens = std::min(burst_, bucket.tokens + stay * per_second_);
  bucket.filled = std::max(bucket.filled, now);
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return 0;
  }
  return static_cast<std::uint32_t>(std::max(1.0, std::ceil((1 - bucket.tokens) / per_second_)));
}

}  // namespace grtc::http
