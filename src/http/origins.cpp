#include "http/origins.hpp"

#include <algorithm>
#include <optional>

#include "http/header_list.hpp"

namespace grtc::http {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return result;
}

struct Origin {
  std::string scheme;
  std::string authority;  ///< host, and the port when it isn't the scheme's own
};

std::string without_default_port(std::string authority, std::string_view scheme) {
  const std::string_view port = scheme == "https" ? ":443" : ":80";
  if (authority.ends_with(port)) authority.erase(authority.size() - port.size());
  return authority;
}

/// RFC 6454 §6.2: scheme "://" host [":" port], and nothing behind it.
std::optional<Origin> parse_origin(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const std::string scheme = lower(text.substr(0, colon));
  const std::string_view authority = text.substr(colon + 3);
  if (authority.empty() || authority.find_first_of("/?#@ *") != std::string_view::npos) return std::nullopt;
  return Origin{scheme, without_default_port(lower(authority), scheme)};
}

}  // namespace

core::Result<AllowedOrigins> AllowedOrigins::parse(std::string_view list, std::string_view name) {
  AllowedOrigins origins;
  while (!list.empty()) {
    const std::string_view part = next_of(list);
    if (part.empty()) continue;
    if (part == "*") {
      origins.any_ = true;
      continue;
    }
    const auto origin = parse_origin(part);
    if (!origin) {
      return core::Problem{core::Code::bad_request,
                           std::string(name) + "=" + std::string(part) + ": must be scheme://host[:port] or *",
                           {},
                           0};
    }
    origins.listed_.push_back(origin->scheme + "://" + origin->authority);
  }
  return origins;
}

bool AllowedOrigins::lists(std::string_view origin) const {
  if (any_) return true;
  if (listed_.empty()) return false;
  const auto parsed = parse_origin(origin);
  if (!parsed) return false;
  return std::find(listed_.begin(), listed_.end(), parsed->scheme + "://" + parsed->authority) != listed_.end();
}

bool AllowedOrigins::allows(std::string_view origin, std::string_view host) const {
  if (lists(origin)) return true;
  const auto parsed = parse_origin(origin);
  return parsed && parsed->authority == without_default_port(lower(host), parsed->scheme);
}

}  // namespace grtc::http
