#include "net/listener.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace grtc::net {
namespace {

constexpr int kBacklog = 4096;
/// Out of descriptors: accepting at once again would spin, so the backlog waits a little.
constexpr std::chrono::milliseconds kPauseWhenExhausted{50};
/// At most so many in one turn, so that a storm of newcomers does not starve those who talk.
constexpr int kAcceptsPerTurn = 64;

/// A socket address of either family, as bind(2) and its like take it.
struct Endpoint {
  sockaddr_storage storage{};
  socklen_t length = sizeof(sockaddr_storage);

  [[nodiscard]] sockaddr* data() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
  [[nodiscard]] const sockaddr* data() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] const sockaddr_in& v4() const noexcept { return reinterpret_cast<const sockaddr_in&>(storage); }
  [[nodiscard]] const sockaddr_in6& v6() const noexcept { return reinterpret_cast<const sockaddr_in6&>(storage); }
  [[nodiscard]] std::uint16_t port() const noexcept {
    return ntohs(storage.ss_family == AF_INET ? v4().sin_port : v6().sin6_port);
  }
  /// As a user writes it; IPv4-mapped IPv6 as IPv4.
  [[nodiscard]] std::string host() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (storage.ss_family == AF_INET) {
      ::inet_ntop(AF_INET, &v4().sin_addr, text.data(), text.size());
    } else if (IN6_IS_ADDR_V4MAPPED(&v6().sin6_addr)) {
      ::inet_ntop(AF_INET, &v6().sin6_addr.s6_addr[12], text.data(), text.size());
    } else {
      ::inet_ntop(AF_INET6, &v6().sin6_addr, text.data(), text.size());
    }
    return text.data();
  }
};

core::Result<Endpoint> endpoint_of(const std::string& host, std::uint16_t port) {
  Endpoint at;
  sockaddr_in v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    reinterpret_cast<sockaddr_in&>(at.storage) = v4;
    at.length = sizeof v4;
    return at;
  }
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    reinterpret_cast<sockaddr_in6&>(at.storage) = v6;
    at.length = sizeof v6;
    return at;
  }
  return core::Problem{core::Code::bad_request, "HOST=" + host + ": must be an IPv4 or IPv6 address", {}, 0};
}

core::Problem cannot_listen(const Endpoint& at, int error) {
  return {core::Code::unavailable,
          "PORT=" + std::to_string(at.port()) + " on HOST=" + at.host() + ": " + std::generic_category().message(error),
          {},
          0};
}

/// A bound socket, or errno. Without `shared` no other may have the port.
core::Result<RawSocket> bind_to(const Endpoint& at, bool shared) {
  const int on = 1;
  RawSocket socket(::socket(at.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), nullptr);
  if (!socket.is_open() || ::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
      (shared && ::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) < 0) ||
      ::bind(socket.fd(), at.data(), at.length) < 0) {
    return cannot_listen(at, errno);
  }
  return socket;
}

class SocketListener final : public Listener, private ReadyHandler {
 public:
  SocketListener(IoThread& io, RawSocket bound, std::function<void(Accepted)> accepted)
      : socket_(io, std::move(bound)), pause_(io), accepted_(std::move(accepted)) {
    Endpoint at;
    if (::getsockname(socket_.raw().fd(), at.data(), &at.length) == 0) port_ = at.port();
    wait();
  }

  [[nodiscard]] std::uint16_t port() const override { return port_; }

  void close() override {
    pause_.cancel();
    // Who is in the backlog believes to be connected, and has perhaps sent already: closing would reset it.
    take(kBacklog);
    socket_.close();
  }

 private:
  void wait() {
    // It ends its wait itself when it goes, so the loop need not own it.
    socket_.wait_readable(std::shared_ptr<ReadyHandler>(std::shared_ptr<void>(), this));
  }

  void on_readable() override {
    const bool more = take(kAcceptsPerTurn);
    if (!socket_.is_open()) return;
    if (more) return wait();
    pause_.start(kPauseWhenExhausted, [this] { wait(); });
  }
  void on_writable() override {}

  /// False: no descriptors left.
  bool take(int at_most) {
    for (int i = 0; i < at_most && socket_.is_open(); ++i) {
      Endpoint from;
      const int fd = ::accept4(socket_.raw().fd(), from.data(), &from.length, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM;
      const int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      accepted_({fd, from.host()});
    }
    return true;
  }

  Socket socket_;
  Timer pause_;
  std::function<void(Accepted)> accepted_;
  std::uint16_t port_ = 0;
};

}  // namespace

core::Result<void> Listener::check_free(const std::string& host, std::uint16_t port) {
  if (port == 0) return {};
  const auto at = endpoint_of(host, port);
  if (!at) return at.error();
  const auto alone = bind_to(*at, false);  // it can't be bound beside another listener
  if (!alone) return alone.error();
  return {};
}

core::Result<std::unique_ptr<Listener>> Listener::open(IoThread& io, const std::string& host, std::uint16_t port,
                                                       std::function<void(Accepted)> accepted) {
  const auto at = endpoint_of(host, port);
  if (!at) return at.error();
  auto bound = bind_to(*at, true);
  if (!bound) return bound.error();
  if (::listen(bound->fd(), kBacklog) < 0) return cannot_listen(*at, errno);
  return std::unique_ptr<Listener>(std::make_unique<SocketListener>(io, std::move(*bound), std::move(accepted)));
}

}  // namespace grtc::net
