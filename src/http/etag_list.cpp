#include "http/etag_list.hpp"

#include "http/header_list.hpp"

namespace grtc::http {

bool none_match_names(std::string_view if_none_match, std::string_view etag) noexcept {
  if (trim(if_none_match) == "*") return true;
  // Our own tags hold no comma: one that is cut at a comma inside its quotes is none of ours.
  while (!if_none_match.empty()) {
    std::string_view tag = next_of(if_none_match);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == etag) return true;
  }
  return false;
}

}  // namespace grtc::http
