#pragma once
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/time.hpp"

namespace grtc::ops {

/// A token bucket for each key (a client address, a peer), with a bound on the keys: the one unseen for longest makes
/// room. Any thread: a client's connections are spread over the I/O threads and share one allowance, hence the lock,
/// which is held for a look-up.
class RateTable {
 public:
  /// @param per_second  tokens a second and key; 0: no limit
  /// @param burst       at most so many at once, from 1
  /// @param max_keys    from 1
  RateTable(double per_second, double burst, std::size_t max_keys);

  /// Takes one of `key`'s tokens.
  /// @return 0: there was one; else seconds until there is one again (for `Retry-After`)
  [[nodiscard]] std::uint32_t take(std::string_view key, core::TimePoint now);

 private:
  struct Bucket {
    std::string key;
    double tokens;
    core::TimePoint filled;
  };
  Bucket& bucket_of(std::string_view key, core::TimePoint now);

  const double per_second_;
  const double burst_;
  const std::size_t max_keys_;
  std::mutex mutex_;
  std::list<Bucket> by_use_;                                                   ///< the latest in front
  std::unordered_map<std::string_view, std::list<Bucket>::iterator> buckets_;  ///< keys live in by_use_
};

/// The key of a client address: IPv6 by its /64, which one subscriber has whole (RFC 6177); IPv4 and other text as it
/// is.
[[nodiscard]] std::string rate_key(std::string_view address);

}  // namespace grtc::ops
