#pragma once
#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "redis/client.hpp"
#include "redis/link.hpp"
#include "redis/slots.hpp"

namespace grtc::redis {

/// A server with a share of the keys, and the two connections to it.
struct Node {
  Host host;
  std::shared_ptr<Link> commands;
  std::shared_ptr<Link> channels;
  [[nodiscard]] bool is_up() const noexcept { return commands && channels && commands->is_up() && channels->is_up(); }
  /// @pre is_up()
  void subscribe(std::string_view channel) {
    const std::array<std::string_view, 2> words{"SSUBSCRIBE", channel};
    channels->send_unanswered(words);
  }
};

class Client::Impl final : public std::enable_shared_from_this<Impl> {
 public:
  Impl(net::IoThread& io, Target target, std::span<const Script> scripts, ClientOptions options);
  ~Impl();

  void start();
  void command(std::string_view key, std::span<const std::string_view> words, OnReply on_reply);
  void eval(const Script& script, std::span<const std::string_view> keys, std::span<const std::string_view> arguments,
            OnReply on_reply);
  void send_now(std::string_view key);
  void subscribe(std::string_view channel, ChannelListener& listener);
  void unsubscribe(std::string_view channel);
  [[nodiscard]] bool is_up(std::string_view key) const;
  [[nodiscard]] bool has_place(std::string_view key) const;

  std::function<void()> on_state;
  std::function<void(const std::string&)> on_trouble;

 private:
  // client.cpp
  [[nodiscard]] Node* node_of(std::string_view key) const;
  void connect(Node& node);
  [[nodiscard]] std::shared_ptr<Link> make_link(const Host& host, bool for_channels);
  void went_down(Node* node, const std::string& why);
  void came_up();
  void trouble(const Host& host, const std::string& why);
  void drop(Node& node);
  void subscribe_moved(const std::vector<Node*>& before);
  void subscribe_all(Node& node);
  void on_push(const Reply& push);
  void retry_later();
  void refresh();
  // topology.cpp
  void ask_where(const Host& host, std::vector<std::string_view> words, std::function<bool(const Reply&)> understood);
  void ask_next();
  void subscribe_homeless();
  [[nodiscard]] bool read_master(const Reply& reply);
  [[nodiscard]] bool read_slots(const Reply& reply, const Host& asked);
  Node& node_at(const Host& host);

  net::IoThread& io_;
  Target target_;
  ClientOptions options_;
  std::span<const Script> scripts_;
  std::unordered_map<std::string_view, std::string> digests_;  ///< by the script's name: SHA-1 in hex
  Resolver resolver_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<Node*> by_slot_;  ///< of a Cluster
  std::unordered_map<std::string, ChannelListener*> listeners_;
  std::set<std::string, std::less<>> homeless_;  ///< channels that their node has given away: nobody knows where yet
  std::shared_ptr<Link> asking_;                 ///< where the master, or who has which slots, is being asked for
  std::size_t attempts_ = 0;
  bool sentinels_want_password_ = false;  ///< one has said so
  std::size_t asked_ = 0;                 ///< how many times
  net::Timer retry_;
  std::chrono::milliseconds backoff_;
  bool retrying_ = false;
};

}  // namespace grtc::redis
