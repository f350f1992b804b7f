#include "items/precondition.hpp"

#include <gtest/gtest.h>

namespace grtc::items {
namespace {

TEST(IfMatch, LetsAWriteThroughWhenItNamesTheVersion) {
  for (const char* header : {"\"7-3\"", "*", " * ", "\"x\", \"7-3\"", "\"7-3\",\"y\"", " \"7-3\" ", ",, \"7-3\" ,"}) {
    EXPECT_TRUE(allows(parse_precondition(7, header, std::nullopt), 3)) << header;
  }
  EXPECT_TRUE(allows(parse_precondition(7, std::nullopt, std::nullopt), 3));
}

TEST(IfMatch, StopsAWriteOtherwise) {
  for (const char* header :
       {"\"7-2\"", "\"x\"", "W/\"7-3\"", "\"8-3\"", "\"7-03\"", "\"7-3 \"", "\"7-+3\"", "\"\"", "", "7-3", "\"7-3",
        "'7-3'", "\"7-3\" \"x\"", "\"7-3\"x", "\"7--3\"", "\"7-99999999999999999999\"", "*, \"7-3\""}) {
    EXPECT_FALSE(allows(parse_precondition(7, header, std::nullopt), 3)) << header;
  }
}

TEST(IfNoneMatch, StopsAWriteOfWhatItNames) {
  for (const char* header : {"*", "\"7-3\"", "W/\"7-3\"", "\"a\", W/\"7-3\""}) {
    EXPECT_FALSE(allows(parse_precondition(7, std::nullopt, header), 3)) << header;
  }
  for (const char* header : {"\"7-2\"", "\"x\"", "\"8-3\""}) {
    EXPECT_TRUE(allows(parse_precondition(7, std::nullopt, header), 3)) << header;
  }
}

TEST(IfNoneMatch, ComparesWeaklyForA304) {
  for (const char* header : {"\"7-3\"", "W/\"7-3\"", "*", "\"a\", \"7-3\"", "\"a\",W/\"7-3\",\"b\""}) {
    EXPECT_TRUE(names_etag(header, "\"7-3\"")) << header;
  }
  for (const char* header : {"\"7-2\"", "\"x\"", "\"7-3x\"", "", "7-3", "\"7-3"}) {
    EXPECT_FALSE(names_etag(header, "\"7-3\"")) << header;
  }
}

}  // namespace
}  // namespace grtc::items
