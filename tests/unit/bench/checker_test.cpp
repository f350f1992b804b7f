#include "bench/checker.hpp"

#include <gtest/gtest.h>

#include "bench/latency_histogram.hpp"

namespace grtc::bench {
namespace {

constexpr Stay kAna{0, 0};
constexpr Stay kBen{1, 0};

class CheckerTest : public testing::Test {
 protected:
  void sent(int count) {
    for (int i = 0; i < count; ++i) (void)checker.send(kAna, kBen);
  }
  void came(std::initializer_list<std::uint64_t> numbers) {
    for (const std::uint64_t number : numbers) checker.receive(kAna, kBen, number);
  }
  Checker checker;
};

TEST_F(CheckerTest, IsContentWithEachOnceAndInOrder) {
  sent(3);
  came({1, 2, 3});
  EXPECT_TRUE(checker.verdict().clean());
  EXPECT_TRUE(checker.complete());
  EXPECT_EQ(checker.verdict().delivered, 3U);
}

TEST_F(CheckerTest, SeesWhatIsLostInTheMiddleAndAtTheEnd) {
  sent(4);
  came({1, 3});
  EXPECT_EQ(checker.verdict().lost, 2U);
  EXPECT_FALSE(checker.complete());
}

TEST_F(CheckerTest, SeesWhatIsDoubled) {
  sent(2);
  came({1, 1, 2, 2});
  EXPECT_EQ(checker.verdict().doubled, 2U);
  EXPECT_EQ(checker.verdict().lost, 0U);
}

TEST_F(CheckerTest, SeesWhatIsReordered) {
  sent(3);
  came({2, 1, 3});
  EXPECT_EQ(checker.verdict().reordered, 1U);
  EXPECT_EQ(checker.verdict().lost, 0U);
  EXPECT_TRUE(checker.complete());
}

TEST_F(CheckerTest, ExpectsNothingMoreAtOneWhoHasLeft) {
  sent(3);
  came({1});
  checker.forget(kBen);
  EXPECT_TRUE(checker.verdict().clean());
  EXPECT_TRUE(checker.complete());
  EXPECT_EQ(checker.send(kAna, {1, 1}), 1U) << "who comes next on that seat is another";
}

TEST(LatencyHistogram, TellsQuantilesToAFewPercent) {
  LatencyHistogram histogram;
  EXPECT_EQ(histogram.quantile(0.5), 0U);
  for (std::uint64_t micros = 1; micros <= 10'000; ++micros) histogram.add(micros);
  EXPECT_NEAR(static_cast<double>(histogram.quantile(0.5)), 5000, 200);
  EXPECT_NEAR(static_cast<double>(histogram.quantile(0.99)), 9900, 400);
  histogram.add(~std::uint64_t{0});
  EXPECT_GT(histogram.quantile(1), 10'000U);
}

}  // namespace
}  // namespace grtc::bench
