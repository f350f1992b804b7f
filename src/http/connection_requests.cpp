// The Connection's other half: from bytes to requests, from responses to bytes.
#include <chrono>
#include <exception>
#include <utility>
#include <variant>

#include "http/connection.hpp"
#include "http/response_head.hpp"

namespace grtc::http {
namespace {

/// Bytes of answers that a client may leave unread before its next requests wait.
constexpr std::size_t kMaxQueued = std::size_t{256} * 1024;

}  // namespace

void Connection::drive(std::string_view fresh) {
  std::string_view left = fresh;
  if (!pending_.empty()) {
    pending_ += fresh;
    left = pending_;
  }
  driving_ = true;
  while (state_ == State::reading && !stalled_) {
    if (!parser_) {
      if (left.empty()) break;
      parser_ = RequestParser::make(lane_->site->options.max_body_bytes);
    }
    const RequestParser::Eaten eaten = parser_->eat(left);
    left.remove_prefix(eaten.bytes);
    if (eaten.step == RequestParser::Step::need_more) break;
    step(eaten.step, left);
    stalled_ = out_.bytes() >= kMaxQueued;
  }
  driving_ = false;
  if (left.empty() || state_ == State::finishing || state_ == State::closed) {
    std::string().swap(pending_);  // assigning {} would keep its memory
  } else if (pending_.empty()) {
    pending_ = left;
  } else {
    pending_.erase(0, static_cast<std::size_t>(left.data() - pending_.data()));
  }
}

void Connection::step(RequestParser::Step step, std::string_view& left) {
  if (step == RequestParser::Step::refused) return refuse(parser_->problem());
  if (step == RequestParser::Step::head) return on_head(left);
  if (!left.empty() && pending_.empty()) {
    // `left` is in the thread's scratch, which the handler may use.
    pending_ = left;
    left = pending_;
  }
  dispatch();
}

void Connection::on_head(std::string_view& left) {
  used_ = true;
  if (const Door* door = door_of(lane_->site->options, parser_->request().path)) return open_door(*door, left);
  if (parser_->expects_continue() && left.empty()) out_.append("HTTP/1.1 100 Continue\r\n\r\n");
}

std::shared_ptr<Exchange> Connection::begin_exchange() {
  auto exchange = std::make_shared<Exchange>(shared_from_this(), std::move(parser_->request()));
  identify(exchange->request, remote_, *lane_);
  exchange->http_11 = !parser_->head_done() || parser_->http_11();
  exchange->keep_alive = parser_->head_done() && parser_->keep_alive() && !lane_->draining();
  exchange->began = std::chrono::steady_clock::now();
  parser_.reset();
  state_ = State::waiting;
  return exchange;
}

void Connection::dispatch() {
  const auto exchange = begin_exchange();
  auto way = route(exchange->request, *lane_->site, exchange->began, exchange->origins);
  if (auto* response = std::get_if<Response>(&way)) {
    http::answer(exchange, std::move(*response));
  } else {
    exchange->route = std::get<const Route*>(way);
    run_handler(exchange);
  }
}

void Connection::refuse(core::Problem problem) {  // a copy: the parser that found it goes
  const auto exchange = begin_exchange();
  exchange->keep_alive = false;
  exchange->answered = true;
  respond(*exchange, to_problem_json(problem));
}

void Connection::open_door(const Door& door, std::string_view& left) {
  const bool has_body = parser_->has_body();
  const bool http_11 = parser_->http_11();
  const auto exchange = begin_exchange();
  exchange->answered = true;
  if (door.origins) exchange->origins = door.origins.get();
  std::shared_ptr<void> ticket;
  if (auto refusal = refuse_upgrade(door, exchange->request, http_11, *lane_, ticket)) {
    exchange->keep_alive = exchange->keep_alive && !has_body;
    return respond(*exchange, std::move(*refusal));
  }
  state_ = State::upgrading;
  upgrade_ = std::make_unique<PendingUpgrade>(PendingUpgrade{&door, exchange, std::string(left), std::move(ticket)});
  left = {};
}

void Connection::hand_over() {
  const PendingUpgrade upgrade = std::move(*std::exchange(upgrade_, nullptr));
  observe(*upgrade.exchange, 101, 0);
  if (is_linked()) unlink();
  state_ = State::closed;
  --lane_->site->sockets;
  upgrade.door->open(
      {socket_.release(), {upgrade.exchange, &upgrade.exchange->request}, upgrade.early, upgrade.ticket});
}

void Connection::answer(Exchange& exchange, Response response) {
  if (state_ != State::waiting) return;  // the client has gone
  respond(exchange, std::move(response));
  if (driving_) return;
  drive({});
  settle();
}

void Connection::respond(const Exchange& exchange, Response&& response) {
  const bool streams = static_cast<bool>(response.stream);
  const bool keep_alive = exchange.keep_alive && !lane_->draining() && !streams;
  const std::string_view content = response.shared_body.empty() ? response.body : response.shared_body;
  HeadFacts facts;
  facts.date = lane_->date_text();
  facts.origins = exchange.origins != nullptr ? exchange.origins : &lane_->site->options.origins;
  facts.request = &exchange.request;
  facts.http_11 = exchange.http_11;
  facts.keep_alive = keep_alive;
  facts.hsts = lane_->site->options.hsts && exchange.request.secure;
  if (!streams) facts.length = content.size();
  std::string& tail = out_.tail();
  const std::size_t before = tail.size();
  append_head(tail, response, facts);
  out_.grown(tail.size() - before);
  const bool with_content = exchange.request.method != Method::head && has_content(response.status);
  observe(exchange, response.status, with_content ? content.size() : 0);
  state_ = keep_alive ? State::reading : State::finishing;
  if (!with_content) return;
  if (streams) return start_stream(response);
  if (response.shared_body.empty()) {
    out_.take(std::move(response.body));
  } else {
    out_.refer(response.shared_body, std::move(response.keep_alive));
  }
}

void Connection::start_stream(const Response& response) {
  state_ = State::streaming;
  const auto stream = std::make_shared<ConnectionStream>(shared_from_this());
  stream_ = stream;
  try {
    response.stream(stream);
  } catch (const std::exception&) {
    end_stream();
  }
  if (lane_->draining()) end_stream();
}

void Connection::observe(const Exchange& exchange, std::uint16_t status, std::size_t body_bytes) const {
  const auto& observer = lane_->site->options.observer;
  if (!observer) return;
  const auto took = std::chrono::steady_clock::now() - exchange.began;
  const std::string_view pattern = exchange.route != nullptr ? std::string_view(exchange.route->pattern) : "";
  observer({exchange.request, pattern, status, body_bytes, std::chrono::duration_cast<std::chrono::microseconds>(took),
            exchange.error});
}

}  // namespace grtc::http
