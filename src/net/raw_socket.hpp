#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <sys/uio.h>
#include <utility>

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;

namespace grtc::net {

/// What stopped a read or a write.
enum class Stop : unsigned char {
  none,         ///< nothing: all of the buffer was used, or (read) there may be more
  wants_read,   ///< would block until the socket is readable
  wants_write,  ///< would block until the socket is writable (TLS reads may want this too)
  closed,       ///< the other side has closed in order
  failed,       ///< broken: reset, TLS error
};

struct Transfer {
  std::size_t bytes = 0;
  Stop stop = Stop::none;
};

/// A connected, non-blocking stream socket, plain or TLS: bytes in and out, and no loop. Movable between threads;
/// used by one at a time. Owns its descriptor.
class RawSocket {
 public:
  RawSocket() = default;
  /// Takes `fd`. With `tls` the handshake runs inside the first reads and writes.
  RawSocket(int fd, SSL_CTX* tls);
  RawSocket(RawSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)), ssl_(std::move(other.ssl_)) {}
  RawSocket& operator=(RawSocket&& other) noexcept;
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;
  ~RawSocket();

  /// Reads once, at most `into.size()` bytes. `bytes` is over 0 exactly when stop is `none`.
  [[nodiscard]] Transfer read(std::span<char> into) noexcept;
  /// Writes as much of `parts` as fits, in order. Fewer bytes than given: see `stop`. At most IOV_MAX parts.
  [[nodiscard]] Transfer write(std::span<const iovec> parts) noexcept;
  /// The other side writes no more, whatever it has written before; asked without reading.
  [[nodiscard]] bool has_hung_up() const noexcept;
  /// Half-closes: TLS close_notify, then FIN. Best effort.
  void shutdown_write() noexcept;

  [[nodiscard]] int fd() const noexcept { return fd_; }
  [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }
  [[nodiscard]] bool secure() const noexcept { return ssl_ != nullptr; }
  /// Null when it is plain.
  [[nodiscard]] SSL* tls() const noexcept { return ssl_.get(); }

 private:
  struct FreeSsl {
    void operator()(SSL* ssl) const noexcept;
  };
  int fd_ = -1;
  std::unique_ptr<SSL, FreeSsl> ssl_;
};

}  // namespace grtc::net
