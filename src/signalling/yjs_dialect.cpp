#include "signalling/yjs_dialect.hpp"

#include <utility>

namespace grtc::signalling {
namespace {

/// The members of a frame that say what to do.
struct YjsParts {
  std::string_view type;
  std::string_view topic;
  std::string_view topics;
  std::string_view data;
};

TopicCall::Kind yjs_kind(const std::string& type) {
  if (type == "publish") return TopicCall::Kind::publish;
  if (type == "subscribe") return TopicCall::Kind::subscribe;
  if (type == "unsubscribe") return TopicCall::Kind::unsubscribe;
  if (type == "ping") return TopicCall::Kind::ping;
  return TopicCall::Kind::ignored;
}

void read_topics(std::string_view list, std::vector<std::string>& topics) {
  core::JsonScan scan(list, kMaxDepth);
  if (!scan.enter('[')) return;
  while (scan.next_value()) {
    // What is no string is skipped: upstream does, and its clients may know no better.
    if (auto topic = string_of(scan.value())) topics.push_back(std::move(*topic));
  }
}

/// Who talks to whom, where it is not encrypted.
void read_direction(std::string_view data, TopicCall& out) {
  std::string_view from;
  std::string_view to;
  const ObjectFault fault = each_member(data, [&](const Member& member) {
    if (member.name == "from") from = member.value;
    if (member.name == "to") to = member.value;
  });
  if (fault != ObjectFault::none) return;
  out.from = string_of(from).value_or(std::string());
  out.to = string_of(to).value_or(std::string());
}

}  // namespace

ObjectFault YjsDialect::read(std::string_view text, TopicCall& out) const {
  out = {};
  YjsParts parts;
  std::string kept;  // the members that the subscribers get: all but the count, which is the server's
  kept.reserve(text.size() + 32);
  const ObjectFault fault = each_member(text, [&](const Member& member) {
    if (member.name == "type") parts.type = member.value;
    if (member.name == "topic") parts.topic = member.value;
    if (member.name == "topics") parts.topics = member.value;
    if (member.name == "data") parts.data = member.value;
    if (member.name == "clients") return;
    kept.append(kept.empty() ? "{" : ",").append(member.whole);
  });
  if (fault != ObjectFault::none) return fault;
  out.kind = yjs_kind(string_of(parts.type).value_or(std::string()));
  if (out.kind == TopicCall::Kind::publish) {
    auto topic = string_of(parts.topic);
    if (!topic || topic->empty()) {
      out.kind = TopicCall::Kind::ignored;
      return ObjectFault::none;
    }
    out.topics.push_back(std::move(*topic));
    out.text = std::move(kept);
    if (directed_ && parts.data.starts_with('{')) read_direction(parts.data, out);
  } else if (out.kind != TopicCall::Kind::ping) {
    read_topics(parts.topics, out.topics);
  }
  return ObjectFault::none;
}

std::string YjsDialect::finish(std::string text, std::size_t subscribers) const {
  return text.append(R"(,"clients":)").append(std::to_string(subscribers)).append(1, '}');
}

std::string YjsDialect::error(std::string_view code, std::string_view sentence, std::string_view topic) const {
  std::string text = R"({"type":"error","code":")";
  text.append(code).append(R"(","message":)");
  core::append_json_string(text, sentence);
  if (!topic.empty()) {
    text += R"(,"topic":)";
    core::append_json_string(text, topic);
  }
  return text + "}";
}

}  // namespace grtc::signalling
