#include "http/exchange.hpp"

#include <exception>
#include <utility>

#include "http/connection.hpp"
#include "http/lane.hpp"

namespace grtc::http {
namespace {

Response internal_error() {
  return to_problem_json({core::Code::internal, "Something went wrong in the server; its log knows more.", {}, 0});
}

}  // namespace

Exchange::~Exchange() {
  if (answered.load() || connection->lane().stopped()) return;
  auto again = std::make_shared<Exchange>(connection, std::move(request));
  again->http_11 = http_11;
  again->route = route;
  again->began = began;
  again->error = "the handler let go of its reply";
  answer(again, internal_error());
}

void answer(const std::shared_ptr<Exchange>& exchange, Response response) {
  if (exchange->answered.exchange(true)) return;
  net::IoThread& io = exchange->connection->lane().io;
  if (io.is_current()) {
    exchange->connection->answer(*exchange, std::move(response));
    return;
  }
  io.post(
      [exchange, moved = std::move(response)]() mutable { exchange->connection->answer(*exchange, std::move(moved)); });
}

void run_handler(const std::shared_ptr<Exchange>& exchange) {
  const std::shared_ptr<const Request> request(exchange, &exchange->request);
  try {
    exchange->route->handler(request, [exchange](Response response) { answer(exchange, std::move(response)); });
  } catch (const std::exception& thrown) {
    exchange->error = thrown.what();
    answer(exchange, internal_error());
  }
}

}  // namespace grtc::http
