#include "net/raw_socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <climits>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace grtc::net {
namespace {

/// One TLS record's worth (RFC 8446 §5.1): small frames of one flush share a record instead of having one each.
constexpr std::size_t kTlsRecord = 16384;

Stop stop_of_errno() noexcept {
  if (errno == EAGAIN || errno == EWOULDBLOCK) return Stop::wants_read;
  return Stop::failed;
}

Stop stop_of_tls(SSL* ssl, int result) noexcept {
  const int error = SSL_get_error(ssl, result);
  ERR_clear_error();  // the queue is the thread's: what is left in it would be blamed on the next socket
  switch (error) {
    case SSL_ERROR_WANT_READ:
      return Stop::wants_read;
    case SSL_ERROR_WANT_WRITE:
      return Stop::wants_write;
    case SSL_ERROR_ZERO_RETURN:
      return Stop::closed;
    default:
      return Stop::failed;
  }
}

Transfer write_tls(SSL* ssl, std::span<const iovec> parts) noexcept {
  std::array<char, kTlsRecord> record;
  Transfer total;
  std::size_t part = 0;
  std::size_t offset = 0;
  while (part < parts.size()) {
    std::size_t filled = 0;
    std::size_t next = part;
    std::size_t next_offset = offset;
    while (next < parts.size() && filled < record.size()) {
      const std::size_t take = std::min(record.size() - filled, parts[next].iov_len - next_offset);
      std::memcpy(record.data() + filled, static_cast<const char*>(parts[next].iov_base) + next_offset, take);
      filled += take;
      next_offset += take;
      if (next_offset == parts[next].iov_len) {
        ++next;
        next_offset = 0;
      }
    }
    std::size_t written = 0;
    const int result = filled == 0 ? 1 : SSL_write_ex(ssl, record.data(), filled, &written);
    if (result <= 0) {
      total.stop = stop_of_tls(ssl, result);
      return total;
    }
    total.bytes += written;
    part = next;
    offset = next_offset;
  }
  return total;
}

}  // namespace

RawSocket::RawSocket(int fd, SSL_CTX* tls) : fd_(fd) {
  if (tls == nullptr) return;
  ssl_.reset(SSL_new(tls));
  if (ssl_ && SSL_set_fd(ssl_.get(), fd) == 1) {
    // A retried write repeats the same bytes from another buffer: ours is rebuilt at each flush.
    SSL_set_mode(ssl_.get(), SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_set_accept_state(ssl_.get());
  } else {
    ::close(std::exchange(fd_, -1));  // out of memory: reads and writes now fail
  }
}

RawSocket& RawSocket::operator=(RawSocket&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(ssl_, other.ssl_);
  return *this;
}

RawSocket::~RawSocket() {
  ssl_.reset();
  if (fd_ >= 0) ::close(fd_);
}

void RawSocket::FreeSsl::operator()(SSL* ssl) const noexcept {
  SSL_free(ssl);
}

Transfer RawSocket::read(std::span<char> into) noexcept {
  if (ssl_) {
    std::size_t got = 0;
    const int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &got);
    if (result > 0) return {got, Stop::none};
    return {0, stop_of_tls(ssl_.get(), result)};
  }
  for (;;) {
    const ssize_t got = ::recv(fd_, into.data(), into.size(), 0);
    if (got > 0) return {static_cast<std::size_t>(got), Stop::none};
    if (got == 0) return {0, Stop::closed};
    if (errno != EINTR) return {0, stop_of_errno()};
  }
}

Transfer RawSocket::write(std::span<const iovec> parts) noexcept {
  if (ssl_) return write_tls(ssl_.get(), parts);
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts.data());  // sendmsg only reads it
  message.msg_iovlen = std::min<std::size_t>(parts.size(), IOV_MAX);
  std::size_t wanted = 0;
  for (const iovec& part : parts) wanted += part.iov_len;
  for (;;) {
    const ssize_t sent = parts.size() == 1 ? ::send(fd_, parts[0].iov_base, parts[0].iov_len, MSG_NOSIGNAL)
                                           : ::sendmsg(fd_, &message, MSG_NOSIGNAL);
    if (sent >= 0) {
      const auto bytes = static_cast<std::size_t>(sent);
      return {bytes, bytes == wanted ? Stop::none : Stop::wants_write};
    }
    if (errno == EINTR) continue;
    return {0, stop_of_errno() == Stop::failed ? Stop::failed : Stop::wants_write};
  }
}

bool RawSocket::has_hung_up() const noexcept {
  pollfd asked{fd_, POLLRDHUP, 0};
  return ::poll(&asked, 1, 0) > 0;  // also after a reset: POLLHUP and POLLERR are always asked for
}

void RawSocket::shutdown_write() noexcept {
  if (ssl_) {
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  if (fd_ >= 0) ::shutdown(fd_, SHUT_WR);
}

}  // namespace grtc::net
