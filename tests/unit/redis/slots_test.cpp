#include "redis/slots.hpp"

#include <gtest/gtest.h>

namespace grtc::redis {
namespace {

// As `CLUSTER KEYSLOT` says.
TEST(RedisSlots, AreThoseOfRedis) {
  EXPECT_EQ(slot_of("123456789"), 12739);
  EXPECT_EQ(slot_of("foo"), 12182);
  EXPECT_EQ(slot_of(""), 0);
}

TEST(RedisSlots, OnlyTheHashTagCounts) {
  EXPECT_EQ(slot_of("grtc:{room}:state"), slot_of("room"));
  EXPECT_EQ(slot_of("grtc:{room}:log"), slot_of("grtc:{room}:state"));
  EXPECT_EQ(slot_of("grtc:{}:log"), slot_of("grtc:{}:log"));
  EXPECT_NE(slot_of("grtc:{}:log"), slot_of(""));
  EXPECT_EQ(slot_of("{a}{b}"), slot_of("a"));
}

}  // namespace
}  // namespace grtc::redis
