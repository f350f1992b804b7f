#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "items/histogram.hpp"

namespace grtc::items::postgres {

/// What the store's thread counts. Any thread reads.
struct PostgresCounters {
  std::atomic<std::uint64_t> writes{0};          ///< answered with success
  std::atomic<std::uint64_t> failed_writes{0};   ///< answered with a problem of the database, not of the request
  std::atomic<std::uint64_t> unknown_writes{0};  ///< of those: the connection was lost before the answer
  std::atomic<std::uint64_t> refused_writes{0};  ///< the queue was full
  std::atomic<std::uint64_t> refused_reads{0};
  std::atomic<std::uint64_t> reconnects{0};  ///< connections that were lost and made again
  std::atomic<std::int64_t> connections{0};  ///< open now
  std::atomic<std::size_t> read_queue{0};    ///< reads that wait for a connection
  Histogram<kBatchSizeBounds.size()> batch_size{kBatchSizeBounds};
  Histogram<kMicrosBounds.size()> write_us{kMicrosBounds};  ///< of a transaction, from BEGIN to after COMMIT
  Histogram<kMicrosBounds.size()> read_us{kMicrosBounds};   ///< from sending to the answer
};

}  // namespace grtc::items::postgres
