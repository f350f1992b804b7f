#include "ops/setting_checks.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <optional>
#include <string>

namespace grtc::ops {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return number;
}

/// The bits of an address (32 or 128), or 0 when it is none.
int address_bits(std::string_view text) {
  const std::string address(text);
  std::array<unsigned char, 16> bytes{};
  if (::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1) return 32;
  if (::inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1) return 128;
  return 0;
}

bool is_network(std::string_view text) {
  if (text == "loopback" || text == "none") return true;
  const std::size_t slash = text.find('/');
  const int bits = address_bits(text.substr(0, slash));
  if (slash == std::string_view::npos) return bits != 0;
  const auto prefix = whole_number(text.substr(slash + 1));
  return bits != 0 && prefix && *prefix >= 0 && *prefix <= bits;
}

/// RFC 6454 §6.2: scheme, host and perhaps a port, nothing after.
bool is_origin(std::string_view text) {
  if (text == "*") return true;
  const std::size_t scheme = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
  if (scheme == 0) return false;
  const std::string_view host = text.substr(scheme);
  return !host.empty() && host.find_first_of("/?#@ ") == std::string_view::npos;
}

bool is_number(const Setting& setting, std::string_view text) {
  const auto number = whole_number(text);
  if (!number) return false;
  if (*number == 0 && !setting.zero.empty()) return true;
  return *number >= setting.min && *number <= setting.max;
}

bool is_choice(std::string_view allowed, std::string_view text) {
  while (!allowed.empty()) {
    const std::size_t bar = allowed.find('|');
    if (allowed.substr(0, bar) == text) return true;
    allowed = bar == std::string_view::npos ? std::string_view{} : allowed.substr(bar + 1);
  }
  return false;
}

/// RFC 3986 §2.3: what needs no percent-encoding, so that a path has one spelling.
bool is_name(std::string_view text) {
  constexpr std::size_t kLongest = 64;
  return !text.empty() && text.size() <= kLongest && text != "." && text != ".." &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                  c == '_' || c == '~';
         });
}

/// `/`, `/a`, `/a/b/`.
bool is_path(std::string_view text) {
  if (!text.starts_with('/')) return false;
  text.remove_prefix(1);
  while (!text.empty()) {
    const std::size_t slash = std::min(text.find('/'), text.size());
    if (!is_name(text.substr(0, slash))) return false;
    text.remove_prefix(std::min(text.size(), slash + 1));
  }
  return true;
}

template <class Good>
bool all_parts(std::string_view text, Good&& good) {
  const auto parts = split_list(text);
  return !parts.empty() && std::all_of(parts.begin(), parts.end(), good);
}

}  // namespace

std::vector<std::string_view> split_list(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    std::string_view part = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    const std::size_t first = part.find_first_not_of(kSpace);
    if (first == std::string_view::npos) continue;
    part = part.substr(first, part.find_last_not_of(kSpace) - first + 1);
    parts.push_back(part);
  }
  return parts;
}

bool fits(const Setting& setting, std::string_view text) {
  switch (setting.kind) {
    case Kind::integer:
    case Kind::seconds:
      return is_number(setting, text);
    case Kind::choice:
      return is_choice(setting.allowed, text);
    case Kind::address:
      return address_bits(text) != 0;
    case Kind::networks:
      return all_parts(text, is_network);
    case Kind::origins:
      return all_parts(text, is_origin);
    case Kind::token:
      return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
    case Kind::words:
      return all_parts(text, [&](std::string_view part) { return is_choice(setting.allowed, part); });
    case Kind::names:
      return all_parts(text, is_name);
    case Kind::path:
      return is_path(text);
    case Kind::list:
      return !split_list(text).empty();
    case Kind::text:
      return true;
  }
  return false;
}

}  // namespace grtc::ops
