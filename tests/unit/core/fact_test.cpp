#include "core/fact.hpp"

#include <gtest/gtest.h>

namespace grtc::core {
namespace {

TEST(FactText, IsReadAsItWasWritten) {
  const std::string text = write_fact(Fact::Kind::message, "here", 7, "ana",
                                      {"ben\x1e"
                                       "eva",
                                       R"("type":"x","n":1)"});
  const auto fact = read_fact(text);
  ASSERT_TRUE(fact);
  EXPECT_EQ(fact->kind, Fact::Kind::message);
  EXPECT_EQ(fact->origin, "here");
  EXPECT_EQ(fact->operation, 7U);
  EXPECT_EQ(fact->peer, "ana");
  EXPECT_EQ(fact->fields[1], R"("type":"x","n":1)");
}

TEST(FactText, IsForThoseItNames) {
  const std::string named = write_fact(Fact::Kind::message, "here", 7, "ana",
                                       {"ben\x1e"
                                        "ana",
                                        "x"});
  EXPECT_TRUE(is_for(*read_fact(named), "ben"));
  EXPECT_TRUE(is_for(*read_fact(named), "ana"));
  EXPECT_FALSE(is_for(*read_fact(named), "be"));
  const std::string to_all = write_fact(Fact::Kind::message, "here", 8, "ana", {"", "x"});
  EXPECT_TRUE(is_for(*read_fact(to_all), "ben"));
  EXPECT_FALSE(is_for(*read_fact(to_all), "ana"));
  const std::string told = write_fact(Fact::Kind::told, "here", 9, "ana", {"{}"});
  EXPECT_TRUE(is_for(*read_fact(told), "ana"));
  EXPECT_FALSE(is_for(*read_fact(told), "ben"));
}

TEST(FactText, OfOthersIsNone) {
  EXPECT_FALSE(read_fact(""));
  EXPECT_FALSE(
      read_fact("?\x1fhere\x1f"
                "1\x1f"
                "ana"));
  EXPECT_FALSE(
      read_fact("M\x1fhere\x1fone\x1f"
                "ana"));
}

}  // namespace
}  // namespace grtc::core
