#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace grtc::bench {

/// Counts of durations in microseconds, to about 3 %: each doubling has 32 steps. Any length of run, one fixed size.
class LatencyHistogram {
 public:
  void add(std::uint64_t micros) noexcept {
    ++counts_[index_of(micros)];
    ++total_;
  }
  void clear() noexcept {
    counts_ = {};
    total_ = 0;
  }
  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }
  /// Microseconds that `share` (0 to 1) of the durations did not pass; 0 when there are none.
  [[nodiscard]] std::uint64_t quantile(double share) const noexcept {
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(total_) + 0.5);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > 0 && seen >= wanted) return upper_of(i);
    }
    return 0;
  }

 private:
  static constexpr unsigned kStepBits = 5;
  static constexpr std::size_t kSteps = std::size_t{1} << kStepBits;
  static constexpr std::size_t kDoublings = 40;

  static std::size_t index_of(std::uint64_t micros) noexcept {
    if (micros < kSteps) return static_cast<std::size_t>(micros);
    const auto top = static_cast<unsigned>(std::bit_width(micros)) - 1;
    const std::size_t doubling = top - kStepBits + 1;
    if (doubling >= kDoublings) return kSteps * kDoublings - 1;
    const auto step = static_cast<std::size_t>(micros >> (top - kStepBits)) - kSteps;
    return doubling * kSteps + step;
  }
  static std::uint64_t upper_of(std::size_t index) noexcept {
    if (index < kSteps) return index;
    const std::size_t doubling = index / kSteps;
    return ((kSteps + index % kSteps + 1) << (doubling - 1)) - 1;
  }

  std::array<std::uint64_t, kSteps * kDoublings> counts_{};
  std::uint64_t total_ = 0;
};

}  // namespace grtc::bench
