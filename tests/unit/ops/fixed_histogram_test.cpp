#include "ops/fixed_histogram.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace grtc::ops {
namespace {

using testing::ElementsAre;

TEST(FixedHistogram, CountsAValueUnderTheFirstBoundThatIsNotLess) {
  FixedHistogram histogram({1, 2, 5});
  for (const double value : {0.5, 1.0, 1.5, 5.0, 7.0}) histogram.observe(value);
  histogram.observe_alone(2);
  const HistogramSnapshot now = histogram.snapshot();
  EXPECT_THAT(now.counts, ElementsAre(2, 2, 1, 1));
  EXPECT_DOUBLE_EQ(now.sum, 17);
}

TEST(FixedHistogram, AddsTheThreadsTogether) {
  FixedHistogram one({1});
  FixedHistogram two({1});
  one.observe_alone(0.5);
  two.observe_alone(3);
  HistogramSnapshot all;
  all += one.snapshot();
  all += two.snapshot();
  EXPECT_THAT(all.counts, ElementsAre(1, 1));
  EXPECT_DOUBLE_EQ(all.sum, 3.5);
}

TEST(FixedHistogram, LosesNothingOfSeveralWriters) {
  FixedHistogram histogram({1});
  const auto write = [&histogram] {
    for (int i = 0; i < 10'000; ++i) histogram.observe(2);
  };
  std::thread other(write);
  write();
  other.join();
  EXPECT_THAT(histogram.snapshot().counts, ElementsAre(0, 20'000));
  EXPECT_DOUBLE_EQ(histogram.snapshot().sum, 40'000);
}

}  // namespace
}  // namespace grtc::ops
