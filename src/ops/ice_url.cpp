#include "ops/ice_url.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cstdint>

namespace grtc::ops {
namespace {

using Bytes = std::array<unsigned char, 16>;

constexpr std::string_view kStunExample = "must be like stun:stun.example.org:3478";
constexpr std::string_view kTurnExample = "must be like turn:turn.example.org:3478?transport=udp";

std::optional<Bytes> address(int family, std::string_view text) {
  Bytes bytes{};
  if (::inet_pton(family, std::string(text).c_str(), bytes.data()) != 1) return std::nullopt;
  return bytes;
}

struct Parts {
  std::string_view scheme;
  std::string_view rest;  ///< host and port
  std::string_view host;  ///< IPv6 without its brackets
  bool bracketed = false;
  std::string_view port;  ///< after the colon
  bool has_port = false;
  std::string_view query;  ///< after `?`
  bool has_query = false;
};

Parts split(std::string_view url) {
  Parts parts;
  const std::size_t colon = url.find(':');
  parts.scheme = url.substr(0, colon);
  if (colon == std::string_view::npos) return parts;
  parts.rest = url.substr(colon + 1);
  if (const std::size_t mark = parts.rest.find('?'); mark != std::string_view::npos) {
    parts.has_query = true;
    parts.query = parts.rest.substr(mark + 1);
    parts.rest = parts.rest.substr(0, mark);
  }
  std::size_t end = parts.rest.find(':');
  if (parts.rest.starts_with('[')) {
    const std::size_t bracket = parts.rest.find(']');
    if (bracket == std::string_view::npos) return parts;
    parts.bracketed = true;
    parts.host = parts.rest.substr(1, bracket - 1);
    end = bracket + 1 < parts.rest.size() ? bracket + 1 : std::string_view::npos;
  } else {
    parts.host = parts.rest.substr(0, end);
  }
  if (end != std::string_view::npos) {
    parts.has_port = true;
    parts.port = parts.rest[end] == ':' ? parts.rest.substr(end + 1) : std::string_view("?");
  }
  return parts;
}

bool is_port(std::string_view text) {
  std::uint32_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

bool is_host(const Parts& parts) {
  if (parts.bracketed) return address(AF_INET6, parts.host).has_value();
  if (parts.host.empty() || parts.host.size() > 253) return false;
  // All digits and dots: an address then, not a name (RFC 3986 §3.2.2 tries them in this order).
  if (parts.host.find_first_not_of("0123456789.") == std::string_view::npos) {
    return address(AF_INET, parts.host).has_value();
  }
  return std::all_of(parts.host.begin(), parts.host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
  });
}

/// `2001:db8::1` or `2001:db8::1:3478`: the form with brackets that was probably meant.
std::string bracketed_form(const Parts& parts) {
  const std::size_t last = parts.rest.rfind(':');
  const std::string scheme = std::string(parts.scheme) + ":[";
  if (address(AF_INET6, parts.rest)) return scheme + std::string(parts.rest) + "]";
  if (address(AF_INET6, parts.rest.substr(0, last))) {
    return scheme + std::string(parts.rest.substr(0, last)) + "]" + std::string(parts.rest.substr(last));
  }
  return scheme + "2001:db8::1]:3478";
}

std::optional<std::string> query_fault(IceKind kind, const Parts& parts) {
  if (!parts.has_query) return std::nullopt;
  if (kind == IceKind::stun) return "a STUN URL takes no ? part (RFC 7064); " + std::string(kStunExample);
  if (parts.query != "transport=udp" && parts.query != "transport=tcp") {
    return "after ? only transport=udp or transport=tcp may stand (RFC 7065); " + std::string(kTurnExample);
  }
  if (parts.scheme == "turns" && parts.query == "transport=udp") {
    return "no browser speaks TURN over DTLS; must be like turns:turn.example.org:5349?transport=tcp";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> ice_url_fault(IceKind kind, std::string_view url) {
  const std::string example(kind == IceKind::stun ? kStunExample : kTurnExample);
  const Parts parts = split(url);
  const std::string_view plain = kind == IceKind::stun ? "stun" : "turn";
  const std::string_view secure = kind == IceKind::stun ? "stuns" : "turns";
  if (parts.scheme != plain && parts.scheme != secure) return example;
  if (url.find_first_of("/@#") != std::string_view::npos) return "no //, path, user or fragment; " + example;
  if (!parts.bracketed && std::count(parts.rest.begin(), parts.rest.end(), ':') > 1) {
    return "an IPv6 address stands in brackets; must be like " + bracketed_form(parts);
  }
  if (!is_host(parts)) return example;
  if (parts.has_port && !is_port(parts.port)) return "the port must be from 1 to 65535; " + example;
  return query_fault(kind, parts);
}

IceTarget ice_target(std::string_view url) {
  const Parts parts = split(url);
  IceTarget target;
  target.host = parts.host;
  target.turn = parts.scheme.starts_with("turn");
  target.tls = parts.scheme.ends_with("s");
  target.tcp = target.tls || parts.query == "transport=tcp";
  target.port = target.tls ? 5349 : 3478;
  if (parts.has_port) std::from_chars(parts.port.data(), parts.port.data() + parts.port.size(), target.port);
  return target;
}

bool is_private_ice_host(std::string_view url) {
  const Parts parts = split(url);
  if (parts.bracketed) {
    const auto v6 = address(AF_INET6, parts.host);
    if (!v6) return false;
    static constexpr Bytes kLoopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    const bool unique_local = ((*v6)[0] & 0xFEU) == 0xFC;                    // fc00::/7, RFC 4193
    const bool link_local = (*v6)[0] == 0xFE && ((*v6)[1] & 0xC0U) == 0x80;  // fe80::/10, RFC 4291
    return *v6 == kLoopback || unique_local || link_local;
  }
  const auto v4 = address(AF_INET, parts.host);
  if (!v4) {
    return parts.host == "localhost" || parts.host.ends_with(".localhost") || parts.host.ends_with(".local");
  }
  const unsigned a = (*v4)[0];
  const unsigned b = (*v4)[1];
  // RFC 1918, 1122 (127/8), 3927 (169.254/16), 6598 (100.64/10).
  return a == 10 || a == 127 || (a == 172 && b >= 16 && b < 32) || (a == 192 && b == 168) || (a == 169 && b == 254) ||
         (a == 100 && b >= 64 && b < 128);
}

}  // namespace grtc::ops
