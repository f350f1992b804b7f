#pragma once
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "net/io_thread.hpp"
#include "net/raw_socket.hpp"

namespace grtc::net {

/// A RawSocket on an I/O loop: tells when to read and write. Nothing is buffered: one waits for readiness, then
/// reads into the thread's scratch, so an idle connection owns no buffer.
class Socket {
 public:
  Socket(IoThread& io, RawSocket raw) : raw_(std::move(raw)), waiter_(io.context(), raw_.fd()) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (waiter_.is_open()) waiter_.release();  // raw_ owns the descriptor and closes it
  }

  [[nodiscard]] RawSocket& raw() noexcept { return raw_; }

  /// `ready(error_code)` when there is something to read (or the connection ended): one wait of each kind at a time.
  template <class Ready>
  void wait_readable(Ready&& ready) {
    waiter_.async_wait(Waiter::wait_read, std::forward<Ready>(ready));
  }
  template <class Ready>
  void wait_writable(Ready&& ready) {
    waiter_.async_wait(Waiter::wait_write, std::forward<Ready>(ready));
  }
  /// Waits end with operation_aborted; the socket can be taken to another thread.
  [[nodiscard]] RawSocket release() {
    waiter_.release();
    return std::move(raw_);
  }
  /// Waits end with operation_aborted and the descriptor is closed.
  void close() {
    if (waiter_.is_open()) waiter_.release();
    raw_ = RawSocket();
  }
  [[nodiscard]] bool is_open() const noexcept { return raw_.fd() >= 0; }

 private:
  // The loop's concrete executor: the type-erased default costs an allocation a wait.
  using Waiter = boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;
  RawSocket raw_;
  Waiter waiter_;
};

}  // namespace grtc::net
