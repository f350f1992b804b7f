#pragma once
#include <cstddef>
#include <cstdint>

#include "items/histogram.hpp"

namespace grtc::items::sqlite {

/// Since the start, but for the two queue lengths.
struct SqliteMetrics {
  std::uint64_t writes = 0;          ///< answered with success
  std::uint64_t failed_writes = 0;   ///< answered with a problem of the database, not of the request
  std::uint64_t refused_writes = 0;  ///< the queue was full
  std::uint64_t refused_reads = 0;
  std::size_t write_queue = 0;
  std::size_t read_queue = 0;
  HistogramData<kBatchSizeBounds.size()> batch_size;  ///< writes a transaction
  HistogramData<kMicrosBounds.size()> commit_us;      ///< microseconds from BEGIN to after COMMIT
};

}  // namespace grtc::items::sqlite
