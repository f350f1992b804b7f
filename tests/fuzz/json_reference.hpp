#pragma once
#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

namespace grtc::fuzz {

/// simdjson's DOM also makes doubles of numbers and UTF-8 of escapes, and refuses what has no such value: 1e999, or a
/// lone surrogate. gRTC passes texts on, so there they are fine. This makes a text that is JSON exactly when `text` is,
/// without those: valid numbers become 0 and surrogates' escapes another escape of the same length.
class Plain {
 public:
  enum class Surrogates : bool { keep, replace };

  explicit Plain(std::string_view text, Surrogates surrogates = Surrogates::replace)
      : replaces_(surrogates == Surrogates::replace) {
    std::size_t i = 0;
    while (i < text.size()) {
      if (text[i] == '"') {
        i = string(text, i);
      } else if (is_word(text[i])) {
        const std::size_t begin = i;
        while (i < text.size() && is_word(text[i])) ++i;
        const std::string_view word = text.substr(begin, i - begin);
        text_.append(is_number(word) ? std::string_view("0") : word);
      } else {
        if (text[i] == '{' || text[i] == '[') deepest_ = std::max(deepest_, ++depth_);
        if ((text[i] == '}' || text[i] == ']') && depth_ > 0) --depth_;
        text_ += text[i++];
      }
    }
  }

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// Most arrays and objects that are open at once, if the text is JSON.
  [[nodiscard]] unsigned deepest() const noexcept { return deepest_; }

 private:
  static bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '+' || c == '.';
  }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool is_hex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

  static bool digits(std::string_view& word) {
    const std::size_t before = word.size();
    while (!word.empty() && is_digit(word.front())) word.remove_prefix(1);
    return word.size() < before;
  }
  /// RFC 8259 §6.
  static bool is_number(std::string_view word) {
    if (word.starts_with('-')) word.remove_prefix(1);
    if (word.size() > 1 && word[0] == '0' && is_digit(word[1])) return false;
    if (!digits(word)) return false;
    if (word.starts_with('.')) {
      word.remove_prefix(1);
      if (!digits(word)) return false;
    }
    if (word.starts_with('e') || word.starts_with('E')) {
      word.remove_prefix(1);
      if (word.starts_with('+') || word.starts_with('-')) word.remove_prefix(1);
      if (!digits(word)) return false;
    }
    return word.empty();
  }

  /// Copies the string that begins at `i`; returns where it ends.
  std::size_t string(std::string_view text, std::size_t i) {
    text_ += text[i++];
    while (i < text.size() && text[i] != '"') {
      if (text[i] != '\\' || i + 1 == text.size()) {
        text_ += text[i++];
        continue;
      }
      const std::string_view escape = text.substr(i, 6);
      const bool surrogate = escape.size() == 6 && escape[1] == 'u' && (escape[2] == 'd' || escape[2] == 'D') &&
                             std::string_view("89abAB89cdefCDEF").find(escape[3]) != std::string_view::npos &&
                             is_hex(escape[4]) && is_hex(escape[5]);
      const bool replace = surrogate && replaces_;
      const std::size_t taken = replace ? 6 : 2;
      text_.append(replace ? std::string_view("\\u0041") : text.substr(i, taken));
      i += taken;
    }
    if (i < text.size()) text_ += text[i++];
    return i;
  }

  bool replaces_;
  std::string text_;
  unsigned depth_ = 0;
  unsigned deepest_ = 0;
};

}  // namespace grtc::fuzz
