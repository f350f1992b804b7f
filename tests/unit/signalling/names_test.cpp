#include "signalling/names.hpp"

#include <string>

#include <gtest/gtest.h>

namespace grtc::signalling {
namespace {

TEST(Names, AcceptsWhatPeopleCallTheirRooms) {
  for (const std::string name : {"a", "test-room", "reuni\xc3\xb3n", "two words", "\xe4\xbc\x9a\xe8\xae\xae", "a:b@c!",
                                 "\xf0\x9f\x98\x80", "%2F"}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(name_fault(name), std::nullopt);
  }
  EXPECT_EQ(name_fault(std::string(128, 'x')), std::nullopt);
}

TEST(Names, RefusesByTheRules) {
  for (const std::string name : {"", " a", "a ", "a/b", "a\\b", "a?b", "a#b", "a\nb", "\x7f", "\xc2\x85", "\xc2\xa0x",
                                 "x\xe3\x80\x80", "\xff", "a\xc3", "\xed\xa0\x80"}) {
    SCOPED_TRACE(name);
    EXPECT_NE(name_fault(name), std::nullopt);
  }
  EXPECT_NE(name_fault(std::string(129, 'x')), std::nullopt);
  EXPECT_NE(name_fault(std::string("a\0b", 3)), std::nullopt);
}

TEST(DisplayNames, MayBeEmptyAndHoldSlashes) {
  EXPECT_EQ(display_name_fault(""), std::nullopt);
  EXPECT_EQ(display_name_fault("Ana / Bo?"), std::nullopt);
  EXPECT_NE(display_name_fault(" Ana"), std::nullopt);
}

}  // namespace
}  // namespace grtc::signalling
