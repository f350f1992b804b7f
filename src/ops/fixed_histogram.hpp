#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace grtc::ops {

/// What a FixedHistogram held at one moment.
struct HistogramSnapshot {
  std::vector<double> bounds;         ///< upper bounds, rising
  std::vector<std::uint64_t> counts;  ///< observations of each bucket, not cumulative; the last is past all bounds
  double sum = 0;

  /// Adds another thread's part; both have the same bounds, or this one is empty.
  HistogramSnapshot& operator+=(const HistogramSnapshot& other) {
    if (counts.empty()) return *this = other;
    for (std::size_t i = 0; i < counts.size() && i < other.counts.size(); ++i) counts[i] += other.counts[i];
    sum += other.sum;
    return *this;
  }
};

/// Counts observations by size into buckets whose bounds never change. No lock: relaxed atomics, as nothing is
/// published with them. A snapshot taken meanwhile may lack an observation in its sum that it has in its count.
class FixedHistogram {
 public:
  /// @param bounds  upper bounds of the buckets, rising; one more bucket takes what is past the last
  explicit FixedHistogram(std::vector<double> bounds)
      : bounds_(std::move(bounds)), counts_(std::make_unique<std::atomic<std::uint64_t>[]>(bounds_.size() + 1)) {}

  /// Any thread, also several at once.
  void observe(double value) noexcept {
    counts_[bucket_of(value)].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
  }
  /// For the only thread that writes: a fifth of the cost, as no bus is locked.
  void observe_alone(double value) noexcept {
    auto& count = counts_[bucket_of(value)];
    count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    sum_.store(sum_.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
  }
  /// Any thread.
  [[nodiscard]] HistogramSnapshot snapshot() const {
    HistogramSnapshot now{bounds_, {}, sum_.load(std::memory_order_relaxed)};
    now.counts.reserve(bounds_.size() + 1);
    for (std::size_t i = 0; i <= bounds_.size(); ++i) now.counts.push_back(counts_[i].load(std::memory_order_relaxed));
    return now;
  }

 private:
  [[nodiscard]] std::size_t bucket_of(double value) const noexcept {
    return static_cast<std::size_t>(std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin());
  }

  std::vector<double> bounds_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;
  std::atomic<double> sum_{0};
};

}  // namespace grtc::ops
