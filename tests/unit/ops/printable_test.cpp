#include "ops/printable.hpp"

#include <gtest/gtest.h>

namespace grtc::ops {
namespace {

std::string printable(std::string_view text, std::size_t limit = 1000) {
  std::string out;
  append_printable(out, text, limit);
  return out;
}

std::string json(std::string_view text, std::size_t limit = 0) {
  std::string out;
  append_json_string(out, text, limit);
  return out;
}

TEST(Printable, KeepsATextOnItsLineAndMovesNoCursor) {
  const std::pair<std::string, std::string> rows[]{
      {"reunión 🎉", "reunión 🎉"},
      {"a\nb\r\tc", "a\\nb\\r\\tc"},
      {"\x1b[2J", "\\x1b[2J"},
      {std::string("a\0b", 3), "a\\x00b"},
      {"\x7f", "\\x7f"},
      {"\xc2\x9b", "\\x9b"},                         // C1: a one-byte CSI for some terminals
      {"\xe2\x80\xa8", "\\u2028"},                   // line separator
      {"\xe2\x80\xae", "\\u202e"},                   // right-to-left override
      {"back\\n", "back\\\\n"},                      // or "\\n" could not be told from a line's end
      {"\xff\xfe", "\\xff\\xfe"},                    // not UTF-8
      {"\xc0\xaf", "\\xc0\\xaf"},                    // overlong
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},           // a surrogate
      {"\xe2\x82", "\\xe2\\x82"},                    // cut in the middle
      {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},  // past U+10FFFF
  };
  for (const auto& [given, shown] : rows) EXPECT_EQ(printable(given), shown);
}

TEST(Printable, CutsLongTextsBetweenCharacters) {
  EXPECT_EQ(printable("abcdef", 3), "abc…");
  EXPECT_EQ(printable("aéé", 4), "aé…");
  EXPECT_EQ(printable("abc", 3), "abc");
}

TEST(JsonString, IsValidJsonForAnyBytes) {
  EXPECT_EQ(json("a\"b\\c\n"), R"("a\"b\\c\n")");
  EXPECT_EQ(json(std::string("\0\x1f", 2)), R"("\u0000\u001f")");
  EXPECT_EQ(json("é\xff"), "\"é\xef\xbf\xbd\"");
  EXPECT_EQ(json("abcdef", 3), "\"abc…\"");
}

}  // namespace
}  // namespace grtc::ops
