#pragma once
#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/io_thread.hpp"
#include "redis/reply.hpp"
#include "redis/target.hpp"

namespace grtc::redis {

/// A Lua script that a Client knows: loaded into each node before the connection's first other command, so that it is
/// always there by its digest.
struct Script {
  std::string name;  ///< for errors and metrics
  std::string source;
};

struct ClientOptions {
  std::chrono::milliseconds timeout{2000};  ///< REDIS_TIMEOUT_MS: an answer that takes longer breaks the connection
  std::chrono::milliseconds backoff_min{
      50};  ///< the first wait before connecting again, doubled each time, with jitter
  std::chrono::milliseconds backoff_max{2000};
};

/// Hears a sharded channel (SSUBSCRIBE). Thread: the client's.
class ChannelListener {
 public:
  /// From now on every message is heard. Also after a connection was made anew: what was published in between was not
  /// heard, so catch up now.
  virtual void on_subscribed() = 0;
  virtual void on_message(std::string_view payload) = 0;
  /// Another node of the Cluster has its slot now: what was asked of the one before may be lost, though both are up.
  /// Client::on_state follows.
  virtual void on_moved() {}

 protected:
  ChannelListener() = default;
  ChannelListener(const ChannelListener&) = default;
  ChannelListener& operator=(const ChannelListener&) = default;
  ~ChannelListener() = default;
};

/// One I/O thread's way to Redis: one server, the master that Sentinels name, or the nodes of a Cluster; to each node a
/// connection for commands and one for channels. Never blocks. Thread: its loop's, callbacks too.
class Client {
 public:
  using OnReply = std::function<void(const Reply&)>;

  /// Connects at once and, after any break, again by itself. `scripts` outlive the client.
  Client(net::IoThread& io, Target target, std::span<const Script> scripts, ClientOptions options = {});
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  /// What waits for an answer is not called back.
  ~Client();

  /// Sends a command to the node that holds `key`. `on_reply` runs once, never inside this call, and for the commands
  /// of one key in their order. When the node can't be reached, or breaks before it answers: Reply::lost(); so
  /// too when it redirects (MOVED, ASK). Nothing is sent twice by itself.
  void command(std::string_view key, std::span<const std::string_view> words, OnReply on_reply);
  void command(std::string_view key, std::initializer_list<std::string_view> words, OnReply on_reply) {
    command(key, std::span(words.begin(), words.size()), std::move(on_reply));
  }
  /// EVALSHA of a script that the constructor was given. All keys have the hash tag of the first.
  void eval(const Script& script, std::span<const std::string_view> keys, std::span<const std::string_view> arguments,
            OnReply on_reply);

  /// What was said to the node that holds `key` leaves now, not at the end of the turn.
  void send_now(std::string_view key);

  /// The listener outlives the subscription. One a channel.
  void subscribe(std::string_view channel, ChannelListener& listener);
  void unsubscribe(std::string_view channel);

  /// Whether commands of this key can be sent now: connected, greeted, and answering in time.
  [[nodiscard]] bool is_up(std::string_view key) const;
  /// ... and many of them: 32 MiB may be added, more breaks the connection.
  [[nodiscard]] bool has_place(std::string_view key) const;
  /// Any node came or went; ask is_up(). Not called inside a call of the client.
  std::function<void()> on_state;
  /// Why a node can't be reached: a sentence without secrets, also again and again.
  std::function<void(const std::string& why)> on_trouble;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace grtc::redis
