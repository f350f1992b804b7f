#include "ops/rate_table.hpp"

#include <gtest/gtest.h>

namespace grtc::ops {
namespace {

using namespace std::chrono_literals;

constexpr core::TimePoint kStart{std::chrono::hours(1)};

TEST(RateTable, GivesEachKeyItsOwnAllowanceAndSaysWhenToComeBack) {
  RateTable table(0.1, 6, 100);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(table.take("alice", kStart), 0U);
  EXPECT_EQ(table.take("alice", kStart), 10U);
  EXPECT_EQ(table.take("bob", kStart), 0U);
  EXPECT_EQ(table.take("alice", kStart + 9s), 1U);
  EXPECT_EQ(table.take("alice", kStart + 10s), 0U);
  EXPECT_EQ(table.take("alice", kStart + 10s), 10U);
}

TEST(RateTable, NeverHoldsMoreThanItsBurst) {
  RateTable table(2.0 / 60, 2, 100);
  EXPECT_EQ(table.take("alice", kStart), 0U);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(table.take("alice", kStart + 1h), 0U);
  EXPECT_NE(table.take("alice", kStart + 1h), 0U);
}

TEST(RateTable, ForgetsTheKeyUnseenForLongestWhenItIsFull) {
  RateTable table(1.0 / 60, 1, 2);
  EXPECT_EQ(table.take("a", kStart), 0U);
  EXPECT_EQ(table.take("b", kStart), 0U);
  EXPECT_NE(table.take("a", kStart), 0U);
  EXPECT_EQ(table.take("c", kStart), 0U);  // in b's place
  EXPECT_NE(table.take("a", kStart), 0U);
  EXPECT_EQ(table.take("b", kStart), 0U);
}

TEST(RateTable, IsOffAtZero) {
  RateTable table(0, 2, 2);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(table.take("a", kStart), 0U);
}

TEST(RateKey, TakesASubscribersWholeIpv6NetworkForOne) {
  EXPECT_EQ(rate_key("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(rate_key("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
  EXPECT_EQ(rate_key("::1"), "::");
}

}  // namespace
}  // namespace grtc::ops
