#pragma once
#include "core/problem.hpp"

namespace grtc::items {

/// What every store answers to a request that it refuses for the request's own sake.
[[nodiscard]] core::Problem not_found();
[[nodiscard]] core::Problem moved_on();  ///< the version that If-Match names is no longer the item's
[[nodiscard]] core::Problem key_used();  ///< the Idempotency-Key belongs to another body

}  // namespace grtc::items
