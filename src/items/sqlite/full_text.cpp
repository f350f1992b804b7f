#include "items/sqlite/full_text.hpp"

namespace grtc::items::sqlite {
namespace {

/// ASCII as the unicode61 tokenizer splits it. Other separators stay inside the quotes, where it splits by itself.
constexpr bool is_part_of_word(char c) noexcept {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

std::string match_expression(std::string_view q) {
  std::string expression;
  bool in_word = false;
  for (const char c : q) {
    if (is_part_of_word(c)) {
      if (!in_word) expression += expression.empty() ? "\"" : " \"";
      expression += c;
    } else if (in_word) {
      expression += "\"*";
    }
    in_word = is_part_of_word(c);
  }
  if (in_word) expression += "\"*";
  return expression.empty() ? "\"\"" : expression;
}

}  // namespace grtc::items::sqlite
