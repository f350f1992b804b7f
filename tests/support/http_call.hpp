#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/executor.hpp"
#include "http/router.hpp"

namespace grtc::test {

/// An executor whose tasks run when the test says so.
class ManualExecutor final : public core::Executor {
 public:
  void post(std::function<void()> task) override { tasks_.push_back(std::move(task)); }
  void run() {
    while (!tasks_.empty()) {
      const auto task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
    }
  }

 private:
  std::deque<std::function<void()>> tasks_;
};

/// A request as the connection would make it, before it is routed.
struct Call {
  http::Method method = http::Method::get;
  std::string target;
  std::vector<http::Header> headers = {};
  std::string body = {};
  std::string client = "192.0.2.7";
  bool loopback = false;
};

/// Routes `call` and gives its answer; what was posted to the request's executor has run.
inline http::Response answer_of(const http::Router& router, const Call& call) {
  ManualExecutor executor;
  auto request = std::make_shared<http::Request>();
  const std::size_t mark = call.target.find('?');
  request->method = call.method;
  request->target = call.target;
  request->path = call.target.substr(0, mark);
  if (mark != std::string::npos) request->query = http::Query::parse(call.target.substr(mark + 1));
  request->headers = call.headers;
  request->body = call.body;
  request->client = call.client;
  request->loopback = call.loopback;
  request->executor = &executor;
  const auto found = router.find(call.method, request->path);
  const auto* match = std::get_if<http::Match>(&found);
  if (match == nullptr) return {404, {}, "no route", {}, {}, {}};
  request->params = match->params;
  std::optional<http::Response> answer;
  match->route->handler(request, [&answer](http::Response response) { answer = std::move(response); });
  executor.run();
  return answer ? *std::move(answer) : http::Response{0, {}, "no answer", {}, {}, {}};
}

/// The value of a header of an answer; empty: it has none.
inline std::string header_of(const http::Response& response, std::string_view name) {
  for (const http::Header& header : response.headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

inline http::Header bearer(std::string_view token) {
  return {"authorization", "Bearer " + std::string(token)};
}

}  // namespace grtc::test
