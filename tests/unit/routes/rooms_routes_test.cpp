#include "routes/rooms_routes.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/http_call.hpp"

namespace grtc::routes {
namespace {

using core::Code;
using core::Problem;
using http::Method;
using test::answer_of;
using test::bearer;
using testing::ElementsAre;
using testing::HasSubstr;

/// One room `lobby` with alice, as the signalling would tell of it.
class OneRoom final : public RoomDirectory {
 public:
  void list(core::Executor& on, Done<std::vector<RoomSummary>> done) override {
    on.post([done = std::move(done)] { done(std::vector<RoomSummary>{{"zoo", 1, 0}, {"lobby \"1\"", 2, 1}}); });
  }
  void get(std::string room, core::Executor& on, Done<RoomDetail> done) override {
    on.post([room, done = std::move(done)] {
      if (room != "lobby") return done(Problem{Code::not_found, "There is no such room.", {}, 0});
      done(RoomDetail{room, {R"({"peer_id":"alice"})", R"({"peer_id":"bob"})"}});
    });
  }
  void send(std::string room, std::string message, core::Executor& on, Done<std::size_t> done) override {
    sent.push_back(room + " " + message);
    on.post([room, done = std::move(done)] {
      if (room != "lobby") return done(Problem{Code::not_found, "There is no such room.", {}, 0});
      done(std::size_t{2});
    });
  }
  void remove(std::string room, std::string peer_id, core::Executor& on, Done<void> done) override {
    on.post([room, peer_id, done = std::move(done)] {
      if (peer_id != "alice") return done(Problem{Code::not_found, "There is no such peer.", {}, 0});
      done(boost::system::in_place_value);
    });
  }
  std::vector<std::string> sent;
};

class RoomsRoutes : public testing::Test {
 protected:
  RoomsRoutes() { add_rooms_routes(router_, AdminGuard("secret", true), rooms_); }
  http::Response call(Method method, std::string target, std::string body = {}, std::string type = "application/json") {
    return answer_of(router_, {.method = method,
                               .target = std::move(target),
                               .headers = {bearer("secret"), {"content-type", std::move(type)}},
                               .body = std::move(body)});
  }

  OneRoom rooms_;
  http::Router router_;
};

TEST_F(RoomsRoutes, AreForAdminsOnly) {
  for (const http::Route& route : router_.routes()) {
    const http::Response response = answer_of(router_, {.method = route.method, .target = route.pattern});
    EXPECT_EQ(response.status, 401) << route.pattern;
  }
}

TEST_F(RoomsRoutes, ListTheRoomsByName) {
  EXPECT_EQ(call(Method::get, "/api/rooms").body,
            R"({"rooms":[{"room":"lobby \"1\"","peers":2,"connected":1},{"room":"zoo","peers":1,"connected":0}]})");
}

TEST_F(RoomsRoutes, ShowARoomsPeers) {
  EXPECT_EQ(call(Method::get, "/api/rooms/lobby").body,
            R"({"room":"lobby","peers":[{"peer_id":"alice"},{"peer_id":"bob"}]})");
  EXPECT_EQ(call(Method::get, "/api/rooms/none").status, 404);
  EXPECT_EQ(call(Method::get, "/api/rooms/a%00b").status, 404);
}

TEST_F(RoomsRoutes, PutAMessageIntoARoomAsItCame) {
  const std::string message = R"({ "type": "notice", "to": "alice", "n": 1.0 })";
  const http::Response response = call(Method::post, "/api/rooms/lobby/messages", message);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"delivered":2})");
  EXPECT_THAT(rooms_.sent, ElementsAre("lobby " + message));
  EXPECT_EQ(call(Method::post, "/api/rooms/none/messages", message).status, 404);
}

TEST_F(RoomsRoutes, RefuseWhatIsNoMessage) {
  struct Row {
    std::string body;
    std::uint16_t status;
    std::string says;
  };
  const Row rows[]{
      {"", 400, "not JSON"},
      {"{", 400, "not JSON"},
      {"[]", 422, "JSON object"},
      {"{}", 422, R"("field":"type")"},
      {R"({"type":"A"})", 422, R"("field":"type")"},
      {R"({"type":"welcome"})", 422, R"("field":"type")"},
      {R"({"type":"leave"})", 422, R"("field":"type")"},
      {R"({"type":"offer"})", 422, R"("field":"to")"},
      {R"({"type":"x","to":7})", 422, R"("field":"to")"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.body);
    const http::Response response = call(Method::post, "/api/rooms/lobby/messages", row.body);
    EXPECT_EQ(response.status, row.status);
    EXPECT_THAT(response.body, HasSubstr(row.says));
  }
  EXPECT_EQ(call(Method::post, "/api/rooms/lobby/messages", R"({"type":"x"})", "text/plain").status, 415);
  EXPECT_EQ(call(Method::post, "/api/rooms/lobby/messages", R"({"type":"x"})", "").status, 415);
  EXPECT_EQ(
      call(Method::post, "/api/rooms/lobby/messages", R"({"type":"x"})", "Application/JSON ; charset=utf-8").status,
      200);
}

TEST_F(RoomsRoutes, RemoveAPeer) {
  EXPECT_EQ(call(Method::del, "/api/rooms/lobby/peers/alice").status, 204);
  EXPECT_EQ(call(Method::del, "/api/rooms/lobby/peers/carol").status, 404);
}

}  // namespace
}  // namespace grtc::routes
