#pragma once
#include <atomic>
#include <cstdint>

#include "items/histogram.hpp"
#include "items/sqlite/sqlite_metrics.hpp"

namespace grtc::items::sqlite {

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
  Histogram<kMicrosBounds.size()> commit_us{kMicrosBounds};
};

}  // namespace grtc::items::sqlite
