#include "redis/client.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <utility>

#include <openssl/evp.h>

#include "redis/client_impl.hpp"

namespace grtc::redis {
namespace {

std::string sha1_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    hex += kHex[digest[i] >> 4U];
    hex += kHex[digest[i] & 0xFU];
  }
  return hex;
}

/// Half of the wait to all of it, so that replicas do not come back all at once.
std::chrono::milliseconds with_jitter(std::chrono::milliseconds wait) {
  thread_local std::minstd_rand random(std::random_device{}());
  return wait / 2 + std::chrono::milliseconds(random() % static_cast<unsigned>(wait.count() / 2 + 1));
}

}  // namespace

Client::Client(net::IoThread& io, Target target, std::span<const Script> scripts, ClientOptions options)
    : impl_(std::make_shared<Impl>(io, std::move(target), scripts, options)) {
  impl_->on_state = [this] {
    if (on_state) on_state();
  };
  impl_->on_trouble = [this](const std::string& why) {
    if (on_trouble) on_trouble(why);
  };
  impl_->start();
}

Client::~Client() {
  impl_->on_state = nullptr;
  impl_->on_trouble = nullptr;
}

void Client::command(std::string_view key, std::span<const std::string_view> words, OnReply on_reply) {
  impl_->command(key, words, std::move(on_reply));
}

void Client::eval(const Script& script, std::span<const std::string_view> keys,
                  std::span<const std::string_view> arguments, OnReply on_reply) {
  impl_->eval(script, keys, arguments, std::move(on_reply));
}

void Client::subscribe(std::string_view channel, ChannelListener& listener) {
  impl_->subscribe(channel, listener);
}

void Client::unsubscribe(std::string_view channel) {
  impl_->unsubscribe(channel);
}

void Client::send_now(std::string_view key) {
  impl_->send_now(key);
}

bool Client::is_up(std::string_view key) const {
  return impl_->is_up(key);
}

bool Client::has_place(std::string_view key) const {
  return impl_->has_place(key);
}

// ---- making connections --------------------------------------------------------------------------------------

Client::Impl::Impl(net::IoThread& io, Target target, std::span<const Script> scripts, ClientOptions options)
    : io_(io),
      target_(std::move(target)),
      options_(options),
      scripts_(scripts),
      retry_(io),
      backoff_(options.backoff_min) {
  for (const Script& script : scripts_) digests_.emplace(script.name, sha1_hex(script.source));
}

Client::Impl::~Impl() {
  for (const auto& node : nodes_) {
    if (node->commands) node->commands->abandon();
    if (node->channels) node->channels->abandon();
  }
  if (asking_) asking_->abandon();
}

/// In a turn of the loop: the constructor runs before it does, on another thread.
void Client::Impl::start() {
  io_.post([self = weak_from_this()] {
    if (const auto here = self.lock()) here->refresh();
  });
}

void Client::Impl::refresh() {
  if (target_.kind != Target::Kind::single) return ask_next();
  connect(node_at(target_.hosts.front()));
}

std::shared_ptr<Link> Client::Impl::make_link(const Host& host, bool for_channels) {
  LinkOptions options;
  options.tls = target_.tls;
  options.user = target_.user;
  options.password = target_.password;
  options.database = target_.database;
  options.owner = weak_from_this();
  options.attempt = attempts_++;
  options.must_be_master = target_.kind != Target::Kind::single;
  options.timeout = options_.timeout;
  if (!for_channels) options.scripts = scripts_;
  return std::make_shared<Link>(io_, resolver_, host, std::move(options));
}

void Client::Impl::connect(Node& node) {
  for (const bool for_channels : {false, true}) {
    std::shared_ptr<Link>& link = for_channels ? node.channels : node.commands;
    if (link) continue;
    link = make_link(node.host, for_channels);
    link->on_up = [this, &node] {
      if (!node.is_up()) return;
      // Only now: who hears that it is subscribed asks what it has missed.
      subscribe_all(node);
      came_up();
    };
    link->on_down = [this, &node](const std::string& why) { went_down(&node, why); };
    if (for_channels) link->on_push = [this](const Reply& push) { on_push(push); };
    link->start();
  }
}

