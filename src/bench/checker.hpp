#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <unordered_map>

namespace grtc::bench {

/// A peer between its joining and its leaving for good: its seat and how often that was taken before.
struct Stay {
  std::uint32_t seat = 0;
  std::uint32_t stay = 0;
  friend bool operator==(const Stay&, const Stay&) = default;
};

struct Verdict {
  std::uint64_t sent = 0;  ///< of which each is expected once
  std::uint64_t delivered = 0;
  std::uint64_t lost = 0;
  std::uint64_t doubled = 0;
  std::uint64_t reordered = 0;

  [[nodiscard]] bool clean() const noexcept { return lost == 0 && doubled == 0 && reordered == 0; }
};

/// Holds what arrives to what was sent: from each stay to each other one the numbers 1, 2, 3, ..., every one once and
/// in that order. Thread: one.
class Checker {
 public:
  /// The number of the next message of this pair.
  [[nodiscard]] std::uint64_t send(Stay from, Stay to);
  /// It arrived.
  void receive(Stay from, Stay to, std::uint64_t number);
  /// The receiver has gone for good: what was on its way to it is expected no more.
  void forget(Stay to);

  /// What is expected and has not come yet counts as lost.
  [[nodiscard]] Verdict verdict() const;
  [[nodiscard]] bool complete() const noexcept { return expected_ == arrived_; }

 private:
  struct Stream {
    std::uint64_t sent = 0;
    std::uint64_t last = 0;
    std::set<std::uint64_t> missing;  ///< below `last`
  };
  struct Hash {
    std::size_t operator()(const Stay& stay) const noexcept {
      return std::hash<std::uint64_t>()((std::uint64_t{stay.seat} << 32) | stay.stay);
    }
  };
  using Streams = std::unordered_map<Stay, Stream, Hash>;  ///< by sender

  std::unordered_map<Stay, Streams, Hash> to_;
  std::uint64_t expected_ = 0;
  std::uint64_t arrived_ = 0;
  std::uint64_t delivered_ = 0;
  std::uint64_t doubled_ = 0;
  std::uint64_t reordered_ = 0;
};

}  // namespace grtc::bench
