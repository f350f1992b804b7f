#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/types.h>

#include "app/stop_line.hpp"
#include "core/problem.hpp"
#include "turn/endpoint.hpp"

namespace grtc::app {

/// A client's socket, connected: UDP, TCP or TLS in TCP. Each call waits until its deadline or the stop line. One
/// thread.
class ClientSocket {
 public:
  using Clock = std::chrono::steady_clock;

  explicit ClientSocket(const StopLine& stop) : stop_(stop) {}
  ClientSocket(const ClientSocket&) = delete;
  ClientSocket& operator=(const ClientSocket&) = delete;
  ~ClientSocket();

  /// @return Code::timed_out, or Code::unavailable with the cause
  [[nodiscard]] core::Result<void> connect(const turn::Endpoint& to, bool tcp, Clock::time_point until);
  /// TLS on the TCP connection. The certificate must name `host`, a name or an address.
  [[nodiscard]] core::Result<void> secure(const std::string& host, Clock::time_point until);
  [[nodiscard]] core::Result<void> send(std::string_view bytes, Clock::time_point until);
  /// What comes next: a datagram, or some bytes of the stream.
  [[nodiscard]] core::Result<std::string> receive(Clock::time_point until);

 private:
  /// Until the socket is ready for `events` of poll(2).
  [[nodiscard]] core::Result<void> wait(short events, Clock::time_point until);
  /// After an SSL call that did not end: waits for what it wants.
  [[nodiscard]] core::Result<void> wait_for_tls(int result, Clock::time_point until);

  struct FreeContext {
    void operator()(SSL_CTX* context) const noexcept;
  };
  struct FreeSsl {
    void operator()(SSL* ssl) const noexcept;
  };
  const StopLine& stop_;
  int fd_ = -1;
  std::unique_ptr<SSL_CTX, FreeContext> context_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
};

}  // namespace grtc::app
