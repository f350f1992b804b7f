#include "app/ice_check.hpp"

#include <array>
#include <cstdio>

#include "app/turn_wire.hpp"

namespace grtc::app {
namespace {

/// coturn counts quotas by what follows the colon: checks shall not use up a person's.
constexpr std::string_view kCheckPeer = "grtc-turn-check";
/// Good even where the server's clock is years ahead.
constexpr std::chrono::hours kFarAhead{24L * 3650};

turn::Credentials credentials_of(const ops::IceConfig& config, std::chrono::seconds ttl) {
  if (config.turn_secret.empty()) return {config.turn_username, config.turn_password};
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  turn::Credentials made{ops::turn_username((now + ttl).count(), kCheckPeer), {}};
  made.password = ops::turn_credential(config.turn_secret, made.username);
  return made;
}

turn::Finding failed(std::string cause) {
  turn::Finding finding;
  finding.cause = std::move(cause);
  return finding;
}

turn::Finding check_at(const ops::IceTarget& target, const turn::Endpoint& server, const ops::IceConfig& config,
                       std::chrono::seconds ttl, const StopLine& stop) {
  const auto wire = open_wire(target, server, stop);
  if (!wire) return failed(wire.error().sentence);
  return target.turn ? turn::check_turn(**wire, credentials_of(config, ttl)) : turn::check_stun(**wire);
}

}  // namespace

std::string IceVerdict::line() const {
  if (!finding.works) return url + ": " + finding.cause;
  std::string line = url + ": seen as " + turn::text_of(*finding.seen);
  if (finding.relayed) line += ", relayed at " + turn::text_of(*finding.relayed);
  std::array<char, 32> ms{};
  std::snprintf(ms.data(), ms.size(), ", round trip %.1f ms", static_cast<double>(finding.round_trip.count()) / 1000);
  return line + ms.data();
}

IceVerdict check_ice(const std::string& url, const ops::IceConfig& config, const StopLine& stop) {
  const ops::IceTarget target = ops::ice_target(url);
  const auto servers = resolve(target);
  if (!servers) return {url, failed(servers.error().sentence)};
  turn::Finding finding = failed("the name " + target.host + " has no address");
  for (const turn::Endpoint& server : *servers) {
    finding = check_at(target, server, config, config.ttl, stop);
    // A refused credential is one of a wrong secret, unless a later expiry mends it: then a clock is wrong.
    if (finding.error == 401 && !config.turn_secret.empty() &&
        check_at(target, server, config, kFarAhead, stop).error != 401) {
      finding.cause =
          "401: the secret is right, but the TURN server's clock is ahead of this one by more than "
          "TURN_TTL_S: set both by NTP";
    } else if (finding.error == 401 && !config.turn_secret.empty()) {
      finding.cause =
          "401: TURN_SECRET is not the TURN server's static-auth-secret, or use-auth-secret is missing there";
    }
    if (finding.works) break;
  }
  return {url, std::move(finding)};
}

}  // namespace grtc::app
