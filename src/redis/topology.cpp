#include <algorithm>
#include <charconv>
#include <utility>

#include "redis/client_impl.hpp"

namespace grtc::redis {

Node& Client::Impl::node_at(const Host& host) {
  const auto it = std::find_if(nodes_.begin(), nodes_.end(), [&](const auto& node) {
    return node->host.name == host.name && node->host.port == host.port;
  });
  if (it != nodes_.end()) return **it;
  Node& made = *nodes_.emplace_back(std::make_unique<Node>());
  made.host = host;
  return made;
}

/// One host after the other, known nodes of a Cluster first: those that were named at the start may be gone.
void Client::Impl::ask_next() {
  if (asking_) return;
  std::vector<Host> hosts;
  if (target_.kind == Target::Kind::cluster) {
    for (const auto& node : nodes_) hosts.push_back(node->host);
  }
  hosts.insert(hosts.end(), target_.hosts.begin(), target_.hosts.end());
  const Host& host = hosts[asked_++ % hosts.size()];
  if (target_.kind == Target::Kind::cluster) {
    ask_where(host, {"CLUSTER", "SLOTS"}, [this, host](const Reply& reply) { return read_slots(reply, host); });
  } else {
    ask_where(host, {"SENTINEL", "get-master-addr-by-name", target_.master},
              [this](const Reply& reply) { return read_master(reply); });
  }
}

void Client::Impl::ask_where(const Host& host, std::vector<std::string_view> words,
                             std::function<bool(const Reply&)> understood) {
  LinkOptions options;
  options.tls = target_.tls;
  options.timeout = options_.timeout;
  options.owner = weak_from_this();
  options.attempt = attempts_++;
  // Sentinels mostly let anybody ask; those that don't are shown what the servers are.
  if (target_.kind == Target::Kind::cluster || sentinels_want_password_) {
    options.user = target_.user;
    options.password = target_.password;
  }
  asking_ = std::make_shared<Link>(io_, resolver_, host, std::move(options));
  asking_->on_up = [this, words = std::move(words), understood = std::move(understood)] {
    asking_->send(words, [this, understood](const Reply& reply) {
      if (reply.is_lost()) return;  // on_down follows
      const std::shared_ptr<Link> answered = std::exchange(asking_, nullptr);
      const bool knows = understood(reply);
      io_.post([answered] { answered->abandon(); });  // not inside its own call
      if (!knows) return retry_later();
      for (const auto& node : nodes_) connect(*node);
      if (on_state) on_state();
      subscribe_homeless();
    });
  };
  asking_->on_down = [this](const std::string& why) {
    const std::shared_ptr<Link> gone = std::exchange(asking_, nullptr);
    if (why.starts_with("NOAUTH") && !target_.password.empty()) sentinels_want_password_ = true;
    trouble(gone->host(), why);
    retry_later();
  };
  asking_->start();
}

/// What waits for an answer of it still gets one.
void Client::Impl::drop(Node& node) {
  for (std::shared_ptr<Link>* link : {&node.commands, &node.channels}) {
    const std::shared_ptr<Link> gone = std::exchange(*link, nullptr);
    if (!gone) continue;
    gone->on_down = nullptr;
    gone->break_off();
  }
}

/// A slot has gone to a node that is up already: nothing else would subscribe there.
void Client::Impl::subscribe_moved(const std::vector<Node*>& before) {
  if (before.empty()) return;
  for (const auto& [channel, listener] : listeners_) {
    Node* now = node_of(channel);
    if (now == before[slot_of(channel)]) continue;
    listener->on_moved();
    if (!now->is_up()) continue;
    now->subscribe(channel);
  }
}

/// Whoever was asked may not have known of the move yet, so it is asked until one of them takes the channel.
void Client::Impl::subscribe_homeless() {
  for (const std::string& channel : homeless_) {
    Node* now = node_of(channel);
    if (now == nullptr || !now->is_up()) continue;
    now->subscribe(channel);
  }
  if (!homeless_.empty()) retry_later();
}

bool Client::Impl::read_master(const Reply& reply) {
  if (reply.size() != 2) return false;
  Host host{std::string(reply[0].text()), 0};
  const std::string_view port = reply[1].text();
  std::from_chars(port.data(), port.data() + port.size(), host.port);
  if (!nodes_.empty() && (nodes_.front()->host.name != host.name || nodes_.front()->host.port != host.port)) {
    drop(*nodes_.front());
    nodes_.clear();
  }
  (void)node_at(host);
  return true;
}

/// @param asked  whose answer it is: a node that gives no name is to be reached by the one that was used
bool Client::Impl::read_slots(const Reply& reply, const Host& asked) {
  std::vector<Node*> by_slot(kSlots, nullptr);
  for (std::size_t i = 0; i < reply.size(); ++i) {
    const Reply range = reply[i];
    if (range.size() < 3 || range[2].size() < 2) return false;
    const auto first = static_cast<std::size_t>(range[0].integer());
    const auto last = static_cast<std::size_t>(range[1].integer());
    if (first > last || last >= kSlots) return false;
    const std::string_view name = range[2][0].text();
    const bool has_name = !name.empty() && name != "?";
    const Host host{has_name ? std::string(name) : asked.name, static_cast<std::uint16_t>(range[2][1].integer())};
    Node& node = node_at(host);
    for (std::size_t slot = first; slot <= last; ++slot) by_slot[slot] = &node;
  }
  // A Cluster that has lost some of its slots serves none of them for long: ask again.
  if (std::find(by_slot.begin(), by_slot.end(), nullptr) != by_slot.end()) return false;
  const std::vector<Node*> before = std::exchange(by_slot_, std::move(by_slot));
  subscribe_moved(before);
  std::erase_if(nodes_, [this](const auto& node) {
    if (std::find(by_slot_.begin(), by_slot_.end(), node.get()) != by_slot_.end()) return false;
    drop(*node);
    return true;
  });
  return true;
}

}  // namespace grtc::redis
