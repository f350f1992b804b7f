#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

#include "core/time.hpp"
#include "core/token_bucket.hpp"
#include "net/io_thread.hpp"

namespace grtc::signalling {

/// What one client's messages cost (MESSAGE_RATE): whose bucket is empty is read no further, and so slowed down without
/// losing anything. Thread: its loop's.
class Throttle {
 public:
  /// @param per_second  messages a second; 0: any number
  Throttle(double per_second, net::IoThread& io) : io_(io), bucket_(per_second, io.now()) {}

  enum class Verdict : std::uint8_t {
    go_on,
    pause,     ///< read no further for wait()
    flooding,  ///< its bucket has been empty for 30 s
  };

  /// Takes the token of the message that was just handled.
  [[nodiscard]] Verdict pay() {
    bool paid = bucket_.take(io_.now());
    if (paid && !bucket_.is_empty(io_.now())) return Verdict::go_on;
    // The turn's clock may be older than the end of the pause that this message waited for.
    const core::TimePoint now = io_.update_now();
    if (!paid) paid = bucket_.take(now);
    if (paid && !bucket_.is_empty(now)) return Verdict::go_on;
    if (!empty_since_) empty_since_ = now;
    return now - *empty_since_ >= kTooLong ? Verdict::flooding : Verdict::pause;
  }

  [[nodiscard]] std::chrono::milliseconds wait() const { return bucket_.wait(); }

  /// All that the client had sent is handled.
  void caught_up() { empty_since_.reset(); }

 private:
  /// A client that never lets its bucket fill is not bursting, it is flooding.
  static constexpr std::chrono::seconds kTooLong{30};

  net::IoThread& io_;
  core::TokenBucket bucket_;
  std::optional<core::TimePoint> empty_since_;
};

}  // namespace grtc::signalling
