#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace grtc::items {

/// What a feed can be behind and still resume. Disk only: a slice in memory has its own bound.
inline constexpr std::int64_t kKeptChanges = 10'000;
/// How long the answer to an Idempotency-Key is kept (docs/http-api.md).
inline constexpr std::chrono::hours kKeptKeys{24};

/// Bounds of a ChangeSlice. It and one more event of the largest size must fit the queue of a listener (1 MiB), or
/// nobody could catch up.
inline constexpr std::int64_t kSliceChanges = 500;
inline constexpr std::size_t kSliceBytes = std::size_t{256} * 1024;

}  // namespace grtc::items
