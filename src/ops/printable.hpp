#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace grtc::ops {

/// Appends `text` so that it stays on its line and moves no cursor: control characters (C0, DEL, C1), line and
/// paragraph separators, bidirectional overrides, `\` and what is not UTF-8 become `\n`, `\x1b`, `\u2028`.
/// At most `limit` bytes are appended and then `…` (3 bytes).
void append_printable(std::string& out, std::string_view text, std::size_t limit);

/// Appends `text` as a JSON string with its quotes (RFC 8259 §7). What is not UTF-8 becomes U+FFFD.
/// At most `limit` bytes are appended and then `…` (3 bytes); 0: no limit.
void append_json_string(std::string& out, std::string_view text, std::size_t limit = 0);

}  // namespace grtc::ops
