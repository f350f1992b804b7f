#include "redis/target.hpp"

#include <gtest/gtest.h>

namespace grtc::redis {
namespace {

Target read(std::string_view url) {
  const auto target = Target::parse(url);
  EXPECT_TRUE(target) << url << ": " << (target ? "" : target.error().sentence);
  return target ? *target : Target();
}

TEST(RedisTarget, OneServerWithAllParts) {
  const Target target = read("redis://ana:p%40ss%2Fword@redis.example:7000/3");
  EXPECT_EQ(target.kind, Target::Kind::single);
  EXPECT_FALSE(target.tls);
  EXPECT_EQ(target.user, "ana");
  EXPECT_EQ(target.password, "p@ss/word");
  EXPECT_EQ(target.database, 3U);
  ASSERT_EQ(target.hosts.size(), 1U);
  EXPECT_EQ(target.hosts[0].name, "redis.example");
  EXPECT_EQ(target.hosts[0].port, 7000);
}

TEST(RedisTarget, PortAndDatabaseMayBeLeftOut) {
  EXPECT_EQ(read("redis://localhost").hosts[0].port, 6379);
  EXPECT_EQ(read("redis://localhost").database, 0U);
  EXPECT_TRUE(read("rediss://:secret@[::1]:6380").tls);
  EXPECT_EQ(read("rediss://:secret@[::1]:6380").hosts[0].name, "::1");
  EXPECT_EQ(read("rediss://:secret@[::1]:6380").password, "secret");
}

TEST(RedisTarget, SentinelsNameTheirMaster) {
  const Target target = read("redis+sentinel://:pass@a,b:26380/mymaster/2");
  EXPECT_EQ(target.kind, Target::Kind::sentinel);
  EXPECT_EQ(target.master, "mymaster");
  EXPECT_EQ(target.database, 2U);
  ASSERT_EQ(target.hosts.size(), 2U);
  EXPECT_EQ(target.hosts[0].port, 26379);
  EXPECT_EQ(target.hosts[1].port, 26380);
}

TEST(RedisTarget, AClusterHasSeveralHosts) {
  const Target target = read("rediss+cluster://a:1,b:2,c:3");
  EXPECT_EQ(target.kind, Target::Kind::cluster);
  EXPECT_TRUE(target.tls);
  EXPECT_EQ(target.hosts.size(), 3U);
}

TEST(RedisTarget, WhatIsWrongIsSaidWithoutThePassword) {
  for (const std::string_view url :
       {"http://:hidden@x", "redis://:hidden@", "redis://:hidden@a,b", "redis://:hidden@a:port", "redis://:hidden@a:0",
        "redis://:hidden@a:65536", "redis://:hidden@a/16", "redis://:hidden@a/x", "redis+sentinel://:hidden@a",
        "redis+cluster://:hidden@a/1", "redis://:%zz@hidden"}) {
    const auto target = Target::parse(url);
    ASSERT_FALSE(target) << url;
    EXPECT_EQ(target.error().sentence.find("hidden"), std::string::npos) << target.error().sentence;
  }
}

}  // namespace
}  // namespace grtc::redis
