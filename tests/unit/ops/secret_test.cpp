#include "ops/secret.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace grtc::ops {
namespace {

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

TEST(Secret, ComparesAllOfIt) {
  EXPECT_TRUE(constant_time_equal("", ""));
  EXPECT_TRUE(constant_time_equal("abc", "abc"));
  EXPECT_FALSE(constant_time_equal("abc", "abd"));
  EXPECT_FALSE(constant_time_equal("ab", "abc"));
  EXPECT_FALSE(constant_time_equal("abcd", "abc"));
}

TEST(Hmac, GivesTheVectorsOfRfc4231AndRfc2202) {
  // RFC 4231 §4.3 and RFC 2202 §3, test case 2 of each.
  constexpr std::string_view kText = "what do ya want for nothing?";
  EXPECT_EQ(hex(hmac_sha256("Jefe", kText)), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac_sha1("Jefe", kText)), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(hmac_sha256("", "x").size(), 32U);
}

TEST(RandomText, DiffersEachTimeAndIsUrlSafe) {
  const std::string one = random_text(12);
  EXPECT_EQ(one.size(), 16U);
  EXPECT_NE(one, random_text(12));
  EXPECT_EQ(one.find_first_of("+/="), std::string::npos);
}

}  // namespace
}  // namespace grtc::ops
