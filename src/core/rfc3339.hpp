#pragma once
#include <string>

#include "core/time.hpp"

namespace grtc::core {

/// Appends `2026-01-31T23:59:59.999Z` (RFC 3339 §5.6, UTC, milliseconds). Years 0 to 9999.
void append_rfc3339(std::string& out, WallTime time);

}  // namespace grtc::core
