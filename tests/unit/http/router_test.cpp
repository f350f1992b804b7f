#include "http/router.hpp"

#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace grtc::http {
namespace {

using ::testing::ElementsAre;

Router table() {
  Router router;
  for (const auto& [method, pattern] : std::vector<std::pair<Method, std::string>>{
           {Method::get, "/"},
           {Method::get, "/static/{path...}"},
           {Method::get, "/static/app/{path...}"},
           {Method::get, "/api/items/{id}"},
           {Method::put, "/api/items/{key}"},
           {Method::del, "/api/items/{id}"},
           {Method::get, "/api/items/events"},
           {Method::get, "/api/items"},
           {Method::post, "/api/items"},
           {Method::del, "/api/rooms/{room}/peers/{peer_id}"},
       }) {
    router.add({method, pattern, {}});
  }
  return router;
}

TEST(Router, FindsTheMostLiteralRoute) {
  const Router router = table();
  for (const auto& [path, pattern] : std::vector<std::pair<std::string, std::string>>{
           {"/", "/"},
           {"/api/items", "/api/items"},
           {"/api/items/7", "/api/items/{id}"},
           {"/api/items/events", "/api/items/events"},
           {"/api/%69tems/event%73", "/api/items/events"},
           {"/static/a/b/c.js", "/static/{path...}"},
           {"/static/app/b/c.js", "/static/app/{path...}"},
           {"/static/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t.js", "/static/{path...}"},
       }) {
    SCOPED_TRACE(path);
    const auto found = router.find(Method::get, path);
    ASSERT_TRUE(std::holds_alternative<Match>(found));
    EXPECT_EQ(std::get<Match>(found).route->pattern, pattern);
    EXPECT_TRUE(std::holds_alternative<Match>(router.find(Method::head, path)));
  }
}

TEST(Router, DecodesParamsAfterSplitting) {
  const Router router = table();
  const auto two = router.find(Method::del, "/api/rooms/reuni%C3%B3n%2Fa/peers/b+c");
  EXPECT_THAT(std::get<Match>(two).params, ElementsAre("reunión/a", "b+c"));
  const auto rest = router.find(Method::get, "/static/a/%2e%2e/b");
  EXPECT_THAT(std::get<Match>(rest).params, ElementsAre("a/../b"));
}

TEST(Router, SaysWhatAPathAllows) {
  const Router router = table();
  for (const auto& [path, allow] : std::vector<std::pair<std::string, std::string>>{
           {"/api/items", "GET, HEAD, POST, OPTIONS"},
           {"/api/items/7", "GET, HEAD, PUT, DELETE, OPTIONS"},
           {"/api/items/events", "GET, HEAD, OPTIONS"},
           {"/api/rooms/a/peers/b", "DELETE, OPTIONS"},
       }) {
    SCOPED_TRACE(path);
    for (const Method method : {Method::patch, Method::options, Method::other}) {
      const auto found = router.find(method, path);
      ASSERT_TRUE(std::holds_alternative<WrongMethod>(found));
      EXPECT_EQ(std::get<WrongMethod>(found).allow, allow);
    }
  }
}

TEST(Router, KnowsNothingElse) {
  const Router router = table();
  for (const std::string path :
       {"", "*", "api/items", "/api", "/api/", "/api/items/", "/api/items/7/", "/api/items/7/x", "//api/items",
        "/API/items", "/api/items/%zz", "/api/items/%", "/static", "/static/", "/static/app", "/static/app/"}) {
    SCOPED_TRACE(path);
    const bool rest = path == "/static/app" || path == "/static/app/";
    EXPECT_EQ(std::holds_alternative<NoRoute>(router.find(Method::get, path)), !rest);
  }
}

}  // namespace
}  // namespace grtc::http
