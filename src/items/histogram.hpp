#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace grtc::items {

/// Upper bounds (inclusive) of the buckets; one more bucket takes what is above.
inline constexpr std::array<std::uint64_t, 9> kBatchSizeBounds{1, 2, 4, 8, 16, 32, 64, 128, 256};
inline constexpr std::array<std::uint64_t, 11> kMicrosBounds{100,    250,    500,     1'000,   2'500,    5'000,
                                                             10'000, 25'000, 100'000, 500'000, 2'000'000};

template <std::size_t Bounds>
struct HistogramData {
  std::array<std::uint64_t, Bounds + 1> counts{};  ///< of each bucket alone, not cumulative
  std::uint64_t sum = 0;
};

/// A histogram that one thread fills and any thread reads; no lock, no order between its numbers.
template <std::size_t Bounds>
class Histogram {
 public:
  explicit Histogram(const std::array<std::uint64_t, Bounds>& bounds) : bounds_(bounds) {}

  void observe(std::uint64_t value) noexcept {
    std::size_t bucket = 0;
    while (bucket < Bounds && value > bounds_[bucket]) ++bucket;
    counts_[bucket].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
  }
  [[nodiscard]] HistogramData<Bounds> read() const noexcept {
    HistogramData<Bounds> data;
    for (std::size_t i = 0; i <= Bounds; ++i) data.counts[i] = counts_[i].load(std::memory_order_relaxed);
    data.sum = sum_.load(std::memory_order_relaxed);
    return data;
  }

 private:
  const std::array<std::uint64_t, Bounds>& bounds_;
  std::array<std::atomic<std::uint64_t>, Bounds + 1> counts_{};
  std::atomic<std::uint64_t> sum_{0};
};

}  // namespace grtc::items
