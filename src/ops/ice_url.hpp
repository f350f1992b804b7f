#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace grtc::ops {

enum class IceKind : bool { stun, turn };

/// Checks one URL of STUN_URLS or TURN_URLS as browsers take them: `scheme:host[:port][?transport=udp|tcp]`.
/// @return why it can't be used, with an example of a right one; nothing: it can
/// @see RFC 7064 §3.1 stun, RFC 7065 §3.1 turn
[[nodiscard]] std::optional<std::string> ice_url_fault(IceKind kind, std::string_view url);

/// Whether a good URL's host is a loopback, link-local or private one: unreachable from outside its LAN.
[[nodiscard]] bool is_private_ice_host(std::string_view url);

/// Where a good URL leads, and how.
struct IceTarget {
  std::string host;  ///< a name or an address; IPv6 without brackets
  std::uint16_t port = 0;
  bool turn = false;  ///< `turn`, `turns`
  bool tls = false;   ///< `stuns`, `turns`
  bool tcp = false;   ///< TLS too
};

/// @param url  one without a fault
/// @see RFC 7064 §3.2, RFC 7065 §3.2 default ports and transports
[[nodiscard]] IceTarget ice_target(std::string_view url);

}  // namespace grtc::ops
