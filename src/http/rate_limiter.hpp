#pragma once
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/time.hpp"

namespace grtc::http {

/// REQUEST_RATE: a token bucket a client address, with a burst of twice the rate.
/// Any thread: a client's connections are spread over all I/O threads and share one allowance, so this is the one place
/// with a lock, taken only when the limit is on.
class RateLimiter {
 public:
  /// @param per_second     requests a second and address; 0: no limit
  /// @param max_addresses  bound of the table; the address unseen for longest makes room for a new one
  RateLimiter(std::uint32_t per_second, std::size_t max_addresses);

  /// Takes one token of `address`.
  /// @return 0: go on; else seconds until there is one again (for `Retry-After`)
  [[nodiscard]] std::uint32_t take(std::string_view address, core::TimePoint now);

 private:
  struct Bucket {
    std::string address;
    double tokens;
    core::TimePoint filled;
  };
  Bucket& bucket_of(std::string_view address, core::TimePoint now);

  const double per_second_;
  const double burst_;
  const std::size_t max_addresses_;
  std::mutex mutex_;
  std::list<Bucket> by_use_;                                                   ///< the latest in front
  std::unordered_map<std::string_view, std::list<Bucket>::iterator> buckets_;  ///< keys live in by_use_
};

}  // namespace grtc::http
