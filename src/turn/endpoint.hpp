#pragma once
#include <cstdint>
#include <string>

#include <boost/asio/ip/address.hpp>

namespace grtc::turn {

/// An address and a port, as STUN tells them.
struct Endpoint {
  boost::asio::ip::address address;
  std::uint16_t port = 0;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// `192.0.2.1:3478`, `[2001:db8::1]:3478`.
[[nodiscard]] std::string text_of(const Endpoint& endpoint);

/// From how far an address can be reached.
enum class Reach : std::uint8_t { host, site, world };

/// host: loopback. site: RFC 1918, 3927, 4193, 4291 link-local, 6598. world: all others.
[[nodiscard]] Reach reach_of(const boost::asio::ip::address& address);

}  // namespace grtc::turn
