#include "routes/items_routes.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/http_call.hpp"
#include "support/soon.hpp"
#include "unit/items/sqlite/sqlite_world.hpp"

namespace grtc::test {
namespace {

using http::Method;
using testing::AllOf;
using testing::HasSubstr;

const http::Header kJson{"content-type", "application/json"};

class ItemsRoutes : public testing::Test {
 protected:
  explicit ItemsRoutes(const std::string& token = {}) {
    routes::add_items_routes(router_, {world_.store(), feed_, token});
  }

  http::Response call(Method method, const std::string& target, const std::string& body = {},
                      std::vector<http::Header> headers = {}) {
    auto request = std::make_shared<http::Request>();
    const std::size_t mark = target.find('?');
    request->method = method;
    request->path = target.substr(0, mark);
    if (mark != std::string::npos) request->query = http::Query::parse(target.substr(mark + 1));
    request->headers = std::move(headers);
    request->body = body;
    request->executor = &loop_;
    const auto found = router_.find(method, request->path);
    const auto* match = std::get_if<http::Match>(&found);
    if (match == nullptr) throw std::runtime_error("no route " + target);
    request->params = match->params;
    std::optional<http::Response> answer;
    match->route->handler(request, [&](http::Response response) { answer = std::move(response); });
    loop_.run_until([&] { return answer.has_value(); });
    return *std::move(answer);
  }
  http::Response post(const std::string& body, std::vector<http::Header> headers = {}) {
    headers.push_back(kJson);
    return call(Method::post, "/api/items", body, std::move(headers));
  }

