#include "http/server.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/websocket_handshake.hpp"
#include "unit/http/running_server.hpp"

namespace grtc::http::test {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kKey = "dGhlIHNhbXBsZSBub25jZQ==";

std::string upgrade(const std::string& more = "", const std::string& path = "/ws/room") {
  return "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n" +
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + kKey + "\r\n" + more + "\r\n";
}

TEST(Handshake, MakesTheAcceptKeyOfTheRfc) {
  EXPECT_EQ(accept_key(kKey), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_THAT(switching_protocols(kKey, "grtc.v1"),
              EndsWith("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: grtc.v1\r\n\r\n"));
}

TEST(Handshake, KnowsAKeyOfSixteenBytes) {
  EXPECT_TRUE(is_websocket_key(kKey));
  EXPECT_TRUE(is_websocket_key("AAAAAAAAAAAAAAAAAAAAAA=="));
  for (const std::string bad :
       {"", "a", "AAAAAAAAAAAAAAAAAAAAAB==", "AAAAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAA AAAAAAAAAA==", "AAAAAAAAAAAAAAAAAA==", "AAAAAAAAAAAAAAAAAAAAAAAAAA=="}) {
    EXPECT_FALSE(is_websocket_key(bad)) << bad;
  }
}

/// A door that answers 101, then the early bytes, and closes.
Door talking_door() {
  return {"/ws/", [](Upgrade upgrade) {
            std::string bytes = switching_protocols(upgrade.request->header("sec-websocket-key").value(), "");
            bytes += upgrade.request->path + " " + upgrade.early;
            const iovec part{bytes.data(), bytes.size()};
            static_cast<void>(upgrade.socket.write({&part, 1}));
          }};
}

Options with_door() {
  Options options = test_options();
  options.doors.push_back(talking_door());
  return options;
}

TEST(Door, GetsTheSocketBehindWhatWasAskedBefore) {
  const RunningServer server({{Method::get, "/a", echo()}}, with_door());
  RawClient client = server.connect();
  client.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n" + upgrade("Origin: http://x\r\n") + "early");
  EXPECT_THAT(client.read_answer(), EndsWith("GET /a"));
  const std::string rest = client.read_to_end();
  EXPECT_THAT(rest, StartsWith("HTTP/1.1 101 "));
  EXPECT_THAT(rest, EndsWith("/ws/room early"));
}

TEST(Door, RefusesWhatIsNoWebSocketRequest) {
  const RunningServer server({}, with_door());
  const std::vector<std::string> refused = {
      "GET /ws/a HTTP/1.1\r\nHost: x\r\n\r\n",
      "POST /ws/a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
      "GET /ws/a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
      "GET /ws/a HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n",
      "GET /ws/a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: " + kKey +
          "\r\n\r\n",
      "GET /ws/a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\n"
      "Sec-WebSocket-Key: " +
          kKey + "\r\n\r\n",
  };
  for (const std::string& request : refused) {
    SCOPED_TRACE(request);
    RawClient client = server.connect();
    const std::string answer = client.ask(request);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 426 Upgrade Required\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\nUpgrade: websocket\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\nSec-WebSocket-Version: 13\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\nConnection: Upgrade\r\n"));
    EXPECT_THAT(client.ask(upgrade()), StartsWith("HTTP/1.1 101 "));
  }
}

TEST(Door, RefusesKeysOriginsAndLimits) {
  Options options = with_door();
  auto room = std::make_shared<std::atomic<bool>>(true);
  options.enter = [room](const std::string& address) -> std::shared_ptr<void> {
    return *room && address == "127.0.0.1" ? room : nullptr;
  };
  RunningServer server({}, std::move(options));
  std::string bad_key = upgrade();
  bad_key.replace(bad_key.find(kKey), 4, "****");
  EXPECT_THAT(server.ask(bad_key), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(server.ask(upgrade("Origin: http://evil.example\r\n")), StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(server.ask(upgrade("Content-Length: 3\r\n")), StartsWith("HTTP/1.1 400 "));
  *room = false;
  const std::string full = server.ask(upgrade());
  EXPECT_THAT(full, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(full, HasSubstr("\r\nRetry-After: "));
  *room = true;
  server->announce_drain();
  const std::string draining = server.ask(upgrade());
  EXPECT_THAT(draining, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(draining, HasSubstr("\r\nRetry-After: "));
}

TEST(Routes, Answer404And405) {
  const RunningServer server({{Method::get, "/a", echo()}, {Method::put, "/a", echo()}});
  EXPECT_THAT(server.ask("GET /b HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 404 Not Found\r\n"));
  const std::string wrong = server.ask("DELETE /a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(wrong, StartsWith("HTTP/1.1 405 Method Not Allowed\r\n"));
  EXPECT_THAT(wrong, HasSubstr("\r\nAllow: GET, HEAD, PUT, OPTIONS\r\n"));
  EXPECT_THAT(server.ask("BREW /a HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 405 "));
}

TEST(Proxies, AreBelievedWhenTrusted) {
  const Handler who = [](const std::shared_ptr<const Request>& request, const Reply& reply) {
    reply(json_response(200, request->client + (request->loopback ? " loopback" : "") +
                                 (request->secure ? " secure " : " ") + request->id));
  };
  const std::string ask =
      "GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.5\r\nX-Forwarded-Proto: https\r\nX-Request-Id: "
      "abc-1\r\n\r\n";
  Options options = test_options();
  options.proxies = TrustedProxies::parse("loopback").value();
  options.hsts = true;
  const std::string trusted = RunningServer({{Method::get, "/", who}}, std::move(options)).ask(ask);
  EXPECT_THAT(trusted, EndsWith("\r\n\r\n203.0.113.5 secure abc-1"));
  EXPECT_THAT(trusted, HasSubstr("\r\nX-Request-Id: abc-1\r\n"));
  EXPECT_THAT(trusted, HasSubstr("\r\nStrict-Transport-Security: max-age="));
  const std::string untrusted = RunningServer({{Method::get, "/", who}}).ask(ask);
  EXPECT_THAT(untrusted, HasSubstr("\r\n\r\n127.0.0.1 loopback "));
  EXPECT_THAT(untrusted, Not(HasSubstr("abc-1")));
  EXPECT_THAT(untrusted, Not(HasSubstr("Strict-Transport-Security")));
}

TEST(Observer, HearsOfEachAnswer) {
  Options options = with_door();
  auto mutex = std::make_shared<std::mutex>();
  auto heard = std::make_shared<std::vector<std::string>>();
  options.observer = [mutex, heard](const Observation& seen) {
    const std::lock_guard lock(*mutex);
    heard->push_back(std::to_string(seen.status) + " " + std::string(seen.route) + " " + seen.request.path + " " +
                     std::to_string(seen.body_bytes));
  };
  {
    const RunningServer server({{Method::get, "/a/{b}", echo()}}, std::move(options));
    static_cast<void>(server.ask("GET /a/1 HTTP/1.1\r\nHost: x\r\n\r\n"));
    static_cast<void>(server.ask("GARBAGE\r\n\r\n"));
    static_cast<void>(server.ask(upgrade()));
  }
  const std::lock_guard lock(*mutex);
  ASSERT_EQ(heard->size(), 3U);
  EXPECT_EQ((*heard)[0], "200 /a/{b} /a/1 10");
  EXPECT_THAT((*heard)[1], StartsWith("400   "));
  EXPECT_EQ((*heard)[2], "101  /ws/room 0");
}

/// A stream whose handle the test can reach.
struct Feed {
  std::mutex mutex;
  std::shared_ptr<EventStream> stream;
  net::IoThread* io = nullptr;
  std::atomic<int> closed{0};
};

Route feed_route(const std::shared_ptr<Feed>& feed) {
  return {Method::get, "/events", [feed](const auto& /*request*/, const Reply& reply) {
            Response response;
            response.headers.push_back({"Content-Type", "text/event-stream"});
            response.stream = [feed](std::shared_ptr<EventStream> stream) {
              stream->on_close([feed] {
                ++feed->closed;
                feed->stream.reset();
              });
              stream->send(std::make_shared<const std::string>("data: 1\n\n"));
              stream->send(std::make_shared<const std::string>("data: 2\n\n"));
              feed->stream = std::move(stream);
            };
            reply(std::move(response));
          }};
}

void wait_for(const std::function<bool()>& done) {
  const auto until = std::chrono::steady_clock::now() + RawClient::kPatience;
  while (!done() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  EXPECT_TRUE(done());
}

TEST(Events, FlowUntilTheClientGoes) {
  auto feed = std::make_shared<Feed>();
  RunningServer server({feed_route(feed)});
  RawClient client = server.connect();
  client.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string head = client.read_answer();
  EXPECT_THAT(head, HasSubstr("\r\nContent-Type: text/event-stream\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Content-Length")));
  EXPECT_EQ(client.read_until("data: 2\n\n"), "data: 1\n\ndata: 2\n\n");
  client.close();
  wait_for([&] { return feed->closed == 1 && server->sockets() == 0; });
}

TEST(Events, EndWhenTheServerDrains) {
  auto feed = std::make_shared<Feed>();
  RunningServer server({feed_route(feed), {Method::get, "/a", echo()}});
  RawClient client = server.connect();
  client.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
  client.read_until("data: 2\n\n");
  RawClient idle = server.connect();
  idle.ask("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  server->drain();
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_TRUE(client.ended());
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_TRUE(idle.ended());
  wait_for([&] { return feed->closed == 1; });
  wait_for([&] { return !RawClient(server->port()).connected(); });
}

TEST(Events, CutAClientThatDoesNotRead) {
  auto feed = std::make_shared<Feed>();
  Route route = feed_route(feed);
  auto refused = std::make_shared<std::atomic<bool>>(false);
  route.handler = [feed, refused](const std::shared_ptr<const Request>& request, const Reply& reply) {
    Response response;
    response.stream = [feed, refused, executor = request->executor](const std::shared_ptr<EventStream>& stream) {
      stream->on_close([feed] { ++feed->closed; });
      const auto large = std::make_shared<const std::string>(500'000, 'x');
      auto more = std::make_shared<std::function<void()>>();
      *more = [stream, large, more, refused, executor] {
        if (stream->send(large)) return executor->post(*more);
        *refused = true;
        executor->post([more] { *more = nullptr; });
      };
      executor->post(*more);
    };
    reply(std::move(response));
  };
  RunningServer server({std::move(route)});
  RawClient client = server.connect();
  client.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
  wait_for([&] { return *refused && feed->closed == 1 && server->sockets() == 0; });
}

TEST(Events, AnswerHeadWithoutAStream) {
  auto feed = std::make_shared<Feed>();
  const RunningServer server({feed_route(feed)});
  RawClient client = server.connect();
  client.send("HEAD /events HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.read_to_end(), EndsWith("\r\n\r\n"));
  EXPECT_TRUE(client.ended());
  EXPECT_EQ(feed->stream, nullptr);
}

TEST(Server, CapsSockets) {
  Options options = test_options();
  options.max_sockets = 2;
  RunningServer server({{Method::get, "/", echo()}}, std::move(options));
  RawClient one = server.connect();
  RawClient two = server.connect();
  EXPECT_THAT(one.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(two.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(server.connect().read_to_end(), "");
  one.close();
  wait_for([&] { return server->sockets() == 1; });
  EXPECT_THAT(server.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
}

TEST(Server, SaysWhyItCanNotListen) {
  const RunningServer first({});
  net::IoThread io(0);
  net::IoThread* const threads[] = {&io};
  Options options = test_options();
  options.host = "not an address";
  const auto opened = Server::open(threads, std::make_shared<Router>(), std::move(options), nullptr);
  ASSERT_TRUE(opened.has_error());
  EXPECT_THAT(opened.error().sentence, HasSubstr("HOST="));
}

}  // namespace
}  // namespace grtc::http::test
