#include "app/turn_wire.hpp"

#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>

#include <boost/asio/ip/udp.hpp>

#include "app/client_socket.hpp"
#include "turn/stun_message.hpp"

namespace grtc::app {
namespace {

using core::Code;
using core::Problem;
using core::Result;

constexpr std::chrono::seconds kOpenPatience{5};
constexpr std::chrono::seconds kSendPatience{5};
constexpr std::size_t kMaxAddresses = 4;

class SocketWire final : public turn::Wire {
 public:
  SocketWire(const turn::Endpoint& server, bool stream, const StopLine& stop)
      : server_(server), stream_(stream), socket_(stop) {}

  Result<void> open(const ops::IceTarget& target) {
    const auto until = Clock::now() + kOpenPatience;
    if (auto connected = socket_.connect(server_, target.tcp, until); !connected) return connected;
    return target.tls ? socket_.secure(target.host, until) : Result<void>();
  }

  Result<void> send(std::string_view message) override { return socket_.send(message, Clock::now() + kSendPatience); }

  Result<std::string> receive(Clock::time_point until) override {
    if (!stream_) return socket_.receive(until);
    for (;;) {
      const auto size = turn::stun_size(waiting_);
      if (!size) return Problem{Code::unavailable, "what listens there is no STUN or TURN server", {}, 0};
      if (*size > 0 && waiting_.size() >= *size) {
        std::string message = waiting_.substr(0, *size);
        waiting_.erase(0, *size);
        return message;
      }
      // Bounded: a message has at most 64 KiB, and no more than one read is there beyond it.
      auto more = socket_.receive(until);
      if (!more) return more.error();
      waiting_ += *more;
    }
  }

  bool reliable() const noexcept override { return stream_; }
  const turn::Endpoint& server() const noexcept override { return server_; }

 private:
  turn::Endpoint server_;
  bool stream_;
  ClientSocket socket_;
  std::string waiting_;  ///< of the stream, not yet handed out
};

}  // namespace

Result<std::vector<turn::Endpoint>> resolve(const ops::IceTarget& target) {
  addrinfo hints{};
  hints.ai_socktype = target.tcp ? SOCK_STREAM : SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(target.host.c_str(), nullptr, &hints, &found); error != 0) {
    return Problem{Code::unavailable, "the name " + target.host + " is not known: " + ::gai_strerror(error), {}, 0};
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(found, ::freeaddrinfo);
  std::vector<turn::Endpoint> endpoints;
  for (const addrinfo* at = found; at != nullptr && endpoints.size() < kMaxAddresses; at = at->ai_next) {
    boost::asio::ip::udp::endpoint address;
    if (at->ai_addrlen > address.capacity()) continue;
    std::memcpy(address.data(), at->ai_addr, at->ai_addrlen);
    endpoints.push_back({address.address(), target.port});
  }
  return endpoints;
}

Result<std::unique_ptr<turn::Wire>> open_wire(const ops::IceTarget& target, const turn::Endpoint& server,
                                              const StopLine& stop) {
  auto wire = std::make_unique<SocketWire>(server, target.tcp, stop);
  if (const auto opened = wire->open(target); !opened) {
    if (opened.error().code != Code::timed_out) return opened.error();
    return Problem{Code::timed_out, "no answer: a firewall drops TCP to this port", {}, 0};
  }
  return std::unique_ptr<turn::Wire>(std::move(wire));
}

}  // namespace grtc::app
