#include "app/client_socket.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/udp.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace grtc::app {
namespace {

using core::Code;
using core::Problem;
using core::Result;

/// The largest datagram; a stream comes in pieces anyway.
constexpr std::size_t kBuffer = 65536;

Problem failed(std::string why) {
  return {Code::unavailable, std::move(why), {}, 0};
}

Problem failed(int error) {
  if (error == ECONNREFUSED) return failed("refused: nothing listens at this port");
  return failed(std::strerror(error));
}

Problem timed_out() {
  return {Code::timed_out, "no answer", {}, 0};
}

}  // namespace

void ClientSocket::FreeContext::operator()(SSL_CTX* context) const noexcept {
  SSL_CTX_free(context);
}

void ClientSocket::FreeSsl::operator()(SSL* ssl) const noexcept {
  SSL_free(ssl);
}

ClientSocket::~ClientSocket() {
  ssl_.reset();
  if (fd_ >= 0) ::close(fd_);
}

Result<void> ClientSocket::wait(short events, Clock::time_point until) {
  std::array<pollfd, 2> both{pollfd{fd_, events, 0}, pollfd{stop_.descriptor(), POLLIN, 0}};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return timed_out();
    const int ready = ::poll(both.data(), both.size(), static_cast<int>(left));
    if (ready < 0 && errno != EINTR) return failed(errno);
    if (both[1].revents != 0) return failed("stopped");
    if (ready > 0 && both[0].revents != 0) return {};
  }
}

Result<void> ClientSocket::connect(const turn::Endpoint& to, bool tcp, Clock::time_point until) {
  const boost::asio::ip::udp::endpoint address(to.address, to.port);  // for its sockaddr, which is TCP's too
  fd_ = ::socket(address.protocol().family(), (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd_ < 0) return failed(errno);
  if (::connect(fd_, address.data(), static_cast<socklen_t>(address.size())) == 0) return {};
  if (errno != EINPROGRESS) return failed(errno);
  if (const auto ready = wait(POLLOUT, until); !ready) return ready.error();
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return failed(error);
  return {};
}

Result<void> ClientSocket::wait_for_tls(int result, Clock::time_point until) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return wait(POLLIN, until);
    case SSL_ERROR_WANT_WRITE:
      return wait(POLLOUT, until);
    case SSL_ERROR_ZERO_RETURN:
      return failed("the server closed the connection");
    default:
      return failed("the connection broke");
  }
}

Result<void> ClientSocket::secure(const std::string& host, Clock::time_point until) {
  context_.reset(SSL_CTX_new(TLS_client_method()));
  if (!context_) return failed("TLS is not available");
  SSL_CTX_set_default_verify_paths(context_.get());
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  ssl_.reset(SSL_new(context_.get()));
  if (!ssl_ || SSL_set_fd(ssl_.get(), fd_) != 1) return failed("TLS is not available");
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), host.c_str()) != 1) {
    // No address, so a name, which the server is also told (RFC 6066 §3 allows no addresses there).
    SSL_set_tlsext_host_name(ssl_.get(), host.c_str());
    SSL_set1_host(ssl_.get(), host.c_str());
  }
  for (;;) {
    ERR_clear_error();
    const int result = SSL_connect(ssl_.get());
    if (result == 1) return {};
    const auto ready = wait_for_tls(result, until);
    if (ready) continue;
    const long verdict = SSL_get_verify_result(ssl_.get());
    if (verdict != X509_V_OK) {
      return failed(std::string("the certificate is not trusted: ") + X509_verify_cert_error_string(verdict));
    }
    if (ready.error().code == Code::timed_out) return ready.error();
    return failed("the TLS handshake failed: is TLS on at this port (tls-listening-port, cert, pkey)?");
  }
}

Result<void> ClientSocket::send(std::string_view bytes, Clock::time_point until) {
  while (!bytes.empty()) {
    if (ssl_) ERR_clear_error();
    const ssize_t sent = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                              : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    if (!ssl_ && errno != EAGAIN && errno != EINTR) return failed(errno);
    const auto ready = ssl_ ? wait_for_tls(static_cast<int>(sent), until) : wait(POLLOUT, until);
    if (!ready) return ready.error();
  }
  return {};
}

Result<std::string> ClientSocket::receive(Clock::time_point until) {
  std::string bytes(kBuffer, '\0');
  for (;;) {
    if (ssl_) ERR_clear_error();
    const ssize_t got = ssl_ ? SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                             : ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (got > 0) {
      bytes.resize(static_cast<std::size_t>(got));
      return bytes;
    }
    if (!ssl_ && got == 0) return failed("the server closed the connection");
    if (!ssl_ && errno != EAGAIN && errno != EINTR) return failed(errno);
    const auto ready = ssl_ ? wait_for_tls(static_cast<int>(got), until) : wait(POLLIN, until);
    if (!ready) return ready.error();
  }
}

}  // namespace grtc::app
