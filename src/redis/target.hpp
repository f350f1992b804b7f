#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/problem.hpp"

namespace grtc::redis {

struct Host {
  std::string name;  ///< a name or an address, IPv6 without brackets
  std::uint16_t port = 0;
};

/// REDIS_URL, read:
/// `redis://[user[:password]@]host[:port][/database]`, `rediss://…` (TLS),
/// `redis+sentinel://[…@]host[:port],…/master[/database]`, `redis+cluster://[…@]host[:port],…`; each kind but the first
/// with `s` behind `redis` for TLS.
struct Target {
  enum class Kind : std::uint8_t { single, sentinel, cluster };
  Kind kind = Kind::single;
  bool tls = false;
  std::string user;
  std::string password;
  unsigned database = 0;
  std::string master;       ///< of Sentinels
  std::vector<Host> hosts;  ///< at least one

  /// @return a sentence that says what is wrong; it never holds the password
  [[nodiscard]] static core::Result<Target> parse(std::string_view url);
};

}  // namespace grtc::redis
