// What a slow client gets, on a server whose deadlines are short.
#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/http/running_server.hpp"

namespace grtc::http::test {
namespace {

using ::testing::StartsWith;

std::vector<Route> slow_routes() {
  return {{Method::post, "/echo/{word}", echo()}, {Method::get, "/", echo()}};
}

TEST(SlowClient, ClosesOnASlowHeadAnd408sASlowBody) {
  Options options = test_options();
  options.deadlines.head = std::chrono::milliseconds(300);
  options.deadlines.body = std::chrono::milliseconds(300);
  const RunningServer server(slow_routes(), std::move(options));
  RawClient head = server.connect();
  head.send("GET / HT");
  EXPECT_EQ(head.read_to_end(), "");
  EXPECT_TRUE(head.ended());
  RawClient body = server.connect();
  body.send("POST /echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel");
  EXPECT_THAT(body.read_to_end(), StartsWith("HTTP/1.1 408 "));
  EXPECT_TRUE(body.ended());
}

TEST(SlowClient, ClosesAnIdleConnectionAndOneThatDoesNotRead) {
  Options options = test_options();
  options.deadlines.idle = std::chrono::milliseconds(300);
  options.deadlines.write = std::chrono::milliseconds(300);
  const std::string large(50'000'000, 'x');
  std::vector<Route> routes = slow_routes();
  routes.push_back({Method::get, "/large", [&large](const auto& /*request*/, const Reply& reply) {
                      Response response;
                      response.shared_body = large;
                      reply(std::move(response));
                    }});
  RunningServer server(std::move(routes), std::move(options));
  RawClient idle = server.connect();
  EXPECT_THAT(idle.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_TRUE(idle.ended());
  RawClient unread = server.connect();
  unread.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  RawClient probe = server.connect();
  for (int i = 0; i < 10'000 && server->sockets() > 1; ++i) {
    probe = RawClient(server->port());
    static_cast<void>(probe.ask("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  }
  EXPECT_LE(server->sockets(), 1U);
}

}  // namespace
}  // namespace grtc::http::test
