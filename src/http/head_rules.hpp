#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

#include "core/problem.hpp"

namespace grtc::http {

/// Why a request head is refused. The connection closes after the answer: where one message ends is not sure.
struct HeadFault {
  core::Code code;
  std::string_view sentence;
};

/// Bytes of a request head, and of what else is buffered of a message before it makes sense (a chunk's size line,
/// trailers).
inline constexpr std::size_t kMaxHeadBytes = std::size_t{32} * 1024;
/// Header lines of one request.
inline constexpr std::size_t kMaxHeaders = 128;

/// Where a head ends that arrives in pieces.
class HeadEnd {
 public:
  enum class Found : unsigned char { no, yes, bare_line_feed };
  /// @param bytes  all of the head that has arrived, without empty lines in front; what was seen isn't looked at again
  [[nodiscard]] Found look(std::string_view bytes) noexcept;
  /// Bytes of the head with its empty line, after Found::yes.
  [[nodiscard]] std::size_t size() const noexcept { return seen_; }

 private:
  std::size_t seen_ = 0;
};

/// Refuses what one HTTP implementation may read in another way than the next (request smuggling), before the head is
/// parsed: stricter than RFC 9112 asks where it leaves a choice.
/// @param head  from the method to the empty line, both included
/// @see RFC 9112 §2.2 bare CR, §3 request line, §3.2 Host, §5.1 and §5.2 header lines, §6.1 and §6.3 lengths
[[nodiscard]] std::optional<HeadFault> check_head(std::string_view head) noexcept;

}  // namespace grtc::http
