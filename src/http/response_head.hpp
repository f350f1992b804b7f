#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"
#include "http/origins.hpp"

namespace grtc::http {

/// What the connection adds to each answer.
struct HeadFacts {
  std::string_view date;  ///< IMF-fixdate
  const AllowedOrigins* origins = nullptr;
  const Request* request = nullptr;
  bool http_11 = true;
  bool keep_alive = true;
  bool hsts = false;
  /// Content-Length; none: the content ends with the connection.
  std::optional<std::uint64_t> length;
};

/// Appends status line and header lines with the empty line. A CR, LF or NUL inside a header's value becomes a space:
/// no value may begin a line of its own.
void append_head(std::string& out, const Response& response, const HeadFacts& facts);

/// 1xx, 204 and 304 have no content (RFC 9110 §6.4.1).
[[nodiscard]] constexpr bool has_content(std::uint16_t status) noexcept {
  return status >= 200 && status != 204 && status != 304;
}

/// Now, as `Date` wants it (RFC 9110 §5.6.7), made at most once a second. Thread: one.
class DateText {
 public:
  [[nodiscard]] std::string_view at(std::int64_t unix_seconds);

 private:
  std::int64_t second_ = -1;
  std::string text_;
};

}  // namespace grtc::http
