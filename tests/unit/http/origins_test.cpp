#include "http/origins.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/cors.hpp"
#include "unit/http/running_server.hpp"

namespace grtc::http::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(AllowedOrigins, AreTheSameOriginUnlessListed) {
  const auto same = AllowedOrigins::parse("").value();
  EXPECT_TRUE(same.allows("http://chat.example", "chat.example"));
  EXPECT_TRUE(same.allows("https://Chat.example:443", "chat.example"));
  EXPECT_TRUE(same.allows("https://chat.example", "chat.example:443"));
  EXPECT_TRUE(same.allows("http://[::1]:8001", "[::1]:8001"));
  EXPECT_FALSE(same.allows("http://chat.example", "chat.example:8001"));
  EXPECT_FALSE(same.allows("http://evil.example", "chat.example"));
  EXPECT_FALSE(same.allows("http://chat.example.evil", "chat.example"));
  EXPECT_FALSE(same.allows("null", "chat.example"));
  EXPECT_FALSE(same.allows("", ""));
  const auto listed = AllowedOrigins::parse("https://a.example, http://b.example:8080").value();
  EXPECT_TRUE(listed.allows("https://A.example", "x"));
  EXPECT_TRUE(listed.allows("http://b.example:8080", "x"));
  EXPECT_TRUE(listed.allows("http://x", "x"));
  EXPECT_FALSE(listed.allows("http://a.example", "x"));
  EXPECT_FALSE(listed.allows("http://b.example", "x"));
  EXPECT_TRUE(AllowedOrigins::parse("*")->allows("null", "x"));
  for (const std::string bad : {"a.example", "https://", "https://a.example/", "https://*.example", "://a"}) {
    EXPECT_TRUE(AllowedOrigins::parse(bad).has_error()) << bad;
  }
}

std::string preflight(const std::string& origin) {
  return "OPTIONS /a HTTP/1.1\r\nHost: x\r\nOrigin: " + origin + "\r\nAccess-Control-Request-Method: PUT\r\n\r\n";
}

Options with_origins(const std::string& list) {
  Options options = test_options();
  options.origins = AllowedOrigins::parse(list).value();
  return options;
}

TEST(Cors, LetsListedOriginsInAndNoOthers) {
  const RunningServer server({{Method::get, "/a", echo()}, {Method::put, "/a", echo()}},
                             with_origins("https://a.example"));
  const std::string allowed = server.ask(preflight("https://a.example"));
  EXPECT_THAT(allowed, StartsWith("HTTP/1.1 204 No Content\r\n"));
  EXPECT_THAT(allowed, HasSubstr("\r\nAllow: GET, HEAD, PUT, OPTIONS\r\n"));
  EXPECT_THAT(allowed, HasSubstr("\r\nAccess-Control-Allow-Origin: https://a.example\r\n"));
  EXPECT_THAT(allowed, HasSubstr("\r\nAccess-Control-Allow-Methods: GET, HEAD, PUT, OPTIONS\r\n"));
  EXPECT_THAT(allowed, HasSubstr("If-Match"));
  EXPECT_THAT(allowed, HasSubstr("\r\nVary: Origin\r\n"));
  EXPECT_THAT(allowed, Not(HasSubstr("Content-Length")));
  const std::string refused = server.ask(preflight("https://b.example"));
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(refused, Not(HasSubstr("Access-Control-")));
  EXPECT_THAT(refused, HasSubstr("\r\nVary: Origin\r\n"));
  EXPECT_THAT(server.ask("GET /a HTTP/1.1\r\nHost: x\r\nOrigin: https://a.example\r\n\r\n"),
              HasSubstr("\r\nAccess-Control-Expose-Headers: ETag, Location, Retry-After, X-Request-Id\r\n"));
  EXPECT_THAT(server.ask("GET /none HTTP/1.1\r\nHost: x\r\nOrigin: https://a.example\r\n\r\n"),
              HasSubstr("\r\nAccess-Control-Allow-Origin: https://a.example\r\n"));
}

TEST(Cors, SaysStarForAnyAndNothingForSameOriginOnly) {
  const RunningServer any({{Method::get, "/a", echo()}}, with_origins("*"));
  const std::string answer = any.ask(preflight("https://b.example"));
  EXPECT_THAT(answer, HasSubstr("\r\nAccess-Control-Allow-Origin: *\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("Vary")));
  const RunningServer same({{Method::get, "/a", echo()}});
  EXPECT_THAT(same.ask(preflight("http://x")), Not(HasSubstr("Access-Control-")));
  EXPECT_THAT(same.ask("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 204 "));
}

}  // namespace
}  // namespace grtc::http::test
