#include "turn/endpoint.hpp"

namespace grtc::turn {

std::string text_of(const Endpoint& endpoint) {
  const std::string address = endpoint.address.to_string();
  return (endpoint.address.is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(endpoint.port);
}

Reach reach_of(const boost::asio::ip::address& address) {
  if (address.is_loopback()) return Reach::host;
  if (address.is_v6()) {
    const auto bytes = address.to_v6().to_bytes();
    const bool unique_local = (bytes[0] & 0xFEU) == 0xFC;                    // fc00::/7, RFC 4193
    const bool link_local = bytes[0] == 0xFE && (bytes[1] & 0xC0U) == 0x80;  // fe80::/10, RFC 4291
    return unique_local || link_local ? Reach::site : Reach::world;
  }
  const auto bytes = address.to_v4().to_bytes();
  const unsigned a = bytes[0];
  const unsigned b = bytes[1];
  // RFC 1918, 3927 (169.254/16), 6598 (100.64/10).
  const bool site = a == 10 || (a == 172 && b >= 16 && b < 32) || (a == 192 && b == 168) || (a == 169 && b == 254) ||
                    (a == 100 && b >= 64 && b < 128);
  return site ? Reach::site : Reach::world;
}

}  // namespace grtc::turn
