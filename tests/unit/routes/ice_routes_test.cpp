#include "routes/ice_routes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ops/jwt.hpp"
#include "support/http_call.hpp"
#include "support/settings_of.hpp"

namespace grtc::routes {
namespace {

using namespace std::chrono_literals;
using http::Response;
using test::bearer;
using test::header_of;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr core::WallTime kNow{std::chrono::seconds(1'893'456'000 - 86'400)};
const std::string kRoomSecret = "a-secret-of-at-least-thirty-two-bytes";

const test::Variables kTurn{{"STUN_URLS", "stun:stun.example:3478"},
                            {"TURN_URLS", "turn:turn.example:3478"},
                            {"TURN_SECRET", "north-north-north"}};

struct NullDevice {
  NullDevice() = default;
  NullDevice(const NullDevice&) = delete;
  NullDevice& operator=(const NullDevice&) = delete;
  ~NullDevice() { ::close(fd); }
  int fd = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
};

/// A server with these settings; alice of the lobby is alive, her session token is `alice-session`.
class Server {
 public:
  explicit Server(test::Variables variables)
      : settings_(test::settings_of(std::move(variables))),
        ice_(ops::IceConfig::read(settings_).value()),
        log_({.level = ops::Level::debug, .format = ops::Log::Format::text, .instance = "", .fd = null_.fd}) {
    add_ice_routes(router_, metrics_,
                   {.servers = ice_,
                    .log = log_,
                    .room_token_secret = settings_.text("ROOM_TOKEN_SECRET"),
                    .admin_token = settings_.text("ADMIN_TOKEN"),
                    .production = settings_.production(),
                    .per_minute = static_cast<std::uint32_t>(settings_.integer("ICE_RATE")),
                    .find_live_peer =
                        [](std::string token, core::Executor& on, auto done) {
                          on.post([token, done = std::move(done)] {
                            done(token == "alice-session" ? std::optional<LivePeer>({"lobby", "alice"}) : std::nullopt);
                          });
                        },
                    .wall_clock = [] { return kNow; },
                    .clock = [this] { return now; }});
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() = default;

  Response get(const std::string& query, std::vector<http::Header> headers = {}, std::string client = "192.0.2.7") {
    return test::answer_of(
        router_,
        {.target = "/api/ice-servers" + query, .headers = std::move(headers), .body = {}, .client = std::move(client)});
  }
  std::string scrape() { return metrics_.scrape(); }

  core::TimePoint now{1h};

 private:
  ops::Settings settings_;
  ops::IceServers ice_;
  NullDevice null_;  // the log writes to it to the end
  ops::Log log_;
  ops::Metrics metrics_;
  http::Router router_;
};

test::Variables with(test::Variables more) {
  more.insert(kTurn.begin(), kTurn.end());
  return more;
}

std::string room_token(std::string room, std::optional<std::string> peer, std::chrono::seconds left = 1h) {
  return ops::sign_room_token({std::move(room), std::move(peer), kNow + left}, kRoomSecret);
}

TEST(IceRoute, GivesNothingAndAsksNothingByDefault) {
  for (const char* environment : {"development", "production"}) {
    Server server({{"ENVIRONMENT", environment}, {"ROOM_TOKEN_SECRET", kRoomSecret}});
    const Response response = server.get("");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, R"({"ice_servers":[],"ttl_s":86400})");
    EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
  }
}

TEST(IceRoute, GivesAnyoneACredentialInDevelopment) {
  Server server(kTurn);
  EXPECT_EQ(server.get("?room=lobby&peer_id=alice").body,
            R"({"ice_servers":[{"urls":["stun:stun.example:3478"]},{"urls":["turn:turn.example:3478"],)"
            R"("username":"1893456000:alice","credential":"62t97V/Fm8D+RwzLcGCkVtzaUjA="}],"ttl_s":86400})");
  EXPECT_THAT(server.get("").body, HasSubstr("\"username\":\"1893456000:anon-"));
}

TEST(IceRoute, GivesInProductionOnlyALivePeerOrAnAdminACredential) {
  Server server(with({{"ENVIRONMENT", "production"}, {"ADMIN_TOKEN", "admin"}}));
  EXPECT_EQ(server.get("?peer_id=alice").status, 401);
  EXPECT_EQ(header_of(server.get("?peer_id=alice"), "WWW-Authenticate").substr(0, 6), "Bearer");
  EXPECT_EQ(server.get("", {bearer("made-up")}).status, 401);
  EXPECT_THAT(server.get("", {bearer("alice-session")}).body, HasSubstr("1893456000:alice\""));
  EXPECT_EQ(server.get("?token=alice-session&room=lobby&peer_id=alice").status, 200);
  EXPECT_EQ(server.get("?room=other", {bearer("alice-session")}).status, 403);
  EXPECT_EQ(server.get("?peer_id=bob", {bearer("alice-session")}).status, 403);
  EXPECT_THAT(server.get("?peer_id=bob", {bearer("admin")}).body, HasSubstr("1893456000:bob\""));
}

TEST(IceRoute, AsksForARoomTokenWhereRoomsDo) {
  for (const char* environment : {"development", "production"}) {
    Server server(with({{"ENVIRONMENT", environment}, {"ROOM_TOKEN_SECRET", kRoomSecret}, {"ADMIN_TOKEN", "admin"}}));
    struct Row {
      std::string query;
      std::string token;
      std::uint16_t status;
      std::string says;
    };
    const Row rows[]{
        {"?room=lobby", "", 401, "room token"},
        {"?room=lobby", "nonsense", 401, "not a valid JWT"},
        {"?room=lobby", "alice-session", 401, "not a valid JWT"},
        {"?room=lobby", room_token("lobby", "alice", 0s), 401, "expired"},
        {"?room=lobby", room_token("lobby", "alice", 59s), 401, "less than a minute"},
        {"?room=lobby", room_token("lobby", "alice", 60s), 200, "\"ttl_s\":60}"},
        {"?room=lobby", room_token("lobby", "alice"), 200, "\"ttl_s\":3600}"},
        {"?room=other", room_token("lobby", "alice"), 403, "another room"},
        {"", room_token("lobby", "alice"), 200, ":alice\""},
        {"?room=other", room_token("*", "carol"), 200, ":carol\""},
        {"", room_token("*", std::nullopt), 200, ":anon-"},
        {"?peer_id=bob", room_token("lobby", "alice"), 403, "another peer"},
        {"?peer_id=alice", room_token("lobby", "alice"), 200, ":alice\""},
        {"?peer_id=bob", room_token("lobby", std::nullopt), 200, ":bob\""},
        {"?peer_id=dave", "admin", 200, ":dave\""},
    };
    for (const Row& row : rows) {
      SCOPED_TRACE(row.query + " " + row.says);
      const Response response = server.get(row.query, {bearer(row.token)});
      EXPECT_EQ(response.status, row.status);
      EXPECT_THAT(response.body, AllOf(HasSubstr(row.says), Not(HasSubstr("north")), Not(HasSubstr(kRoomSecret))));
    }
  }
}

TEST(IceRoute, NamesTheBadParameter) {
  Server server({});
  EXPECT_EQ(server.get("?room=a%2Fb").status, 422);
  EXPECT_THAT(server.get("?room=a%2Fb&peer_id=").body,
              AllOf(HasSubstr(R"("field":"room")"), HasSubstr(R"("field":"peer_id")")));
  EXPECT_EQ(server.get("?room=" + std::string(129, 'a')).status, 422);
}

TEST(IceRoute, BoundsWhatAnAddressAndAPeerMayAsk) {
  Server server(with({{"ICE_RATE", "8"}}));
  for (int i = 0; i < 6; ++i) EXPECT_EQ(server.get("?room=r&peer_id=alice").status, 200);
  const Response peer = server.get("?room=r&peer_id=alice");
  EXPECT_EQ(peer.status, 429);
  EXPECT_EQ(header_of(peer, "Retry-After"), "10");
  EXPECT_EQ(server.get("?room=r&peer_id=bob").status, 200);
  const Response address = server.get("?room=r&peer_id=carol");
  EXPECT_EQ(address.status, 429);
  EXPECT_EQ(header_of(address, "Retry-After"), "8");
  EXPECT_EQ(server.get("?room=r&peer_id=carol", {}, "192.0.2.8").status, 200);
  server.now += 60s;
  EXPECT_EQ(server.get("?room=r&peer_id=alice").status, 200);
}

TEST(IceRoute, CountsWhyItRefused) {
  Server server(with({{"ENVIRONMENT", "production"}}));
  (void)server.get("");
  (void)server.get("?room=");
  EXPECT_THAT(server.scrape(), AllOf(HasSubstr("grtc_ice_refused_total{reason=\"token\"} 1\n"),
                                     HasSubstr("grtc_ice_refused_total{reason=\"input\"} 1\n"),
                                     HasSubstr("grtc_ice_refused_total{reason=\"rate\"} 0\n")));
}

}  // namespace
}  // namespace grtc::routes
