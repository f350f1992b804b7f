#pragma once
#include <string>
#include <string_view>

#include "core/time.hpp"

namespace grtc::items {

/// Appends `text` as a JSON string with its quotes (RFC 8259 §7): escapes `"`, `\` and U+0000 to U+001F, nothing else.
/// @param text  valid UTF-8
void append_json_string(std::string& out, std::string_view text);

/// Appends `2026-01-31T23:59:59.999Z` (RFC 3339 §5.6, UTC, milliseconds). Years 0 to 9999.
void append_rfc3339(std::string& out, core::WallTime time);

}  // namespace grtc::items