  Loop loop_;
  SqliteWorld world_;
  items::Feed feed_{world_.store(), {.every_tick = [](core::Executor&, const auto&) {}}};
  http::Router router_;
};

TEST_F(ItemsRoutes, CreateReadAndListAnItem) {
  const auto made = post(R"({"name":"Agenda","data":{"n":1.50}})");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(header_of(made, "Location"), "/api/items/1");
  EXPECT_EQ(header_of(made, "ETag"), "\"1-1\"");
  EXPECT_THAT(header_of(made, "Content-Type"), HasSubstr("application/json"));
  EXPECT_THAT(made.body, AllOf(HasSubstr(R"({"id":1,"name":"Agenda","description":"","data":{"n":1.50},"version":1,)"),
                               HasSubstr(R"("created_at":"2023-11-14T22:13:20.000Z")")));
  const auto read = call(Method::get, "/api/items/1");
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(read.body, made.body);
  EXPECT_EQ(header_of(read, "ETag"), "\"1-1\"");
  const auto list = call(Method::get, "/api/items");
  EXPECT_EQ(list.body, R"({"items":[)" + made.body + R"(],"next_cursor":null,"total":1})");
  ASSERT_EQ(post(R"({"name":"Budget"})").status, 201);
  const auto page = call(Method::get, "/api/items?limit=1&sort=-name");
  EXPECT_THAT(page.body, AllOf(HasSubstr("Budget"), HasSubstr(R"("next_cursor":")"), HasSubstr(R"("total":2})")));
  const auto found = call(Method::get, "/api/items?q=age");
  EXPECT_EQ(found.body, list.body);
  EXPECT_EQ(call(Method::get, "/api/items?limit=0").status, 422);
}

TEST_F(ItemsRoutes, ReplacePatchAndDelete) {
  ASSERT_EQ(post(R"({"name":"a","description":"d"})").status, 201);
  const auto replaced = call(Method::put, "/api/items/1", R"({"name":"b"})", {kJson});
  EXPECT_EQ(replaced.status, 200);
  EXPECT_THAT(replaced.body, HasSubstr(R"("description":"")"));
  EXPECT_EQ(header_of(replaced, "ETag"), "\"1-2\"");
  for (const char* type : {"application/merge-patch+json", "application/json; charset=utf-8", "Application/JSON"}) {
    const auto patched = call(Method::patch, "/api/items/1", R"({"data":{"x":1}})", {{"content-type", type}});
    EXPECT_EQ(patched.status, 200) << type;
  }
  const auto gone = call(Method::del, "/api/items/1");
  EXPECT_EQ(gone.status, 204);
  EXPECT_EQ(gone.body, "");
  for (const Method method : {Method::get, Method::put, Method::patch, Method::del}) {
    EXPECT_EQ(call(method, "/api/items/1", R"({"name":"x"})", {kJson}).status, 404);
  }
}

TEST_F(ItemsRoutes, KnowItemsByTheirDecimalIdOnly) {
  ASSERT_EQ(post(R"({"name":"a"})").status, 201);
  for (const char* id :
       {"0", "-1", "x", "1.5", "01", "%2B1", "99999999999999999999", "9223372036854775807", "1%00", "1%20"}) {
    EXPECT_EQ(call(Method::get, std::string("/api/items/") + id).status, 404) << id;
  }
}

TEST_F(ItemsRoutes, SpeakConditionalRequests) {
  ASSERT_EQ(post(R"({"name":"a"})").status, 201);
  const auto same = call(Method::get, "/api/items/1", {}, {{"if-none-match", "W/\"1-1\""}});
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(header_of(same, "ETag"), "\"1-1\"");
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(call(Method::get, "/api/items/1", {}, {{"if-none-match", "\"1-2\""}}).status, 200);
  const auto moved = call(Method::put, "/api/items/1", R"({"name":"b"})", {kJson, {"if-match", "\"1-2\""}});
  EXPECT_EQ(moved.status, 412);
  EXPECT_EQ(header_of(moved, "Content-Type"), "application/problem+json");
  EXPECT_EQ(call(Method::put, "/api/items/1", R"({"name":"b"})", {kJson, {"if-none-match", "*"}}).status, 412);
  EXPECT_EQ(call(Method::put, "/api/items/1", R"({"name":"b"})", {kJson, {"if-match", "\"1-1\""}}).status, 200);
}

TEST_F(ItemsRoutes, RefuseOtherContentTypesAndBadBodies) {
  for (const char* type : {"text/plain", "", "application/jsonx", "application/merge-patch+json"}) {
    EXPECT_EQ(call(Method::post, "/api/items", R"({"name":"x"})", {{"content-type", type}}).status, 415) << type;
  }
  EXPECT_EQ(call(Method::post, "/api/items", R"({"name":"x"})").status, 415);
  EXPECT_EQ(call(Method::patch, "/api/items/1", "{}", {{"content-type", "application/json-patch+json"}}).status, 415);
  EXPECT_EQ(post("{").status, 400);
  const auto broken = post(R"({"name":"","x":1})");
  EXPECT_EQ(broken.status, 422);
  EXPECT_THAT(broken.body, AllOf(HasSubstr(R"("field":"name")"), HasSubstr(R"("field":"x")")));
}

TEST_F(ItemsRoutes, DoAPostWithAKeyOnce) {
  const http::Header key{"idempotency-key", "k1"};
  const auto first = post(R"({"name":"a"})", {key});
  const auto again = post(R"({"name":"a"})", {key});
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(header_of(again, "Location"), header_of(first, "Location"));
  EXPECT_EQ(post(R"({"name":"b"})", {key}).status, 422);
  EXPECT_EQ(post(R"({"name":"b"})", {{"idempotency-key", ""}}).status, 422);
  EXPECT_EQ(post(R"({"name":"b"})", {{"idempotency-key", std::string(201, 'x')}}).status, 422);
  EXPECT_EQ(post(R"({"name":"b"})", {{"idempotency-key", std::string(200, 'x')}}).status, 201);
}

TEST_F(ItemsRoutes, StreamEvents) {
  const auto stream = call(Method::get, "/api/items/events");
  EXPECT_EQ(stream.status, 200);
  EXPECT_EQ(header_of(stream, "Content-Type"), "text/event-stream");
  EXPECT_EQ(header_of(stream, "Cache-Control"), "no-store");
  EXPECT_TRUE(stream.stream);
}

class GuardedItemsRoutes : public ItemsRoutes {
 protected:
  GuardedItemsRoutes() : ItemsRoutes("items-token") {}
};

TEST_F(GuardedItemsRoutes, NeedTheTokenToWriteButNotToRead) {
  for (const std::string& authorization :
       {std::string(), std::string("Bearer wrong"), std::string("Basic aXRlbXM="), std::string("Bearer items-toke")}) {
    std::vector<http::Header> headers{kJson};
    if (!authorization.empty()) headers.push_back({"authorization", authorization});
    for (const auto& [method, path] : {std::pair{Method::post, "/api/items"},
                                       {Method::put, "/api/items/1"},
                                       {Method::patch, "/api/items/1"},
                                       {Method::del, "/api/items/1"}}) {
      const auto refused = call(method, path, R"({"name":"x"})", headers);
      EXPECT_EQ(refused.status, 401);
      EXPECT_THAT(header_of(refused, "WWW-Authenticate"), testing::StartsWith("Bearer"));
    }
  }
  EXPECT_EQ(post(R"({"name":"x"})", {bearer("items-token")}).status, 201);
  EXPECT_EQ(call(Method::get, "/api/items/1").status, 200);
  EXPECT_EQ(call(Method::get, "/api/items").status, 200);
  EXPECT_EQ(call(Method::get, "/api/items/events").status, 200);
}

}  // namespace
}  // namespace grtc::test
