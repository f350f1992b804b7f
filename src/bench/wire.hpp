#pragma once
#include <cstdint>
#include <memory>
#include <netdb.h>
#include <string>
#include <string_view>
#include <sys/socket.h>

#include "core/problem.hpp"
#include "net/io_thread.hpp"
#include "net/socket.hpp"

namespace grtc::bench {

/// The server under load.
struct Target {
  std::string host;  ///< as in the URL, with its port: for the Host header
  std::string name;  ///< without it: whose certificate it has to be
  bool tls = false;
  std::string path;  ///< in front of each dialect's own; no `/` at its end
  sockaddr_storage address{};
  socklen_t address_size = 0;

  /// @param url  `ws://host[:port][/path]`, `wss://…`, `http://…` or `https://…`; the name is looked up, which blocks
  [[nodiscard]] static core::Result<Target> find(const std::string& url);
};

/// What a Wire tells. Thread: its loop's.
class WireEnd {
 public:
  WireEnd() = default;
  WireEnd(const WireEnd&) = delete;
  WireEnd& operator=(const WireEnd&) = delete;

  virtual void on_open() = 0;
  /// A whole text message, good until it returns.
  virtual void on_text(std::string_view message) = 0;
  /// Once, unless cut() or let_go() came first: the connection is over, or never came about. `why` is for a person.
  virtual void on_end(std::string_view why) = 0;

 protected:
  ~WireEnd() = default;
};

/// One WebSocket, from the client's side. What it is told within a turn leaves in one write. It trusts the server as
/// far as its framing goes. Lives in a shared_ptr; its waits keep it alive. Thread: its loop's.
class Wire final : public net::ReadyHandler, public std::enable_shared_from_this<Wire> {
 public:
  Wire(net::IoThread& io, WireEnd& end) : io_(io), end_(&end) {}
  ~Wire() override = default;
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  void open(const Target& target, const std::string& path, std::string_view subprotocol);
  void send(std::string_view text);
  /// Breaks the connection as a dead network would: without a close frame, and what the server has on its way is lost.
  void cut();
  /// Says goodbye (1000); nothing is told any more.
  void let_go();
  [[nodiscard]] std::size_t unsent() const noexcept { return out_.size() - sent_; }

 private:
  enum class State : std::uint8_t { connecting, greeting, open, leaving, over };

  void on_readable() override;
  void on_writable() override;
  void connected();
  void take();
  [[nodiscard]] bool take_greeting();
  [[nodiscard]] bool take_frame();
  void frame(unsigned opcode, std::string_view payload);
  void flush_later();
  void flush();
  void close();
  void break_down();
  void fail(std::string_view why);

  net::IoThread& io_;
  WireEnd* end_;
  State state_ = State::connecting;
  std::unique_ptr<net::Socket> socket_;
  std::string request_;  ///< until it is sent
  std::string in_;
  std::size_t taken_ = 0;  ///< of in_
  std::string out_;
  std::size_t sent_ = 0;  ///< of out_
  bool is_tls_ = false;
  bool flushing_ = false;
  bool blocked_ = false;
};

}  // namespace grtc::bench
