#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/io_thread.hpp"
#include "net/socket.hpp"
#include "redis/client.hpp"
#include "redis/resolver.hpp"
#include "redis/target.hpp"

struct redisReader;

namespace grtc::redis {

struct LinkCounters;

/// How a connection to one server is made.
struct LinkOptions {
  bool tls = false;
  std::string user;
  std::string password;
  unsigned database = 0;
  bool must_be_master = false;  ///< a server that is none counts as unreachable
  std::chrono::milliseconds timeout{2000};
  std::span<const Script> scripts;  ///< loaded before anything else
  std::weak_ptr<void> owner;        ///< once it is gone nobody is called back
  std::size_t attempt = 0;          ///< of a name's several addresses another one is tried first each time
};

/// One connection to one Redis server: greets it, sends commands in a pipeline, gives each its answer in their order.
/// It is made once; when it breaks, whoever owns it makes another. Lives in a shared_ptr. Thread: its loop's.
class Link final : public net::ReadyHandler, public std::enable_shared_from_this<Link> {
 public:
  using OnReply = std::function<void(const Reply&)>;

  Link(net::IoThread& io, Resolver& resolver, Host host, LinkOptions options);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() override;

  void start();
  /// Closes without a word; nobody is called back.
  void abandon();
  /// Closes, after what has come already was taken; what waits for an answer hears Reply::lost(), in a later turn.
  void break_off();

  /// The greeting went well.
  std::function<void()> on_up;
  /// Once: it could not be made, or broke. All commands were answered with Reply::lost() before.
  std::function<void(const std::string& why)> on_down;
  /// What a channel says: smessage, ssubscribe, sunsubscribe.
  std::function<void(const Reply&)> on_push;

  /// @pre is_up(), or it is part of the greeting
  void send(std::span<const std::string_view> words, OnReply on_reply);
  /// A command that is answered by pushes alone.
  void send_unanswered(std::span<const std::string_view> words);
  /// What was said leaves now, as far as it goes; a break is found at the end of the turn, as nobody may be called back
  /// here.
  void send_now();
  [[nodiscard]] bool is_up() const noexcept { return state_ == State::up; }
  /// Whether as much again may be said as kMaxUnsent leaves; who says more breaks the connection.
  [[nodiscard]] bool has_place() const noexcept { return out_.size() < kMaxUnsent / 2; }
  [[nodiscard]] const Host& host() const noexcept { return host_; }

 private:
  enum class State : std::uint8_t { fresh, resolving, connecting, greeting, up, down };
  static constexpr std::size_t kMaxUnsent = 64 * 1024 * 1024;

  void on_readable() override;
  void on_writable() override;
  void connect(const std::vector<Address>& addresses);
  void greet();
  void greeted(const Reply& reply, bool checks_role);
  void flush_later();
  void flush();
  [[nodiscard]] net::Stop write_out();
  [[nodiscard]] bool read_what_is_there();
  void take_what_was_read();
  void take(const Reply& reply);
  void watch();
  void look_at_the_clock();
  void fail(const std::string& why);
  void append(std::span<const std::string_view> words);

  struct Pending {
    core::TimePoint sent;
    OnReply on_reply;
  };
  struct FreeReader {
    void operator()(redisReader* reader) const noexcept;
  };

  net::IoThread& io_;
  Resolver& resolver_;
  Host host_;
  LinkOptions options_;
  State state_ = State::fresh;
  std::optional<net::Socket> socket_;
  std::unique_ptr<redisReader, FreeReader> reader_;
  std::deque<Pending> pending_;
  std::string out_;
  std::size_t out_sent_ = 0;
  std::size_t greetings_left_ = 0;
  bool flushing_ = false;
  bool blocked_ = false;
  bool pinged_ = false;  ///< a ping of the channel connection waits for its answer
  core::TimePoint last_heard_{};
  net::Timer timer_;
};

}  // namespace grtc::redis
