#include "items/postgres/rows.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "items/postgres/call.hpp"
#include "items/postgres/problems.hpp"

namespace grtc::items::postgres {
namespace {

using namespace std::string_literals;

TEST(PostgresRows, KeepEveryCharacterAndTheOrderOfBytes) {
  const std::vector<std::string> ascending = {""s,     "\0"s,   "\0\0"s, "\0\1"s, "\0a"s,  "\1"s,
                                              "\1\0"s, "\1\1"s, "\2"s,   "a"s,    "a\0b"s, "é"s};
  std::string before;
  for (const std::string& text : ascending) {
    const std::string stored = to_stored(text);
    EXPECT_EQ(stored.find('\0'), std::string::npos) << "PostgreSQL refuses U+0000";
    EXPECT_EQ(from_stored(stored), text);
    if (!text.empty()) {
      EXPECT_LT(before, stored);
    }
    before = stored;
  }
}

TEST(PostgresCall, QuotesWhatAnArrayWouldTakeForItsOwn) {
  EXPECT_EQ(array_of(std::vector<std::int64_t>{1, -2}), "{1,-2}");
  EXPECT_EQ(array_of(std::vector<std::string>{"a,b", "\"", "\\", ""}), R"({"a,b","\"","\\",""})");
  EXPECT_EQ(array_of(std::vector<std::string>()), "{}");
}

TEST(PostgresProblems, AskToComeBackWhereTheServerIsToBlame) {
  for (const char* state : {"57P01", "57P03", "53300", "53100", "25006", "57014", "08006", "40P01", "28P01", "3D000"}) {
    const core::Problem problem = problem_of(state, "FATAL: …");
    EXPECT_EQ(problem.code, core::Code::unavailable) << state;
    EXPECT_GT(problem.retry_after_s, 0U) << state;
  }
  EXPECT_EQ(problem_of("22021", "invalid byte sequence").code, core::Code::internal);
  EXPECT_NE(unknown_fate().sentence.find("may have been done"), std::string::npos);
}

}  // namespace
}  // namespace grtc::items::postgres
