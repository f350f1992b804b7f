#pragma once
#include <string>
#include <string_view>

namespace grtc::items {

/// Appends `text` as a JSON string with its quotes (RFC 8259 §7): escapes `"`, `\` and U+0000 to U+001F, nothing else.
/// @param text  valid UTF-8
void append_json_string(std::string& out, std::string_view text);

}  // namespace grtc::items
