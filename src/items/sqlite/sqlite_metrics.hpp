#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace grtc::items::sqlite {

/// Upper bounds (inclusive) of the buckets; one more bucket takes what is above.
inline constexpr std::array<std::uint64_t, 9> kBatchSizeBounds{1, 2, 4, 8, 16, 32, 64, 128, 256};
inline constexpr std::array<std::uint64_t, 11> kCommitMicrosBounds{100,    250,    500,     1'000,   2'500,    5'000,
                                                                   10'000, 25'000, 100'000, 500'000, 2'000'000};

template <std::size_t Bounds>
struct HistogramData {
  std::array<std::uint64_t, Bounds + 1> counts{};  ///< of each bucket alone, not cumulative
  std::uint64_t sum = 0;
};

/// Since the start, but for the two queue lengths.
struct SqliteMetrics {
  std::uint64_t writes = 0;          ///< answered with success
  std::uint64_t failed_writes = 0;   ///< answered with a problem of the database, not of the request
  std::uint64_t refused_writes = 0;  ///< the queue was full
  std::uint64_t refused_reads = 0;
  std::size_t write_queue = 0;
  std::size_t read_queue = 0;
  HistogramData<kBatchSizeBounds.size()> batch_size;    ///< writes a transaction
  HistogramData<kCommitMicrosBounds.size()> commit_us;  ///< microseconds from BEGIN to after COMMIT
};

}  // namespace grtc::items::sqlite