void Client::Impl::came_up() {
  const bool all_up = std::all_of(nodes_.begin(), nodes_.end(), [](const auto& node) { return node->is_up(); });
  if (all_up) backoff_ = options_.backoff_min;
  if (on_state) on_state();
}

void Client::Impl::went_down(Node* node, const std::string& why) {
  trouble(node->host, why);
  // Both connections end together: what the one heard and the other said belong together.
  drop(*node);
  if (on_state) on_state();
  retry_later();
}

void Client::Impl::trouble(const Host& host, const std::string& why) {
  if (on_trouble) on_trouble(host.name + ":" + std::to_string(host.port) + ": " + why);
}

void Client::Impl::retry_later() {
  if (std::exchange(retrying_, true)) return;
  const auto wait = with_jitter(backoff_);
  backoff_ = std::min(backoff_ * 2, options_.backoff_max);
  retry_.start(wait, [self = weak_from_this()] {
    const auto here = self.lock();
    if (!here) return;
    here->retrying_ = false;
    here->refresh();
  });
}

// ---- commands ------------------------------------------------------------------------------------------------

Node* Client::Impl::node_of(std::string_view key) const {
  if (target_.kind == Target::Kind::cluster) return by_slot_.empty() ? nullptr : by_slot_[slot_of(key)];
  return nodes_.empty() ? nullptr : nodes_.front().get();
}

bool Client::Impl::is_up(std::string_view key) const {
  const Node* node = node_of(key);
  return node != nullptr && node->is_up();
}

bool Client::Impl::has_place(std::string_view key) const {
  const Node* node = node_of(key);
  return node != nullptr && node->is_up() && node->commands->has_place();
}

void Client::Impl::command(std::string_view key, std::span<const std::string_view> words, OnReply on_reply) {
  Node* node = node_of(key);
  if (node != nullptr && node->is_up()) {
    return node->commands->send(words, std::move(on_reply));
  }
  io_.post([self = weak_from_this(), on_reply = std::move(on_reply)] {
    if (self.lock()) on_reply(Reply::lost());
  });
}

void Client::Impl::eval(const Script& script, std::span<const std::string_view> keys,
                        std::span<const std::string_view> arguments, OnReply on_reply) {
  const std::string count = std::to_string(keys.size());
  std::vector<std::string_view> words{"EVALSHA", digests_.at(script.name), count};
  words.insert(words.end(), keys.begin(), keys.end());
  words.insert(words.end(), arguments.begin(), arguments.end());
  command(keys.front(), words, std::move(on_reply));
}

// ---- channels ------------------------------------------------------------------------------------------------

void Client::Impl::send_now(std::string_view key) {
  const Node* node = node_of(key);
  if (node != nullptr && node->is_up()) node->commands->send_now();
}

void Client::Impl::subscribe(std::string_view channel, ChannelListener& listener) {
  listeners_[std::string(channel)] = &listener;
  Node* node = node_of(channel);
  if (node == nullptr || !node->is_up()) return;  // subscribe_all() does it
  node->subscribe(channel);
}

void Client::Impl::unsubscribe(std::string_view channel) {
  listeners_.erase(std::string(channel));
  homeless_.erase(std::string(channel));
  const Node* node = node_of(channel);
  if (node == nullptr || !node->is_up()) return;
  const std::array<std::string_view, 2> words{"SUNSUBSCRIBE", channel};
  node->channels->send_unanswered(words);
}

void Client::Impl::subscribe_all(Node& node) {
  for (const auto& [channel, listener] : listeners_) {
    if (node_of(channel) != &node) continue;
    node.subscribe(channel);
  }
}

void Client::Impl::on_push(const Reply& push) {
  const auto it = listeners_.find(std::string(push[1].text()));
  if (it == listeners_.end()) return;
  if (push[0].text() == "smessage") return it->second->on_message(push[2].text());
  if (push[0].text() == "ssubscribe") {
    homeless_.erase(it->first);
    return it->second->on_subscribed();
  }
  // Nobody here asked for it: the channel's slot has moved to another node.
  homeless_.insert(it->first);
  retry_later();
}

}  // namespace grtc::redis
