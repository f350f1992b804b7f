#pragma once
#include <string_view>

namespace grtc::http {

/// Whether `if_none_match` (the header's value) names `etag`, so that a GET is answered 304: by weak comparison, or
/// `*`.
/// @param etag  with its quotes
/// @see RFC 9110 §8.8.3.2, §13.1.2
[[nodiscard]] bool none_match_names(std::string_view if_none_match, std::string_view etag) noexcept;

}  // namespace grtc::http
