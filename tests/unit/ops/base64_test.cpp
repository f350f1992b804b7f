#include "ops/base64.hpp"

#include <gtest/gtest.h>

namespace grtc::ops {
namespace {

TEST(Base64, EncodesTheVectorsOfRfc4648Section10) {
  const std::pair<std::string, std::string> rows[]{{"", ""},
                                                   {"f", "Zg=="},
                                                   {"fo", "Zm8="},
                                                   {"foo", "Zm9v"},
                                                   {"foob", "Zm9vYg=="},
                                                   {"fooba", "Zm9vYmE="},
                                                   {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : rows) {
    EXPECT_EQ(base64(bytes), text);
    EXPECT_EQ(base64url(bytes), text.substr(0, text.find('=')));
    EXPECT_EQ(from_base64url(base64url(bytes)), bytes);
  }
  EXPECT_EQ(base64("\xfb\xff"), "+/8=");
  EXPECT_EQ(base64url("\xfb\xff"), "-_8");
}

TEST(Base64Url, HasOneTextForEachByteString) {
  for (const char* text : {"A", "AAAAA", "Zg==", "Zh", "Zm9=", "+/8", "Zm 9v", "Zm\n9v", "é"}) {
    EXPECT_FALSE(from_base64url(text)) << text;
  }
}

}  // namespace
}  // namespace grtc::ops
