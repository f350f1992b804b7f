#include "signalling/trystero_dialect.hpp"

#include <utility>

namespace grtc::signalling {
namespace {

TopicCall::Kind trystero_kind(const std::string& type) {
  if (type == "publish") return TopicCall::Kind::publish;
  if (type == "subscribe") return TopicCall::Kind::subscribe;
  if (type == "unsubscribe") return TopicCall::Kind::unsubscribe;
  return TopicCall::Kind::ignored;
}

}  // namespace

ObjectFault TrysteroDialect::read(std::string_view text, TopicCall& out) const {
  out = {};
  std::string_view type;
  std::string_view topic;
  std::string_view payload;
  const ObjectFault fault = each_member(text, [&](const Member& member) {
    if (member.name == "type") type = member.value;
    if (member.name == "topic") topic = member.value;
    if (member.name == "payload") payload = member.value;
  });
  if (fault != ObjectFault::none) return fault;
  auto name = string_of(topic);
  if (!name) return ObjectFault::none;
  out.kind = trystero_kind(string_of(type).value_or(std::string()));
  out.topics.push_back(std::move(*name));
  if (out.kind != TopicCall::Kind::publish) return ObjectFault::none;
  if (payload.empty()) {
    out.kind = TopicCall::Kind::ignored;
    return ObjectFault::none;
  }
  out.text.reserve(topic.size() + payload.size() + 32);
  out.text.append(R"({"topic":)").append(topic).append(R"(,"payload":)").append(payload).append(1, '}');
  return ObjectFault::none;
}

}  // namespace grtc::signalling
