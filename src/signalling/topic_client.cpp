#include "signalling/topic_client.hpp"

#include <utility>

#include "core/problem.hpp"

namespace grtc::signalling {
namespace {

using core::Code;
using Kind = TopicCall::Kind;

constexpr std::size_t kMaxTopicBytes = 256;
constexpr std::size_t kMaxTopics = 256;
/// Refusals that one frame gets: a list of thousands of topics must not become thousands of answers.
constexpr std::size_t kMaxTold = 8;

std::string_view code_of(Code code) {
  return core::row_of(code).name;
}

}  // namespace

TopicClient::TopicClient(TopicBoard& board, TopicArrival& arrival)
    : CompatClient(board, std::move(arrival.socket), std::move(arrival.ticket)),
      board_(board),
      pass_(std::move(arrival.pass)),
      self_(board.enter(*this)) {}

void TopicClient::on_frame(std::string_view text) {
  TopicCall& call = board_.call_;
  const ObjectFault fault = board_.dialect().read(text, call);
  if (fault != ObjectFault::none) return bad_frame(name_of(fault));
  told_ = 0;
  switch (call.kind) {
    case Kind::ignored:
      return;
    case Kind::ping:
      if (!board_.dialect().pong().empty()) send_text(board_.dialect().pong());
      return;
    case Kind::subscribe:
      return subscribe(call);
    case Kind::unsubscribe:
      return unsubscribe(call);
    case Kind::publish:
      return publish(call);
  }
}

void TopicClient::subscribe(const TopicCall& call) {
  for (const std::string& topic : call.topics) {
    if (topics_.contains(topic) || !may_use(topic)) continue;
    if (topics_.size() >= kMaxTopics) {
      refuse(code_of(Code::bad_request), "A connection may subscribe to 256 topics.", topic);
      continue;
    }
    topics_.insert(topic);
    board_.subscribe(topic, self_);
  }
}

void TopicClient::unsubscribe(const TopicCall& call) {
  for (const std::string& topic : call.topics) {
    if (topics_.erase(topic) > 0) board_.unsubscribe(topic, self_);
  }
}

void TopicClient::publish(TopicCall& call) {
  std::string& topic = call.topics.front();
  if (!may_use(topic)) return;
  board_.publish({std::move(topic), self_, std::move(call.text), std::move(call.from), std::move(call.to)});
}

bool TopicClient::may_use(const std::string& topic) {
  if (topic.empty() || topic.size() > kMaxTopicBytes) {
    refuse(code_of(Code::bad_request), "A topic must be 1 to 256 bytes long.", topic.substr(0, 0));
    return false;
  }
  if (!pass_.needed) return true;
  if (!pass_.claims) {
    refuse(code_of(Code::unauthorized), pass_.fault, topic);
    return false;
  }
  const std::string room = std::string(board_.dialect().prefix()) + "/" + topic;
  if (pass_.claims->allows_room(room)) return true;
  refuse(code_of(Code::unauthorized), "The token is for another topic.", topic);
  return false;
}

void TopicClient::topic_is_full(const std::string& topic) {
  if (topics_.erase(topic) == 0) return;
  told_ = 0;
  refuse(code_of(Code::room_full), "This topic is full.", topic);
}

void TopicClient::refuse(std::string_view code, std::string_view sentence, std::string_view topic) {
  board_.refuse();
  if (++told_ > kMaxTold) return;
  const std::string text = board_.dialect().error(code, sentence, topic);
  if (!text.empty()) send_text(text);
}

void TopicClient::on_flooding() {
  told_ = 0;
  refuse(code_of(Code::rate_limited), "This client sends more messages than it may.", {});
}

void TopicClient::on_parting() {
  for (const std::string& topic : topics_) board_.unsubscribe(topic, self_);
  topics_.clear();
  board_.leave(self_);
}

}  // namespace grtc::signalling
