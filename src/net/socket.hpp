#pragma once
#include <memory>
#include <utility>

#include "net/io_thread.hpp"
#include "net/raw_socket.hpp"

namespace grtc::net {

/// A RawSocket on an I/O loop: tells when to read and write. Nothing is buffered: one waits for readiness, then
/// reads into the thread's scratch, so an idle connection owns no buffer.
class Socket {
 public:
  Socket(IoThread& io, RawSocket raw) : io_(io), raw_(std::move(raw)) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { close(); }

  [[nodiscard]] RawSocket& raw() noexcept { return raw_; }

  /// Tells `owner`, once, when there is something to read or the connection has ended. Until then it is kept alive.
  void wait_readable(std::shared_ptr<ReadyHandler> owner) { io_.poller().wait_readable(raw_.fd(), std::move(owner)); }
  /// Likewise when there is room to write.
  void wait_writable(std::shared_ptr<ReadyHandler> owner) { io_.poller().wait_writable(raw_.fd(), std::move(owner)); }

  /// Ends the waits. The socket can be taken to another thread.
  [[nodiscard]] RawSocket release() {
    io_.poller().remove(raw_.fd());
    return std::move(raw_);
  }
  /// Ends the waits and closes the descriptor.
  void close() {
    if (!is_open()) return;
    const RawSocket closed = std::move(raw_);
    io_.poller().forget(closed.fd());
  }
  [[nodiscard]] bool is_open() const noexcept { return raw_.fd() >= 0; }

 private:
  IoThread& io_;
  RawSocket raw_;
};

}  // namespace grtc::net
