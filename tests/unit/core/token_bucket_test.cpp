#include "core/token_bucket.hpp"

#include <gtest/gtest.h>

namespace grtc::core {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TimePoint kStart{seconds(1000)};

int taken_at(TokenBucket& bucket, TimePoint now) {
  int taken = 0;
  while (taken < 1000 && bucket.take(now)) ++taken;
  return taken;
}

TEST(TokenBucket, TakesABurstOfTwiceTheRateThenTheRate) {
  TokenBucket bucket(50, kStart);
  EXPECT_EQ(taken_at(bucket, kStart), 100);
  EXPECT_EQ(taken_at(bucket, kStart + milliseconds(200)), 10);
  EXPECT_EQ(taken_at(bucket, kStart + milliseconds(1200)), 50);
}

TEST(TokenBucket, GivesNoMoreThanTheBurstAfterARest) {
  TokenBucket bucket(50, kStart);
  EXPECT_EQ(taken_at(bucket, kStart + seconds(60)), 100);
  EXPECT_EQ(taken_at(bucket, kStart + seconds(60)), 0);
  EXPECT_EQ(taken_at(bucket, kStart + seconds(120)), 100);
}

TEST(TokenBucket, LosesNothingToAClockThatLagsBehind) {
  TokenBucket bucket(50, kStart);
  EXPECT_EQ(taken_at(bucket, kStart + milliseconds(10)), 100);
  EXPECT_EQ(taken_at(bucket, kStart), 0);
  EXPECT_EQ(taken_at(bucket, kStart + milliseconds(210)), 10);
}

TEST(TokenBucket, NeverRunsOutAtRateZero) {
  TokenBucket bucket(0, kStart);
  EXPECT_EQ(taken_at(bucket, kStart), 1000);
  EXPECT_FALSE(bucket.is_empty(kStart));
}

TEST(TokenBucket, TellsWhenTheNextTokenIsThere) {
  TokenBucket bucket(50, kStart);
  EXPECT_EQ(taken_at(bucket, kStart), 100);
  EXPECT_TRUE(bucket.is_empty(kStart));
  EXPECT_FALSE(bucket.is_empty(kStart + bucket.wait()));
}

}  // namespace
}  // namespace grtc::core
