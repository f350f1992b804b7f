#include "ops/jwt.hpp"

#include <gtest/gtest.h>

#include "ops/base64.hpp"
#include "ops/secret.hpp"

namespace grtc::ops {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kSecret = "a-secret-of-at-least-thirty-two-bytes";
constexpr core::WallTime kIssued{std::chrono::seconds(1'800'000'000)};

std::string token_of(std::string_view header, std::string_view payload, std::string_view secret = kSecret) {
  std::string token = base64url(header) + "." + base64url(payload);
  return token + "." + base64url(hmac_sha256(secret, token));
}

std::string token_of(std::string_view payload) {
  return token_of(R"({"alg":"HS256","typ":"JWT"})", payload);
}

std::string refusal(std::string_view token) {
  const auto result = verify_room_token(token, kSecret, kIssued);
  if (result) return "accepted";
  EXPECT_EQ(result.error().code, core::Code::unauthorized);
  return result.error().sentence;
}

TEST(RoomToken, ComesBackAsItWasSigned) {
  const std::string token = sign_room_token({"reunión \"1\"", "alice", kIssued + 1h}, kSecret);
  const RoomClaims claims = verify_room_token(token, kSecret, kIssued).value();
  EXPECT_EQ(claims.room, "reunión \"1\"");
  EXPECT_EQ(claims.peer_id, "alice");
  EXPECT_EQ(claims.expires, kIssued + 1h);
}

TEST(RoomToken, IsGoodForItsRoomAndPeerOnly) {
  const RoomClaims one{"lobby", "alice", kIssued};
  EXPECT_TRUE(one.allows_room("lobby"));
  EXPECT_FALSE(one.allows_room("Lobby"));
  EXPECT_TRUE(one.allows_peer("alice"));
  EXPECT_FALSE(one.allows_peer("bob"));
  const RoomClaims any{"*", std::nullopt, kIssued};
  EXPECT_TRUE(any.allows_room("lobby"));
  EXPECT_TRUE(any.allows_peer("bob"));
}

TEST(RoomToken, VerifiesTheSignatureOfRfc7515AppendixA1) {
  constexpr std::string_view kToken =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
      "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const std::string key =
      from_base64url("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow").value();
  const core::WallTime then{std::chrono::seconds(1'300'819'379)};
  // The example names no room: to be told so means that its signature was taken.
  EXPECT_EQ(verify_room_token(kToken, key, then).error().sentence,
            "The room token names no room (room). Ask for a new invitation.");
  EXPECT_EQ(verify_room_token(kToken, key, then + 1s).error().sentence,
            "The room token has expired. Ask for a new invitation.");
}

TEST(RoomToken, IsRefusedWithASentenceAPersonCanActOn) {
  const std::string malformed = "The room token is not a valid JWT. Ask for a new invitation.";
  const std::string algorithm = "The room token must be signed with HS256.";
  const std::string good = R"({"room":"r","exp":1800000060})";
  const std::string payload = base64url(good);
  const std::pair<std::string, std::string> rows[]{
      {"", malformed},
      {"a.b", malformed},
      {"a.b.c.d", malformed},
      {"....", malformed},
      {std::string(kMaxRoomToken + 1, 'a'), malformed},
      {token_of("[]", good), malformed},
      {token_of("{", good), malformed},
      {token_of("{}", good), algorithm},
      {token_of(R"({"alg":"none"})", good), algorithm},
      {base64url(R"({"alg":"none"})") + "." + payload + ".", algorithm},
      {token_of(R"({"alg":"hs256"})", good), algorithm},
      {token_of(R"({"alg":"RS256"})", good), algorithm},
      {token_of(R"({"alg":"HS256","crit":["exp"]})", good), malformed},
      {token_of(R"({"alg":"HS256"})", good, "another secret"),
       "The room token is not signed by this server. Ask for a new invitation."},
      {token_of(R"({"alg":"HS256"})", good, ""),
       "The room token is not signed by this server. Ask for a new invitation."},
      {token_of(good) + "=", malformed},
      {token_of("\"text\""), malformed},
      {token_of(R"({"room":"r"})"), "The room token has no expiry (exp). Ask for a new invitation."},
      {token_of(R"({"room":"r","exp":"1800000060"})"), "The room token has no expiry (exp). Ask for a new invitation."},
      {token_of(R"({"room":"r","exp":1e300})"), "The room token has no expiry (exp). Ask for a new invitation."},
      {token_of(R"({"room":"r","exp":-1})"), "The room token has no expiry (exp). Ask for a new invitation."},
      {token_of(R"({"room":"r","exp":1800000000})"), "The room token has expired. Ask for a new invitation."},
      {token_of(R"({"room":"r","exp":1800000060,"nbf":1800000001})"),
       "The room token is not valid yet. Check the clock, or try again later."},
      {token_of(R"({"exp":1800000060})"), "The room token names no room (room). Ask for a new invitation."},
      {token_of(R"({"room":7,"exp":1800000060})"), "The room token names no room (room). Ask for a new invitation."},
      {token_of(R"({"room":"","exp":1800000060})"), "The room token names no room (room). Ask for a new invitation."},
      {token_of(R"({"room":"r","sub":1,"exp":1800000060})"),
       "The room token's peer (sub) is not a text. Ask for a new invitation."},
      {token_of(good), "accepted"},
      {token_of(R"({"room":"r","exp":1800000000.5,"nbf":1800000000})"), "accepted"},
      {token_of(R"({"alg":"HS256"})", good), "accepted"},
  };
  for (const auto& [token, sentence] : rows) {
    SCOPED_TRACE(token);
    EXPECT_EQ(refusal(token), sentence);
  }
}

TEST(RoomToken, IsRefusedWhenAnyOneOfItsCharactersIsChanged) {
  const std::string good = sign_room_token({"lobby", "alice", kIssued + 1h}, kSecret);
  ASSERT_EQ(refusal(good), "accepted");
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string changed = good;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_NE(refusal(changed), "accepted") << "at " << at;
  }
}

}  // namespace
}  // namespace grtc::ops
