#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "core/time.hpp"

namespace grtc::core {

/// What clients here were told while the log was out of reach, and the log does not have from here: a client that moved
/// to another replica meanwhile says it again there, and those who were told must not hear it twice. A message is known
/// by its sender and the sender's `id`. Thread: its room's.
class ToldAhead {
 public:
  /// @param operation  under which it was told
  void add(std::string_view peer, std::uint64_t id, std::uint64_t operation) {
    if (all_.size() >= kMost) all_.pop_front();
    all_.push_back({std::string(peer), id, operation});
    until_.reset();
  }
  /// It is being told by another replica. Nothing: it was not told here.
  [[nodiscard]] std::optional<std::uint64_t> take(std::string_view peer, std::uint64_t id);
  /// The log has it from here: nobody else will say it.
  void forget(std::uint64_t operation);
  /// While the log is within reach: who has not said it again within `window` never will.
  void expire(TimePoint now, std::chrono::milliseconds window);
  [[nodiscard]] bool empty() const noexcept { return all_.empty(); }

 private:
  struct Told {
    std::string peer;
    std::uint64_t id;
    std::uint64_t operation;
  };
  static constexpr std::size_t kMost = 20'000;

  std::deque<Told> all_;  ///< oldest first
  std::optional<TimePoint> until_;
};

}  // namespace grtc::core
