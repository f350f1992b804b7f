#include "core/fact.hpp"

#include <array>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace grtc::core {
namespace {

TEST(FactText, IsReadAsItWasWritten) {
  const std::string text = write_fact(Fact::Kind::updated, "here", 7, "ana", {"at", "Ana", "12", "{}"});
  const auto fact = read_fact(text);
  ASSERT_TRUE(fact);
  EXPECT_EQ(fact->kind, Fact::Kind::updated);
  EXPECT_EQ(fact->origin, "here");
  EXPECT_EQ(fact->operation, 7U);
  EXPECT_EQ(fact->peer, "ana");
  EXPECT_THAT(fact->fields, testing::ElementsAre("at", "Ana", "12", "{}"));
}

TEST(FactText, OfAMessageIsMadeOfItsSlices) {
  const std::array<std::string_view, 2> names{"ben", "eva"};
  const std::array<std::string_view, 2> slices{R"("type":"x")", R"(,"n":1)"};
  const std::string to = join_names(names);
  const std::string text = write_message("here", 7, "ana", {to, slices, 5});
  const auto fact = read_fact(text);
  ASSERT_TRUE(fact);
  EXPECT_EQ(fact->kind, Fact::Kind::message);
  EXPECT_EQ(fact->operation, 7U);
  EXPECT_THAT(fact->fields, testing::ElementsAre(to, R"("type":"x","n":1)", "5", ""));
  std::vector<std::string> read;
  each_name(fact->fields[0], [&](std::string_view name) { read.emplace_back(name); });
  EXPECT_THAT(read, testing::ElementsAre("ben", "eva"));
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
