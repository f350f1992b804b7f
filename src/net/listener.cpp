#include "net/listener.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

namespace grtc::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int kBacklog = 4096;
/// Out of descriptors: accepting at once again would spin, so the backlog waits a little.
constexpr std::chrono::milliseconds kPauseWhenExhausted{50};
/// At most so many in one turn, so that a storm of newcomers does not starve those who talk.
constexpr int kAcceptsPerTurn = 64;

std::string address_of(const sockaddr_storage& from) {
  if (from.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&from);
    return asio::ip::address_v4(ntohl(v4->sin_addr.s_addr)).to_string();
  }
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&from);
  asio::ip::address_v6::bytes_type bytes;
  std::copy(std::begin(v6->sin6_addr.s6_addr), std::end(v6->sin6_addr.s6_addr), bytes.begin());
  const asio::ip::address_v6 address(bytes);
  if (address.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, address).to_string();
  return address.to_string();
}

class AsioListener final : public Listener {
 public:
  AsioListener(IoThread& io, std::function<void(Accepted)> accepted)
      : acceptor_(io.context()), pause_(io.context()), accepted_(std::move(accepted)) {}

  error_code listen(const tcp::endpoint& at) {
    error_code error;
    acceptor_.open(at.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.set_option(asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>(true), error);
    if (!error) acceptor_.bind(at, error);
    if (!error) acceptor_.listen(kBacklog, error);
    if (!error) acceptor_.non_blocking(true, error);
    if (!error) port_ = acceptor_.local_endpoint(error).port();
    return error;
  }

  void wait() {
    acceptor_.async_wait(tcp::acceptor::wait_read, [this](error_code error) {
      if (error) return;
      if (take_all()) {
        wait();
      } else {
        pause_.expires_after(kPauseWhenExhausted);
        pause_.async_wait([this](error_code stopped) {
          if (!stopped) wait();
        });
      }
    });
  }

  [[nodiscard]] std::uint16_t port() const override { return port_; }

  void close() override {
    error_code ignored;
    pause_.cancel();
    acceptor_.close(ignored);
  }

 private:
  /// False: no descriptors left.
  bool take_all() {
    for (int i = 0; i < kAcceptsPerTurn; ++i) {
      sockaddr_storage from{};
      socklen_t length = sizeof from;
      const int fd = ::accept4(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&from), &length,
                               SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM;
      const int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      accepted_({fd, address_of(from)});
    }
    return true;
  }

  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::function<void(Accepted)> accepted_;
  std::uint16_t port_ = 0;
};

core::Result<tcp::endpoint> endpoint_of(const std::string& host, std::uint16_t port) {
  error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (!error) return tcp::endpoint(address, port);
  return core::Problem{core::Code::bad_request, "HOST=" + host + ": must be an IPv4 or IPv6 address", {}, 0};
}

core::Problem cannot_listen(const tcp::endpoint& at, const error_code& error) {
  return {core::Code::unavailable,
          "PORT=" + std::to_string(at.port()) + " on HOST=" + at.address().to_string() + ": " + error.message(),
          {},
          0};
}

}  // namespace

core::Result<void> Listener::check_free(const std::string& host, std::uint16_t port) {
  if (port == 0) return {};
  const auto at = endpoint_of(host, port);
  if (!at) return at.error();
  error_code error;
  asio::io_context unused;
  tcp::acceptor alone(unused);  // without SO_REUSEPORT it can't be bound beside another listener
  alone.open(at->protocol(), error);
  if (!error) alone.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) alone.bind(*at, error);
  if (!error) return {};
  return cannot_listen(*at, error);
}

core::Result<std::unique_ptr<Listener>> Listener::open(IoThread& io, const std::string& host, std::uint16_t port,
                                                       std::function<void(Accepted)> accepted) {
  const auto at = endpoint_of(host, port);
  if (!at) return at.error();
  auto listener = std::make_unique<AsioListener>(io, std::move(accepted));
  if (const error_code error = listener->listen(*at)) return cannot_listen(*at, error);
  listener->wait();
  return std::unique_ptr<Listener>(std::move(listener));
}

}  // namespace grtc::net
