#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/problem.hpp"
#include "http/address.hpp"

namespace grtc::http {

/// TRUSTED_PROXIES: whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed. Immutable, any thread.
class TrustedProxies {
 public:
  /// @param list  comma-separated CIDRs or addresses, `loopback` for 127.0.0.0/8 and ::1; empty or `none`: nobody
  /// @return a sentence that names the part which is no CIDR
  [[nodiscard]] static core::Result<TrustedProxies> parse(std::string_view list);

  [[nodiscard]] bool trusts(const Address& address) const noexcept;
  /// As above; text that is no address is not trusted.
  [[nodiscard]] bool trusts(std::string_view address) const;

  /// The client's address behind proxies: the last of `forwarded_for` that is not a trusted proxy itself. What a
  /// client wrote in front of it is not believed.
  /// @param peer           address of the other end of the socket
  /// @param forwarded_for  the `X-Forwarded-For` value, repeated headers joined by commas; may hold ports
  [[nodiscard]] std::string client_of(std::string_view peer, std::string_view forwarded_for) const;

 private:
  struct Network {
    Address address;
    unsigned prefix;  ///< bits, from 0 to 128; of IPv4 with the 96 of the mapping
  };
  std::vector<Network> networks_;
};

/// Whether `forwarded_proto` (an `X-Forwarded-Proto` value) ends in `https`: the nearest proxy wrote the last one.
[[nodiscard]] bool forwarded_securely(std::string_view forwarded_proto) noexcept;

}  // namespace grtc::http
