#include "signalling/topic_board.hpp"

#include <algorithm>
#include <utility>

#include "signalling/grtc_door.hpp"
#include "signalling/grtc_frames.hpp"
#include "signalling/topic_client.hpp"

namespace grtc::signalling {

TopicBoard::TopicBoard(net::IoThread& io, const TopicOptions& options, ops::Log& log)
    : CompatHub(io, options.common, log),
      options_(options),
      topics_(options.max_subscribers),
      courier_(io),
      receivers_(1) {}

TopicBoard::~TopicBoard() {
  abort_all();
}

void TopicBoard::connect(const std::vector<TopicBoard*>& all) {
  std::vector<Courier<Message>::Stop> stops;
  for (TopicBoard* board : all) {
    if (board == this) self_ = static_cast<std::uint32_t>(stops.size());
    stops.push_back({&board->io(), [board](Message message) { board->take(std::move(message)); }});
  }
  boards_ = all.size();
  receivers_.resize(boards_);
  courier_.connect(std::move(stops));
}

void TopicBoard::share(std::unique_ptr<TopicBus> bus) {
  bus_ = std::move(bus);
  bus_->heard = [this](core::Publication publication, std::optional<std::size_t> subscribers) {
    tell(std::move(publication), subscribers);
  };
}

void TopicBoard::arrive(TopicArrival arrival) {
  const auto client = std::make_shared<TopicClient>(*this, arrival);
  client->start(arrival.handshake, std::move(arrival.early));
  if (draining()) client->dismiss(net::close_code::kServiceRestart, "Server restarts");
}

core::Subscriber TopicBoard::enter(TopicClient& client) {
  clients_by_number_.emplace(++last_number_, &client);
  return {self_, last_number_};
}

void TopicBoard::leave(core::Subscriber who) {
  clients_by_number_.erase(who.number);
}

// ---- from the clients of this thread ---------------------------------------------------------------------------

std::size_t TopicBoard::home_of_topic(const std::string& topic) const {
  return home_of(topic, boards_);
}

void TopicBoard::subscribe(const std::string& topic, core::Subscriber who) {
  const std::size_t home = home_of_topic(topic);
  if (home == self_) return take(Subscription{topic, who, true});
  courier_.send(home, Subscription{topic, who, true}, topic.size(), true);
}

void TopicBoard::unsubscribe(const std::string& topic, core::Subscriber who) {
  const std::size_t home = home_of_topic(topic);
  if (home == self_) return take(Subscription{topic, who, false});
  courier_.send(home, Subscription{topic, who, false}, topic.size(), true);
}

void TopicBoard::publish(core::Publication publication) {
  const std::size_t home = home_of_topic(publication.topic);
  if (home == self_) return take(std::move(publication));
  const std::size_t bytes = publication.topic.size() + publication.text.size();
  if (!courier_.send(home, std::move(publication), bytes)) refuse();
}

// ---- for the topics of this thread -----------------------------------------------------------------------------

void TopicBoard::take(Message message) {
  std::visit([this](auto&& each) { take(std::forward<decltype(each)>(each)); }, std::move(message));
}

void TopicBoard::take(Subscription subscription) {
  if (!subscription.begins) {
    topics_.unsubscribe(subscription.topic, subscription.who);
    return count(subscription.topic, [](std::size_t /*fewer*/) {});
  }
  if (!topics_.subscribe(subscription.topic, subscription.who)) return refuse(std::move(subscription));
  count(subscription.topic, [this, subscription](std::size_t all) {
    if (all <= options_.max_subscribers) return;
    topics_.unsubscribe(subscription.topic, subscription.who);
    count(subscription.topic, [](std::size_t /*fewer*/) {});
    refuse(subscription);
  });
}

void TopicBoard::count(const std::string& topic, TopicBus::Counted counted) {
  if (bus_) bus_->count(topic, topics_.subscribers(topic), std::move(counted));
}

void TopicBoard::refuse(Subscription subscription) {
  refuse();
  Full refusal{std::move(subscription.topic), subscription.who.number};
  if (subscription.who.place == self_) return take(refusal);
  const std::size_t bytes = refusal.topic.size();
  courier_.send(subscription.who.place, std::move(refusal), bytes, true);
}

void TopicBoard::take(core::Publication publication) {
  if (bus_) return bus_->publish(std::move(publication));
  tell(std::move(publication), std::nullopt);
}

void TopicBoard::tell(core::Publication publication, std::optional<std::size_t> subscribers) {
  const core::TopicHub::Direction direction{publication.from, publication.to};
  const auto audience = topics_.audience(publication.topic, publication.publisher, direction);
  if (audience.receivers == nullptr) return;
  for (const core::Subscriber& receiver : *audience.receivers) receivers_[receiver.place].push_back(receiver.number);
  const std::string text = dialect().finish(std::move(publication.text), subscribers.value_or(audience.subscribers));
  for (std::size_t place = 0; place < boards_; ++place) {
    if (place == self_ || receivers_[place].empty()) continue;
    const std::size_t bytes = text.size() + receivers_[place].size() * sizeof(std::uint64_t);
    if (!courier_.send(place, Delivery{text_frame(text), std::exchange(receivers_[place], {})}, bytes)) refuse();
  }
  if (receivers_[self_].empty()) return;
  Delivery here{text_frame(text), std::exchange(receivers_[self_], {})};
  take(here);
  here.to.clear();
  receivers_[self_] = std::move(here.to);  // keeps its room
}

// ---- to the clients of this thread -----------------------------------------------------------------------------

void TopicBoard::take(const Delivery& delivery) {
  std::vector<TopicClient*> too_slow;
  for (const std::uint64_t number : delivery.to) {
    const auto it = clients_by_number_.find(number);
    if (it != clients_by_number_.end() && !it->second->deliver(delivery.frame)) too_slow.push_back(it->second);
  }
  for (TopicClient* client : too_slow) client->part_now();
}

void TopicBoard::take(const Full& full) {
  const auto it = clients_by_number_.find(full.who);
  if (it != clients_by_number_.end()) it->second->topic_is_full(full.topic);
}

}  // namespace grtc::signalling
