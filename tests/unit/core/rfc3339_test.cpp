#include "core/rfc3339.hpp"

#include <gtest/gtest.h>

namespace grtc::core {
namespace {

TEST(Rfc3339, WritesUtcWithMilliseconds) {
  struct Row {
    long long milliseconds;
    const char* text;
  };
  for (const Row& row : {Row{0, "1970-01-01T00:00:00.000Z"}, Row{1'709'210'096'007, "2024-02-29T12:34:56.007Z"},
                         Row{1'798'761'599'999, "2026-12-31T23:59:59.999Z"}, Row{-1, "1969-12-31T23:59:59.999Z"}}) {
    std::string text;
    append_rfc3339(text, WallTime(std::chrono::milliseconds(row.milliseconds)));
    EXPECT_EQ(text, row.text);
  }
}

}  // namespace
}  // namespace grtc::core
