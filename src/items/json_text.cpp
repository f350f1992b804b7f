#include "items/json_text.hpp"

#include "core/json_scan.hpp"

namespace grtc::items {

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  core::json_escape_to(out, text);
  out += '"';
}

}  // namespace grtc::items
