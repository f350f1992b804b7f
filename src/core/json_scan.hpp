#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace grtc::core {

enum class JsonError : std::uint8_t { none, malformed, too_deep };

/// Walks one JSON text (RFC 8259) from front to back, checks its grammar, copies and allocates nothing.
/// The bytes must be valid UTF-8. Strings are not decoded: see json_unescape().
class JsonScan {
 public:
  /// @param max_depth  how many arrays and objects may be open at once, at most 64
  JsonScan(std::string_view text, unsigned max_depth) noexcept
      : begin_(text.data()), at_(begin_), end_(begin_ + text.size()), max_depth_(max_depth) {}

  /// Steps into an object or array if one is next. Then members or values are to be read up to leave().
  [[nodiscard]] bool enter(char bracket) noexcept;
  /// In an object: true and the raw key (without its quotes) when there is another member; its value is next.
  /// In an array: use next_value() in the same way. False: the closing bracket was taken, or error() tells.
  [[nodiscard]] bool next_key(std::string_view& key) noexcept;
  [[nodiscard]] bool next_value() noexcept;
  /// The raw text of the value that is next; empty on error().
  [[nodiscard]] std::string_view value() noexcept;
  /// Nothing but white space is left.
  [[nodiscard]] bool at_end() noexcept;

  /// Where the next byte is, from the start.
  [[nodiscard]] std::size_t position() const noexcept { return static_cast<std::size_t>(at_ - begin_); }
  [[nodiscard]] JsonError error() const noexcept { return error_; }

 private:
  bool fail(JsonError why = JsonError::malformed) noexcept {
    if (error_ == JsonError::none) error_ = why;
    return false;
  }
  void skip_space() noexcept;
  bool skip_value() noexcept;
  bool skip_scalar() noexcept;
  bool skip_string() noexcept;
  bool skip_number() noexcept;
  bool skip_word(std::string_view word) noexcept;
  bool skip_digits() noexcept;
  bool separate(char closing) noexcept;

  const char* begin_;
  const char* at_;
  const char* end_;
  unsigned max_depth_;
  unsigned depth_ = 0;
  bool first_ = false;  ///< just behind an opening bracket
  JsonError error_ = JsonError::none;
};

/// The text of a raw string's inside, its escapes resolved. Nothing when it holds a lone surrogate, which is no text.
[[nodiscard]] std::optional<std::string> json_unescape(std::string_view raw);
/// The whole text is one value of this grammar and not nested over `max_depth`.
[[nodiscard]] JsonError json_check(std::string_view text, unsigned max_depth) noexcept;
/// Appends `text`, valid UTF-8, as a JSON string with its quotes (RFC 8259 §7): escapes `"`, `\\` and U+0000 to U+001F,
/// nothing else.
void append_json_string(std::string& out, std::string_view text);

}  // namespace grtc::core
