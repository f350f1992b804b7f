#include "cluster/shared_topics.hpp"

#include <array>
#include <span>
#include <utility>
#include <vector>

#include "cluster/channel_text.hpp"

namespace grtc::cluster {
namespace {

/// Publications that may wait for their echo or their channel; beyond it they are told here at once.
constexpr std::size_t kMaxPending = 10'000;
/// For how long a publication waits for its channel; Redis answers in less, or is out of reach.
constexpr std::chrono::seconds kMaxHeld{2};
/// How often the hash hears that the subscribers here are still there; it believes so for three times as long.
constexpr std::chrono::seconds kCountEvery{20};
constexpr std::chrono::milliseconds kBelieved{60'000};

// KEYS: how many subscribers each replica has, each with the time until which it is believed; the channel.
// ARGV: this replica, its number of subscribers, for how long to believe it, what to say ('' for nothing).
// One script, as what is said carries the number of all subscribers.
const std::array<redis::Script, 1> kScripts{redis::Script{"say to a topic", R"lua(
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
if ARGV[2] == '0' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. string.format('%.0f', now + ARGV[3]))
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
local total, all = 0, redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local count, till = string.match(all[i + 1], '(%d+) (%d+)')
  if tonumber(till) < now then redis.call('HDEL', KEYS[1], all[i]) else total = total + count end
end
if ARGV[4] ~= '' then redis.call('SPUBLISH', KEYS[2], string.format('%d ', total) .. ARGV[4]) end
return total
)lua"}};

/// The subscribers that a hash of counts tells of, those of replicas that have not been heard of for long left out.
std::size_t total_of(const redis::Reply& counts) {
  std::size_t total = 0;
  for (std::size_t i = 1; i < counts.size(); i += 2) {
    std::string_view value = counts[i].text();
    const std::uint64_t count = next_number(value);
    if (next_number(value) >= static_cast<std::uint64_t>(wall_ms())) total += static_cast<std::size_t>(count);
  }
  return total;
}

/// What is known of all topics, until the last one's answer is there.
struct Listing {
  signalling::TopicBus::Listed listed;
  std::vector<std::pair<std::string, std::size_t>> topics;
  std::size_t open = 0;
  bool lost = false;

  void close_one() {
    if (--open > 0) return;
    if (lost) return listed(std::nullopt);
    std::erase_if(topics, [](const auto& topic) { return topic.second == 0; });
    listed(std::move(topics));
  }
};

}  // namespace

/// One topic with subscribers here.
class SharedTopics::Topic final : public redis::ChannelListener {
 public:
  Topic(SharedTopics& all, std::string name) : all_(all), name_(std::move(name)) {}

  void on_subscribed() override {
    listening = true;
    // What was said since the channel broke was not heard.
    all_.give_up_all(name_);
    all_.release(name_);
  }
  void on_message(std::string_view payload) override { all_.take(payload, name_); }

  bool listening = false;  ///< what is said now is heard back
  std::size_t subscribers = 0;

