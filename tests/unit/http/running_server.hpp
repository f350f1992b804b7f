#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "http/server.hpp"
#include "net/io_thread.hpp"
#include "unit/http/raw_client.hpp"

namespace grtc::http::test {

/// Small bounds and long deadlines; a test shortens the one that it is about.
inline Options test_options() {
  return Options{.host = "127.0.0.1",
                 .port = 0,
                 .max_body_bytes = 1000,
                 .max_sockets = 100,
                 .request_rate = 0,
                 .hsts = false,
                 .origins = *AllowedOrigins::parse(""),
                 .proxies = *TrustedProxies::parse("none"),
                 .doors = {},
                 .enter = {},
                 .observer = {}};
}

/// A real server on a free port of the loopback, with its loop on a thread of its own.
class RunningServer {
 public:
  explicit RunningServer(std::vector<Route> routes, Options options = test_options(),
                         std::shared_ptr<net::TlsContext> tls = nullptr) {
    auto router = std::make_shared<Router>();
    for (Route& route : routes) router->add(std::move(route));
    net::IoThread* const threads[] = {&io_};
    server_ = Server::open(threads, std::move(router), std::move(options), std::move(tls)).value();
    loop_ = std::thread([this] { io_.run(); });
  }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;
  ~RunningServer() {
    io_.stop();
    loop_.join();
  }

  Server& operator*() { return *server_; }
  Server* operator->() const { return server_.get(); }
  [[nodiscard]] RawClient connect() const { return RawClient(server_->port()); }
  /// What one request on a new connection gets.
  [[nodiscard]] std::string ask(std::string_view request) const { return connect().ask(request); }

 private:
  net::IoThread io_{0};
  std::unique_ptr<Server> server_;
  std::thread loop_;
};

/// Answers with "<method> <path> <params…> <body>".
inline Handler echo() {
  return [](const std::shared_ptr<const Request>& request, const Reply& reply) {
    std::string text = std::string(name_of(request->method)) + " " + request->path;
    for (const std::string& param : request->params) text += " " + param;
    if (!request->body.empty()) text += " " + request->body;
    reply(json_response(200, std::move(text)));
  };
}

}  // namespace grtc::http::test
