#include "core/topic_hub.hpp"

#include <algorithm>
#include <utility>

namespace grtc::core {
namespace {

/// Names of one subscriber in one topic that are remembered. A client has one; the oldest gives way.
constexpr std::size_t kMaxNames = 4;
/// Names of other processes that one topic remembers. When they are forgotten what is meant for them goes to all here,
/// who drop it.
constexpr std::size_t kMaxElsewhere = 1000;
/// Longer names are not remembered: what is meant for them goes to all.
constexpr std::size_t kMaxNameBytes = 256;

}  // namespace

bool TopicHub::subscribe(std::string_view name, Subscriber who) {
  auto it = topics_.find(name);
  if (it == topics_.end()) {
    auto made = std::make_unique<Topic>();
    made->name = name;
    const std::string_view key = made->name;
    it = topics_.emplace(key, std::move(made)).first;
  }
  Topic& topic = *it->second;
  if (topic.seats.contains(who)) return true;
  if (topic.subscribers.size() >= max_subscribers_) return false;
  topic.seats.emplace(who, Seat{topic.subscribers.size(), {}});
  topic.subscribers.push_back(who);
  return true;
}

std::size_t TopicHub::subscribers(std::string_view topic) const {
  const auto it = topics_.find(topic);
  return it == topics_.end() ? 0 : it->second->subscribers.size();
}

void TopicHub::unsubscribe(std::string_view name, Subscriber who) {
  const auto it = topics_.find(name);
  if (it == topics_.end()) return;
  Topic& topic = *it->second;
  const auto seat = topic.seats.find(who);
  if (seat == topic.seats.end()) return;
  for (const std::string& alias : seat->second.names) forget(topic, who, alias);
  const std::size_t index = seat->second.index;
  topic.seats.erase(seat);
  if (index + 1 < topic.subscribers.size()) {
    topic.subscribers[index] = topic.subscribers.back();
    topic.seats.at(topic.subscribers[index]).index = index;
  }
  topic.subscribers.pop_back();
  if (topic.subscribers.empty()) topics_.erase(it);
}

TopicHub::Audience TopicHub::audience(std::string_view name, Subscriber publisher, const Direction& direction) {
  const auto it = topics_.find(name);
  if (it == topics_.end()) return {};
  Topic& topic = *it->second;
  if (!direction.from.empty()) remember(topic, publisher, direction.from);
  const std::size_t all = topic.subscribers.size();
  if (!direction.to.empty()) {
    const auto meant = topic.named.find(std::string(direction.to));
    if (meant != topic.named.end()) return {&meant->second, all};
    if (topic.elsewhere.contains(std::string(direction.to))) return {nullptr, all};
  }
  return {&topic.subscribers, all};
}

void TopicHub::remember(Topic& topic, Subscriber publisher, std::string_view name) {
  // Who does not subscribe gets nothing: to be known by a name would keep it from those who do.
  if (publisher == kElsewhere && name.size() <= kMaxNameBytes) {
    if (topic.elsewhere.size() >= kMaxElsewhere) topic.elsewhere.clear();
    topic.elsewhere.emplace(name);
  }
  const auto seat = topic.seats.find(publisher);
  if (seat == topic.seats.end() || name.size() > kMaxNameBytes) return;
  std::vector<std::string>& names = seat->second.names;
  if (std::find(names.begin(), names.end(), name) != names.end()) return;
  if (names.size() == kMaxNames) {
    forget(topic, publisher, names.front());
    names.erase(names.begin());
  }
  names.emplace_back(name);
  topic.named[names.back()].push_back(publisher);
}

void TopicHub::forget(Topic& topic, Subscriber who, const std::string& name) {
  const auto it = topic.named.find(name);
  if (it == topic.named.end()) return;
  std::erase(it->second, who);
  if (it->second.empty()) topic.named.erase(it);
}

}  // namespace grtc::core
