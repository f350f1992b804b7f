#include "ops/ice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/settings_of.hpp"

namespace grtc::ops {
namespace {

using namespace std::chrono_literals;
using test::settings_of;
using testing::HasSubstr;
using testing::MatchesRegex;

constexpr core::WallTime kNow{std::chrono::seconds(1'893'456'000 - 86'400)};

IceServers servers(test::Variables variables) {
  return IceServers(IceConfig::read(settings_of(std::move(variables))).value());
}

test::Variables with_turn() {
  return {{"STUN_URLS", "stun:stun.example:3478"},
          {"TURN_URLS", "turn:turn.example:3478?transport=udp,turns:turn.example:5349?transport=tcp"},
          {"TURN_SECRET", "north-north-north"}};
}

TEST(TurnCredential, IsWhatATurnServerComputes) {
  EXPECT_EQ(turn_username(1'893'456'000, "alice"), "1893456000:alice");
  EXPECT_EQ(turn_credential("north-north-north", "1893456000:alice"), "62t97V/Fm8D+RwzLcGCkVtzaUjA=");
  EXPECT_EQ(turn_username(1'893'456'000, "reunión"), "1893456000:reuni%C3%B3n");
  EXPECT_EQ(turn_credential("north-north-north", turn_username(1'893'456'000, "reunión")),
            "k0PhIlLNYcY+7Q9/OTkgB+lzGPY=");
}

TEST(TurnCredential, EscapesWhatLogsAndQuotasStumbleOver) {
  EXPECT_EQ(turn_username(1, "a:b c"), "1:a%3Ab%20c");
  EXPECT_EQ(turn_username(1, std::string(128, '\xFF')).size(), 2U + 384U);
  EXPECT_EQ(turn_username(1, std::string(500, 'a')).size(), 2U + 384U);
}

TEST(IceServers, ListStunAndOneFreshTurnEntry) {
  const auto answer = servers(with_turn()).issue("alice", kNow, std::nullopt, IceServers::Via::http);
  EXPECT_EQ(answer.ice_servers,
            R"([{"urls":["stun:stun.example:3478"]},{"urls":["turn:turn.example:3478?transport=udp",)"
            R"("turns:turn.example:5349?transport=tcp"],"username":"1893456000:alice",)"
            R"("credential":"62t97V/Fm8D+RwzLcGCkVtzaUjA="}])");
  EXPECT_EQ(answer.ttl_s, 86400);
}

TEST(IceServers, AreNoneByDefault) {
  const auto answer = servers({}).issue("alice", kNow, std::nullopt, IceServers::Via::http);
  EXPECT_EQ(answer.ice_servers, "[]");
  EXPECT_EQ(answer.ttl_s, 86400);
}

TEST(IceServers, HandOutAHostedServersFixedPair) {
  auto variables = with_turn();
  variables.erase("TURN_SECRET");
  variables.emplace("TURN_USERNAME", "u\"1");
  variables.emplace("TURN_PASSWORD", "p");
  const auto answer = servers(variables).issue("alice", kNow, std::nullopt, IceServers::Via::http);
  EXPECT_THAT(answer.ice_servers, HasSubstr(R"("username":"u\"1","credential":"p"})"));
}

TEST(IceServers, NeverOutliveTheProof) {
  const IceServers ice = servers(with_turn());
  const auto soon = ice.issue("alice", kNow, kNow + 90s + 500ms, IceServers::Via::http);
  EXPECT_EQ(soon.ttl_s, 90);
  EXPECT_THAT(soon.ice_servers, HasSubstr("\"username\":\"1893369690:alice\""));
  EXPECT_EQ(ice.issue("alice", kNow, kNow + 100h, IceServers::Via::http).ttl_s, 86400);
  EXPECT_EQ(ice.issue("alice", kNow, kNow - 1h, IceServers::Via::http).ttl_s, 0);
}

TEST(IceServers, NameAnUnknownPeerAnonymously) {
  const IceServers ice = servers(with_turn());
  const auto one = ice.issue("", kNow, std::nullopt, IceServers::Via::http).ice_servers;
  EXPECT_THAT(one, MatchesRegex(R"(.*"username":"1893456000:anon-[A-Za-z0-9_-]{8}".*)"));
  EXPECT_NE(one, ice.issue("", kNow, std::nullopt, IceServers::Via::http).ice_servers);
}

TEST(IceServers, AreCountedByWhereTheyWent) {
  const IceServers ice = servers(with_turn());
  (void)ice.issue("a", kNow, std::nullopt, IceServers::Via::http);
  (void)ice.issue("a", kNow, std::nullopt, IceServers::Via::welcome);
  (void)ice.issue("a", kNow, std::nullopt, IceServers::Via::welcome);
  Metrics metrics;
  ice.publish(metrics);
  EXPECT_THAT(metrics.scrape(), HasSubstr("grtc_turn_credentials_total{via=\"welcome\"} 2\n"));
  EXPECT_THAT(metrics.scrape(), HasSubstr("grtc_turn_credentials_total{via=\"http\"} 1\n"));
}

}  // namespace
}  // namespace grtc::ops
