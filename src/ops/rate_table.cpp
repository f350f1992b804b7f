#include "ops/rate_table.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <cmath>

namespace grtc::ops {

RateTable::RateTable(double per_second, double burst, std::size_t max_keys)
    : per_second_(per_second), burst_(burst), max_keys_(std::max<std::size_t>(max_keys, 1)) {}

RateTable::Bucket& RateTable::bucket_of(std::string_view key, core::TimePoint now) {
  if (const auto found = buckets_.find(key); found != buckets_.end()) {
    by_use_.splice(by_use_.begin(), by_use_, found->second);
    return by_use_.front();
  }
  if (buckets_.size() >= max_keys_) {
    buckets_.erase(by_use_.back().key);
    by_use_.pop_back();
  }
  by_use_.push_front({std::string(key), burst_, now});
  buckets_.emplace(by_use_.front().key, by_use_.begin());
  return by_use_.front();
}

std::uint32_t RateTable::take(std::string_view key, core::TimePoint now) {
  if (per_second_ <= 0) return 0;
  const std::lock_guard lock(mutex_);
  Bucket& bucket = bucket_of(key, now);
  // Threads read the clock apart: a slightly older `now` is no time passed.
  const double passed = std::max(0.0, std::chrono::duration<double>(now - bucket.filled).count());
  bucket.tokens = std::min(burst_, bucket.tokens + passed * per_second_);
  bucket.filled = std::max(bucket.filled, now);
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return 0;
  }
  return static_cast<std::uint32_t>(std::max(1.0, std::ceil((1 - bucket.tokens) / per_second_)));
}

std::string rate_key(std::string_view address) {
  std::string key(address);
  std::array<unsigned char, 16> bytes{};
  if (::inet_pton(AF_INET6, key.c_str(), bytes.data()) != 1) return key;
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  return text.data();
}

}  // namespace grtc::ops
