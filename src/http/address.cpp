#include "http/address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <string>

namespace grtc::http {
namespace {

constexpr std::size_t kMappedPrefix = 12;  ///< bytes: ten zeros, two of ones

constexpr Address mapped() noexcept {
  Address address{};
  address[10] = address[11] = 0xFF;
  return address;
}

bool is_mapped(const Address& address) noexcept {
  return std::equal(address.begin(), address.begin() + kMappedPrefix, mapped().begin());
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  if (text.empty() || text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
  const std::string ended(text);  // inet_pton wants its end
  Address address = mapped();
  if (inet_pton(AF_INET, ended.c_str(), address.data() + kMappedPrefix) == 1) return address;
  if (inet_pton(AF_INET6, ended.c_str(), address.data()) == 1) return address;
  return std::nullopt;
}

bool is_loopback(const Address& address) noexcept {
  if (is_mapped(address)) return address[kMappedPrefix] == 127;
  Address one{};
  one[15] = 1;
  return address == one;
}

}  // namespace grtc::http
