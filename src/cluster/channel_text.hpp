#pragma once
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// What the replicas' own messages on channels are made of: words with a blank behind each, and bytes by their number.
namespace grtc::cluster {

/// The part of `text` up to the next blank, which is taken away.
inline std::string_view next_word(std::string_view& text) {
  const std::size_t end = text.find(' ');
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return word;
}

/// The next word as a number; 0 when it is none.
inline std::uint64_t next_number(std::string_view& text) {
  const std::string_view word = next_word(text);
  std::uint64_t number = 0;
  std::from_chars(word.data(), word.data() + word.size(), number);
  return number;
}

inline std::string next_bytes(std::string_view& text, std::size_t size) {
  std::string bytes(text.substr(0, size));
  text.remove_prefix(bytes.size());
  return bytes;
}

/// As many names are listed at most.
inline constexpr std::string_view kMaxListed = "10000";

/// Milliseconds since 1970, by which all replicas tell when something is no longer to be believed.
inline std::int64_t wall_ms() {
  using std::chrono::milliseconds;
  return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace grtc::cluster
