#include "core/seq_text.hpp"

#include <gtest/gtest.h>

namespace grtc::core {
namespace {

TEST(SeqTextOfASeq, SortsAsTextAsItDoesAsANumber) {
  EXPECT_EQ(SeqText(42).view(), "0000000000000042");
  EXPECT_LT(SeqText(9).view(), SeqText(10).view());
  EXPECT_EQ(parse_seq(SeqText(7'354'735'238'184'960).view())->seq, 7'354'735'238'184'960U);
}

TEST(SeqTextOfAPointAhead, SortsBetweenItsSeqAndTheNext) {
  const SeqText ahead(42, "replica-01", 999'999'999'999);
  EXPECT_LE(ahead.view().size(), 40U);
  EXPECT_GT(ahead.view(), SeqText(42).view());
  EXPECT_LT(ahead.view(), SeqText(43).view());
  const auto read = parse_seq(ahead.view());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->seq, 42U);
  EXPECT_EQ(read->origin, "replica-01");
  EXPECT_EQ(read->operation, 999'999'999'999U);
}

TEST(SeqTextOfOthers, IsNone) {
  for (const std::string_view text :
       {"", "42", "000000000000004x", "0000000000000042.", "0000000000000042.a", "0000000000000042.a.1",
        "0000000000000042.replica-001.000000000001", "00000000000000420", "0000000000000042..000000000001x"}) {
    EXPECT_FALSE(parse_seq(text)) << text;
  }
}

}  // namespace
}  // namespace grtc::core
