#include "redis/target.hpp"

#include <charconv>
#include <optional>

#include "http/percent.hpp"

namespace grtc::redis {
namespace {

constexpr std::uint16_t kPort = 6379;
constexpr std::uint16_t kSentinelPort = 26379;
constexpr unsigned kMaxDatabase = 15;

core::Problem wrong(std::string_view sentence) {
  return {core::Code::bad_request, std::string(sentence), {}, 0};
}

template <class Number>
std::optional<Number> read_number(std::string_view text, Number max) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value > max) return std::nullopt;
  return value;
}

std::optional<Host> read_host(std::string_view text, std::uint16_t fallback) {
  Host host{std::string(), fallback};
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    host.name = text.substr(1, end - 1);
    rest = text.substr(end + 1);
  } else {
    const std::size_t colon = text.find(':');
    host.name = text.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
  }
  if (host.name.empty()) return std::nullopt;
  if (rest.empty()) return host;
  const auto port = rest.front() == ':' ? read_number<std::uint16_t>(rest.substr(1), 65535) : std::nullopt;
  if (!port || *port == 0) return std::nullopt;
  host.port = *port;
  return host;
}

/// `user:password@` in front of the hosts. False: not percent-encoded correctly.
bool take_credentials(std::string_view& rest, Target& target) {
  const std::size_t at = rest.find('@');
  if (at == std::string_view::npos) return true;
  const std::string_view both = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  const std::size_t colon = both.find(':');
  const auto user = http::percent_decode(both.substr(0, colon));
  const auto password =
      http::percent_decode(colon == std::string_view::npos ? std::string_view() : both.substr(colon + 1));
  if (!user || !password) return false;
  target.user = *user;
  target.password = *password;
  return true;
}

bool take_scheme(std::string_view& url, Target& target) {
  struct Scheme {
    std::string_view text;
    Target::Kind kind;
    bool tls;
  };
  static constexpr Scheme kSchemes[] = {{"redis://", Target::Kind::single, false},
                                        {"rediss://", Target::Kind::single, true},
                                        {"redis+sentinel://", Target::Kind::sentinel, false},
                                        {"rediss+sentinel://", Target::Kind::sentinel, true},
                                        {"redis+cluster://", Target::Kind::cluster, false},
                                        {"rediss+cluster://", Target::Kind::cluster, true}};
  for (const Scheme& scheme : kSchemes) {
    if (!url.starts_with(scheme.text)) continue;
    target.kind = scheme.kind;
    target.tls = scheme.tls;
    url.remove_prefix(scheme.text.size());
    return true;
  }
  return false;
}

/// What stands behind the hosts: `/database`, of Sentinels `/master[/database]`.
std::optional<core::Problem> read_path(std::string_view path, Target& target) {
  if (target.kind == Target::Kind::sentinel) {
    const std::size_t slash = path.find('/');
    target.master = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    if (target.master.empty())
      return wrong("name the master that the Sentinels watch: redis+sentinel://host:26379/mymaster");
  }
  if (path.empty()) return std::nullopt;
  const auto database = read_number<unsigned>(path, kMaxDatabase);
  if (!database) return wrong("the database is a number from 0 to 15: redis://host:6379/0");
  if (target.kind == Target::Kind::cluster && *database != 0) return wrong("a Cluster has database 0 only");
  target.database = *database;
  return std::nullopt;
}

}  // namespace

core::Result<Target> Target::parse(std::string_view url) {
  Target target;
  if (!take_scheme(url, target)) {
    return wrong("must begin with redis://, rediss://, redis+sentinel:// or redis+cluster://");
  }
  if (!take_credentials(url, target)) return wrong("user and password must be percent-encoded correctly");
  const std::size_t slash = url.find('/');
  std::string_view hosts = url.substr(0, slash);
  while (!hosts.empty()) {
    const std::size_t comma = hosts.find(',');
    const auto host = read_host(hosts.substr(0, comma), target.kind == Kind::sentinel ? kSentinelPort : kPort);
    if (!host) return wrong("a host is a name or an address, with a port behind a colon: redis://host:6379");
    target.hosts.push_back(*host);
    hosts.remove_prefix(comma == std::string_view::npos ? hosts.size() : comma + 1);
  }
  if (target.hosts.empty()) return wrong("names no host: redis://host:6379");
  if (target.kind == Kind::single && target.hosts.size() > 1) {
    return wrong("several hosts need redis+sentinel:// or redis+cluster://");
  }
  if (auto fault = read_path(slash == std::string_view::npos ? std::string_view() : url.substr(slash + 1), target)) {
    return *std::move(fault);
  }
  return target;
}

}  // namespace grtc::redis
