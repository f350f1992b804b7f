#pragma once
#include <array>
#include <atomic>
#include <cstdint>

#include "items/sqlite/sqlite_metrics.hpp"

namespace grtc::items::sqlite {

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

/// What the writer tells the readers and the metrics. Any thread.
struct StoreState {
  /// Grows when the file was replaced: connections opened before show another file's pages and are opened again.
  std::atomic<std::uint64_t> generation{1};
  std::atomic<std::int64_t> total{0};  ///< items, as of the last commit
  std::atomic<bool> file_ok{true};     ///< as the writer last saw it
  std::atomic<bool> reads_ok{true};    ///< as the latest read went

  std::atomic<std::uint64_t> writes{0};
  std::atomic<std::uint64_t> failed_writes{0};
  std::atomic<std::uint64_t> refused_writes{0};
  std::atomic<std::uint64_t> refused_reads{0};
  Histogram<kBatchSizeBounds.size()> batch_size{kBatchSizeBounds};
  Histogram<kCommitMicrosBounds.size()> commit_us{kCommitMicrosBounds};
};

}  // namespace grtc::items::sqlite
