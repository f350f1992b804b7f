#include "http/connection.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/http/running_server.hpp"

namespace grtc::http::test {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<Route> echo_routes() {
  return {{Method::get, "/echo/{word}", echo()}, {Method::post, "/echo/{word}", echo()}, {Method::get, "/", echo()}};
}

TEST(Connection, AnswersGetWithLengthDateAndRequestId) {
  const RunningServer server(echo_routes());
  const std::string answer = server.ask("GET /echo/a%20b HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\nDate: "));
  EXPECT_THAT(answer, HasSubstr("\r\nX-Request-Id: "));
  EXPECT_THAT(answer, HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nGET /echo/a%20b a b"));
  EXPECT_THAT(answer, Not(HasSubstr("Connection:")));
}

TEST(Connection, KeepsAliveOverManyRequestsAndBytesInPieces) {
  const RunningServer server(echo_routes());
  RawClient client = server.connect();
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(client.ask("GET /echo/x HTTP/1.1\r\nHost: x\r\n\r\n"), EndsWith("GET /echo/x x"));
  }
  for (const char byte : std::string("POST /echo/y HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")) {
    client.send({&byte, 1});
  }
  EXPECT_THAT(client.read_answer(), EndsWith("POST /echo/y y hello"));
}

TEST(Connection, AnswersPipelinedRequestsInOrder) {
  const RunningServer server(echo_routes());
  RawClient client = server.connect();
  std::string all;
  for (int i = 0; i < 2000; ++i) all += "GET /echo/" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  client.send(all);
  for (int i = 0; i < 2000; ++i) {
    ASSERT_THAT(client.read_answer(), EndsWith("/echo/" + std::to_string(i) + " " + std::to_string(i)));
  }
}

TEST(Connection, KeepsTheOrderWhenAnAnswerComesLaterFromAnotherThread) {
  std::vector<Route> routes = echo_routes();
  std::vector<std::thread> workers;
  routes.push_back({Method::get, "/slow", [&workers](const auto& request, const Reply& reply) {
                      workers.emplace_back([request, reply] { reply(json_response(200, "slow")); });
                    }});
  {
    const RunningServer server(std::move(routes));
    RawClient client = server.connect();
    client.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\nGET /echo/q HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.read_answer(), EndsWith("slow"));
    EXPECT_THAT(client.read_answer(), EndsWith("GET /echo/q q"));
    for (std::thread& worker : workers) worker.join();  // what holds a Reply goes before the server
  }
}