 private:
  SharedTopics& all_;
  const std::string name_;
};

SharedTopics::SharedTopics(net::IoThread& io, const ClusterOptions& options, std::string prefix)
    : io_(io),
      prefix_(std::move(prefix)),
      origin_(options.instance + '-' + std::to_string(io.index())),
      index_("grtc:topics:" + prefix_),
      client_(io, options.target, kScripts, options.client) {
  client_.on_state = [this] { on_state(); };
  io_.every_tick([this](core::TimePoint now) { tick(now); });
}

SharedTopics::~SharedTopics() = default;

std::string SharedTopics::key_of(const std::string& topic, std::string_view what) const {
  return "grtc:{topic:" + prefix_ + '/' + topic + "}:" + std::string(what);
}

void SharedTopics::count(const std::string& topic, std::size_t subscribers, Counted counted) {
  const auto known = topics_.find(topic);
  if (subscribers > 0 && known == topics_.end()) {
    const auto made = topics_.emplace(topic, std::make_unique<Topic>(*this, topic)).first;
    client_.subscribe(key_of(topic, "said"), *made->second);
    enlist(topic);
  }
  const auto at = topics_.find(topic);
  if (at == topics_.end()) return;
  at->second->subscribers = subscribers;
  say(topic, subscribers, {}, [counted = std::move(counted)](const redis::Reply& reply) {
    if (!reply.is_lost() && !reply.is_error()) counted(static_cast<std::size_t>(reply.integer()));
  });
  if (subscribers > 0) return;
  client_.unsubscribe(key_of(topic, "said"));
  topics_.erase(at);
  release(topic);
  give_up_all(topic);
}

void SharedTopics::say(const std::string& topic, std::size_t subscribers, const std::string& text,
                       redis::Client::OnReply on_reply) {
  const std::string counts = key_of(topic, "count");
  const std::string channel = key_of(topic, "said");
  const std::string number = std::to_string(subscribers);
  const std::string believed = std::to_string(kBelieved.count());
  const std::array<std::string_view, 2> keys{counts, channel};
  const std::array<std::string_view, 4> arguments{origin_, number, believed, text};
  client_.eval(kScripts[0], keys, arguments, std::move(on_reply));
}

void SharedTopics::publish(core::Publication publication) {
  const std::string topic = publication.topic;
  if (!client_.is_up(key_of(topic, "count"))) return tell(std::move(publication), std::nullopt);
  const auto here = topics_.find(topic);
  if (here == topics_.end()) return send(std::move(publication), 0, false);
  const bool has_room = pending_.size() + held_.size() < kMaxPending;
  if (!here->second->listening && has_room) {
    // Who hears their own words may rely on hearing what others say next.
    held_.push_back({.publication = std::move(publication), .since = io_.now()});
    return;
  }
  send(std::move(publication), here->second->subscribers, here->second->listening && has_room);
}

void SharedTopics::send(core::Publication publication, std::size_t subscribers, bool is_heard) {
  const std::string topic = publication.topic;
  const std::uint64_t number = ++number_;
  const std::string text = origin_ + ' ' + std::to_string(number) + ' ' + std::to_string(publication.from.size()) +
                           ' ' + std::to_string(publication.to.size()) + ' ' + publication.from + publication.to +
                           publication.text;
  if (is_heard) {
    pending_.emplace(number, std::move(publication));
  } else {
    tell(std::move(publication), std::nullopt);
  }
  say(topic, subscribers, text, [this, number](const redis::Reply& reply) {
    if (reply.is_lost() || reply.is_error()) give_up(number);
  });
}

void SharedTopics::release(const std::string& topic) {
  std::deque<Held> held;
  held.swap(held_);
  for (Held& one : held) {
    if (one.publication.topic == topic) {
      publish(std::move(one.publication));
    } else {
      held_.push_back(std::move(one));
    }
  }
}

void SharedTopics::release_overdue(core::TimePoint now) {
  while (!held_.empty() && now - held_.front().since > kMaxHeld) {
    core::Publication publication = std::move(held_.front().publication);
    held_.pop_front();
    const auto here = topics_.find(publication.topic);
    send(std::move(publication), here == topics_.end() ? 0 : here->second->subscribers, false);
  }
}

void SharedTopics::take(std::string_view payload, const std::string& topic) {
  const auto subscribers = static_cast<std::size_t>(next_number(payload));
  const std::string_view origin = next_word(payload);
  const std::uint64_t number = next_number(payload);
  if (origin == origin_) return take_own(number, subscribers);
  core::Publication publication;
  publication.topic = topic;
  publication.publisher = core::kElsewhere;
  const auto from_size = static_cast<std::size_t>(next_number(payload));
  const auto to_size = static_cast<std::size_t>(next_number(payload));
  publication.from = next_bytes(payload, from_size);
  publication.to = next_bytes(payload, to_size);
  publication.text = payload;
  tell(std::move(publication), subscribers);
}

void SharedTopics::take_own(std::uint64_t number, std::size_t subscribers) {
  auto node = pending_.extract(number);
  if (!node.empty()) tell(std::move(node.mapped()), subscribers);
}

void SharedTopics::give_up(std::uint64_t number) {
  auto node = pending_.extract(number);
  if (!node.empty()) tell(std::move(node.mapped()), std::nullopt);
}

void SharedTopics::give_up_all(const std::string& topic) {
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, publication] : pending_) {
    if (publication.topic == topic) numbers.push_back(number);
  }
  for (const std::uint64_t number : numbers) give_up(number);
}

void SharedTopics::tell(core::Publication publication, std::optional<std::size_t> subscribers) {
  if (heard) heard(std::move(publication), subscribers);
}

void SharedTopics::on_state() {
  for (const auto& [name, topic] : topics_) {
    if (client_.is_up(key_of(name, "count"))) continue;
    topic->listening = false;
    give_up_all(name);
    release(name);
  }
}

void SharedTopics::tick(core::TimePoint now) {
  release_overdue(now);
  if (topics_.empty() || now - counted_at_ < kCountEvery) return;
  counted_at_ = now;
  for (const auto& [name, topic] : topics_) {
    say(name, topic->subscribers, {}, [](const redis::Reply& /*reply*/) {});
    enlist(name);
  }
}

// ---- the list of all -------------------------------------------------------------------------------------------

void SharedTopics::enlist(const std::string& topic) {
  const std::string until = std::to_string(wall_ms() + kBelieved.count());
  client_.command(index_, {"ZADD", index_, until, topic}, [](const redis::Reply& /*reply*/) {});
}

void SharedTopics::list(Listed listed) {
  const std::string now = std::to_string(wall_ms());
  client_.command(index_, {"ZREMRANGEBYSCORE", index_, "-inf", now}, [](const redis::Reply& /*reply*/) {});
  client_.command(index_, {"ZRANGEBYSCORE", index_, now, "+inf", "LIMIT", "0", kMaxListed},
                  [this, listed = std::move(listed)](const redis::Reply& names) {
                    if (!names.is_array()) return listed(std::nullopt);
                    if (names.size() == 0) return listed(std::vector<std::pair<std::string, std::size_t>>());
                    const auto listing = std::make_shared<Listing>();
                    listing->listed = listed;
                    listing->open = names.size();
                    for (std::size_t i = 0; i < names.size(); ++i) listing->topics.emplace_back(names[i].text(), 0);
                    for (std::size_t i = 0; i < listing->open; ++i) {
                      const std::string key = key_of(listing->topics[i].first, "count");
                      client_.command(key, {"HGETALL", key}, [listing, i](const redis::Reply& counts) {
                        listing->lost = listing->lost || !counts.is_array();
                        listing->topics[i].second = listing->lost ? 0 : total_of(counts);
                        listing->close_one();
                      });
                    }
                  });
}

}  // namespace grtc::cluster
