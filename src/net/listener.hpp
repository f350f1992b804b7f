#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/problem.hpp"
#include "net/socket.hpp"

namespace grtc::net {

/// An accepted socket: non-blocking, close-on-exec, TCP_NODELAY.
struct Accepted {
  int fd = -1;
  std::string address;  ///< the other side's, without port; IPv4-mapped IPv6 as IPv4
};

/// One I/O thread's own listening socket. All threads bind the same port (SO_REUSEPORT), the kernel spreads the
/// connections. Thread: the loop's, after open().
class Listener {
 public:
  /// Binds and listens; `accepted` runs on the loop for each connection and takes over the descriptor.
  /// Port 0 picks a free one: see port().
  /// @return the sentence why not ("PORT=8001: address already in use")
  [[nodiscard]] static core::Result<std::unique_ptr<Listener>> open(IoThread& io, const std::string& host,
                                                                    std::uint16_t port,
                                                                    std::function<void(Accepted)> accepted);
  /// Whether another program holds the port: with SO_REUSEPORT open() would share it, and each would get some of the
  /// connections. To be asked before the first open(). Port 0 is always free.
  /// @return as open()
  [[nodiscard]] static core::Result<void> check_free(const std::string& host, std::uint16_t port);

  Listener() = default;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  virtual ~Listener() = default;

  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// Accepts who is connected already, then nobody more; what was accepted lives on.
  virtual void close() = 0;
};

}  // namespace grtc::net