TEST(Connection, SendsOneWholeAnswerToHeadWithoutContent) {
  const RunningServer server(echo_routes());
  RawClient client = server.connect();
  client.send("HEAD /echo/x HTTP/1.1\r\nHost: x\r\n\r\nGET /echo/z HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.read_answer(false), HasSubstr("Content-Length: 14\r\n"));
  EXPECT_THAT(client.read_answer(), EndsWith("GET /echo/z z"));
}

TEST(Connection, ClosesWhenAskedToAndForHttp10) {
  const RunningServer server(echo_routes());
  for (const std::string request :
       {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"}) {
    SCOPED_TRACE(request);
    RawClient client = server.connect();
    client.send(request);
    const std::string answer = client.read_to_end();
    EXPECT_TRUE(client.ended());
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  }
  RawClient old = server.connect();
  EXPECT_THAT(old.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), HasSubstr("Connection: keep-alive\r\n"));
  EXPECT_THAT(old.ask("GET / HTTP/1.0\r\n\r\n"), HasSubstr("Connection: close\r\n"));
}

TEST(Connection, SendsContinueToAClientThatWaitsForIt) {
  const RunningServer server(echo_routes());
  RawClient client = server.connect();
  client.send("POST /echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_answer(), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(client.ask("ok"), EndsWith("POST /echo/x x ok"));
}

TEST(Connection, TakesChunkedContentAndDropsTrailers) {
  const RunningServer server(echo_routes());
  const std::string answer = server.ask(
      "POST /echo/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2;a=b\r\nde\r\n0\r\nX-Late: 1\r\n\r\n");
  EXPECT_THAT(answer, EndsWith("POST /echo/x x abcde"));
  RawClient client = server.connect();
  for (const char byte :
       std::string("POST /echo/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")) {
    client.send({&byte, 1});
  }
  EXPECT_THAT(client.read_answer(), EndsWith("POST /echo/x x"));
}

TEST(Connection, RefusesAmbiguousRequestsAndCloses) {
  const RunningServer server(echo_routes());
  const std::string host = "Host: x\r\n";
  const std::vector<std::string> refused = {
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      "POST / HTTP/1.1\r\n" + host + "Content-Length: 1, 1\r\n\r\na",
      "POST / HTTP/1.1\r\n" + host + "Content-Length: +1\r\n\r\na",
      "POST / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\na",
      "POST / HTTP/1.1\r\n" + host + "Content-Length: 0x1\r\n\r\na",
      "POST / HTTP/1.1\r\n" + host + "Content-Length:\r\n\r\na",
      "POST / HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999\r\n\r\na",
      "POST / HTTP/1.1\r\n" + host + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
      "GET / HTTP/1.1\r\n" + host + "X: a\r\n b\r\n\r\n",
      "GET / HTTP/1.1\r\n" + host + "X : a\r\n\r\n",
      "GET / HTTP/1.1\r\n" + host + " X: a\r\n\r\n",
      "GET / HTTP/1.1\r\n" + host + "no colon\r\n\r\n",
      "GET / HTTP/1.1\r\n" + host + ": empty name\r\n\r\n",
      "GET / HTTP/1.1\r\n" + host + "X: a\rb\r\n\r\n",
      "GET / HTTP/1.1\r\n" + host + std::string("X: a\0b\r\n\r\n", 10),
      "GET / HTTP/1.1\nHost: x\n\n",
      "GET / HTTP/1.1\r\nHost: x\n\r\n",
      "GET  / HTTP/1.1\r\n" + host + "\r\n",
      "GET /  HTTP/1.1\r\n" + host + "\r\n",
      "GET /a b HTTP/1.1\r\n" + host + "\r\n",
      "GET /#a HTTP/1.1\r\n" + host + "\r\n",
      "GET echo HTTP/1.1\r\n" + host + "\r\n",
      "GET * HTTP/1.1\r\n" + host + "\r\n",
      "GET /\r\n\r\n",
      "GET / HTTP/1.2\r\n" + host + "\r\n",
      "GET / HTTP/2.0\r\n" + host + "\r\n",
      "GET / http/1.1\r\n" + host + "\r\n",
      "G(T / HTTP/1.1\r\n" + host + "\r\n",
      std::string("\x16\x03\x01\x02", 4),
  };
  for (const std::string& request : refused) {
    SCOPED_TRACE(request);
    RawClient client = server.connect();
    client.send(request);
    const std::string answer = client.read_to_end();
    EXPECT_TRUE(client.ended());
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
    EXPECT_THAT(answer, HasSubstr("Content-Type: application/problem+json\r\n"));
  }
}

TEST(Connection, TakesWhatIsUnusualButClear) {
  const RunningServer server(echo_routes());
  const std::vector<std::string> taken = {
      "\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET / HTTP/1.1\r\nHost:x\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: \r\n\r\n",
      "GET / HTTP/1.1\r\nhOsT: x\r\nX-Empty:\r\nX-Tab:\ta\t\r\n\r\n",
      "GET http://x/ HTTP/1.1\r\nHost: y\r\n\r\n",
      "GET http://x HTTP/1.1\r\nHost: y\r\n\r\n",
      "GET /?a=b HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n",
  };
  for (const std::string& request : taken) {
    SCOPED_TRACE(request);
    EXPECT_THAT(server.ask(request), StartsWith("HTTP/1.1 200 OK\r\n"));
  }
}

TEST(Connection, BoundsHeadAndContent) {
  const RunningServer server(echo_routes());
  const std::string large(33 * 1024, 'a');
  EXPECT_THAT(server.ask("GET /" + large + " HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(server.ask("GET / HTTP/1.1\r\nHost: x\r\nX: " + large), StartsWith("HTTP/1.1 431 "));
  std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 200; ++i) many += "A" + std::to_string(i) + ": b\r\n";
  EXPECT_THAT(server.ask(many + "\r\n"), StartsWith("HTTP/1.1 431 "));
  const std::string post = "POST /echo/x HTTP/1.1\r\nHost: x\r\n";
  EXPECT_THAT(server.ask(post + "Content-Length: 1001\r\nExpect: 100-continue\r\n\r\n"), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(server.ask(post + "Content-Length: 1000\r\n\r\n" + std::string(1000, 'b')), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(server.ask(post + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n"), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(server.ask(post + "Transfer-Encoding: chunked\r\n\r\n1f4\r\n" + std::string(500, 'a') + "\r\n1f5\r\n"),
              StartsWith("HTTP/1.1 413 "));
}

TEST(Connection, SendsLargeAnswersWhole) {
  const std::string large(5'000'000, 'x');
  std::vector<Route> routes = echo_routes();
  routes.push_back({Method::get, "/large", [&large](const auto& /*request*/, const Reply& reply) {
                      Response response;
                      response.shared_body = large;
                      reply(std::move(response));
                    }});
  const RunningServer server(std::move(routes));
  RawClient client = server.connect();
  client.send(
      "GET /large HTTP/1.1\r\nHost: x\r\n\r\nGET /large HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.read_answer(), EndsWith(large));
  EXPECT_THAT(client.read_answer(), EndsWith(large));
  EXPECT_THAT(client.read_answer(), EndsWith("GET /"));
}

TEST(Connection, GivesTheAnswerToARefusedUploadThatGoesOn) {
  const RunningServer server(echo_routes());
  RawClient client = server.connect();
  client.send("POST /echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n");
  client.send(std::string(4'000'000, 'x'));
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 413 "));
}

TEST(Connection, Answers500WhenAHandlerThrowsOrForgetsItsReply) {
  std::vector<Route> routes;
  routes.push_back({Method::get, "/throws", [](const auto&, const Reply&) { throw std::runtime_error("secret"); }});
  routes.push_back({Method::get, "/forgets", [](const auto&, const Reply&) {}});
  routes.push_back({Method::get, "/twice", [](const auto&, const Reply& reply) {
                      reply(json_response(200, "1"));
                      reply(json_response(200, "2"));
                    }});
  const RunningServer server(std::move(routes));
  for (const std::string path : {"/throws", "/forgets"}) {
    const std::string answer = server.ask("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
    EXPECT_THAT(answer, Not(HasSubstr("secret")));
  }
  EXPECT_THAT(server.ask("GET /twice HTTP/1.1\r\nHost: x\r\n\r\n"), EndsWith("\r\n\r\n1"));
}

TEST(Connection, LetsNoHeaderValueBeginALineOfItsOwn) {
  std::vector<Route> routes;
  routes.push_back({Method::get, "/", [](const auto&, const Reply& reply) {
                      Response response;
                      response.headers.push_back({"Location", "/a\r\nSet-Cookie: b"});
                      reply(std::move(response));
                    }});
  EXPECT_THAT(RunningServer(std::move(routes)).ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
              HasSubstr("\r\nLocation: /a  Set-Cookie: b\r\n"));
}

}  // namespace
}  // namespace grtc::http::test
