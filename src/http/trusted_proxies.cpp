#include "http/trusted_proxies.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "http/header_list.hpp"

namespace grtc::http {
namespace {

constexpr unsigned kMappedBits = 96;

struct Cidr {
  Address address;
  unsigned prefix;
};

std::optional<Cidr> parse_cidr(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  const bool v4 = text.substr(0, slash).find(':') == std::string_view::npos;
  const unsigned longest = v4 ? 32 : 128;
  unsigned prefix = longest;
  if (slash < text.size()) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (error != std::errc{} || end != digits.data() + digits.size() || prefix > longest) return std::nullopt;
  }
  return Cidr{*address, prefix + (v4 ? kMappedBits : 0)};
}

bool inside(const Address& address, const Address& network, unsigned prefix) noexcept {
  const std::size_t whole = prefix / 8;
  if (!std::equal(address.begin(), address.begin() + static_cast<std::ptrdiff_t>(whole), network.begin())) return false;
  const unsigned rest = prefix % 8;
  if (rest == 0) return true;
  const unsigned mask = 0xFF00U >> rest;
  return ((address[whole] ^ network[whole]) & mask & 0xFFU) == 0;
}

/// Some proxies append the port: "192.0.2.1:5555", "[2001:db8::1]:5555".
std::string_view without_port(std::string_view text) {
  if (text.starts_with('[')) return text.substr(1, std::min(text.find(']'), text.size()) - 1);
  const std::size_t colon = text.find(':');
  return colon == text.rfind(':') ? text.substr(0, colon) : text;
}

}  // namespace

core::Result<TrustedProxies> TrustedProxies::parse(std::string_view list) {
  TrustedProxies proxies;
  if (trim(list) == "none") return proxies;
  while (!list.empty()) {
    const std::string_view part = next_of(list);
    if (part.empty()) continue;
    for (const std::string_view text : part == "loopback" ? std::vector<std::string_view>{"127.0.0.0/8", "::1"}
                                                          : std::vector<std::string_view>{part}) {
      const auto cidr = parse_cidr(text);
      if (!cidr) {
        return core::Problem{core::Code::bad_request,
                             "TRUSTED_PROXIES=" + std::string(part) + ": must be an address or a CIDR, or `loopback`",
                             {},
                             0};
      }
      proxies.networks_.push_back({cidr->address, cidr->prefix});
    }
  }
  return proxies;
}

bool TrustedProxies::trusts(const Address& address) const noexcept {
  return std::any_of(networks_.begin(), networks_.end(),
                     [&address](const Network& network) { return inside(address, network.address, network.prefix); });
}

bool TrustedProxies::trusts(std::string_view address) const {
  const auto parsed = parse_address(address);
  return parsed && trusts(*parsed);
}

std::string TrustedProxies::client_of(std::string_view peer, std::string_view forwarded_for) const {
  std::string_view client = peer;
  while (!forwarded_for.empty() && trusts(client)) {
    const std::size_t comma = forwarded_for.rfind(',');
    const std::size_t begin = comma == std::string_view::npos ? 0 : comma + 1;
    const std::string_view hop = without_port(trim(forwarded_for.substr(begin)));
    if (!parse_address(hop)) break;  // "unknown" or nonsense: the proxy that wrote it is the last we know
    client = hop;
    forwarded_for = forwarded_for.substr(0, begin == 0 ? 0 : comma);
  }
  return std::string(client);
}

bool forwarded_securely(std::string_view forwarded_proto) noexcept {
  const std::size_t comma = forwarded_proto.rfind(',');
  const std::size_t begin = comma == std::string_view::npos ? 0 : comma + 1;
  return equal_ignoring_case(trim(forwarded_proto.substr(begin)), "https");
}

}  // namespace grtc::http
