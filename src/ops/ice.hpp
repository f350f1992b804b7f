#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/problem.hpp"
#include "core/time.hpp"
#include "ops/metrics.hpp"
#include "ops/settings.hpp"

namespace grtc::ops {

/// STUN_URLS, TURN_URLS and how credentials are made, checked (docs/ice-servers.md).
struct IceConfig {
  std::vector<std::string> stun_urls;
  std::vector<std::string> turn_urls;
  std::string turn_secret;    ///< TURN REST scheme; empty: the fixed pair
  std::string turn_username;  ///< of a hosted TURN server
  std::string turn_password;
  std::chrono::seconds ttl{0};
  std::vector<std::string> warnings;  ///< for the log at start; name no secret

  /// Reads the settings and TURN_SECRET_FILE. At start only: it reads a file.
  /// @return the line that stops the start
  [[nodiscard]] static core::Result<IceConfig> read(const Settings& settings);
};

/// `<expiry>:<peer>`, the peer's bytes outside `A-Z a-z 0-9 - . _ ~` percent-encoded; at most 384 bytes of it.
[[nodiscard]] std::string turn_username(std::int64_t expiry, std::string_view peer_id);
/// base64(HMAC-SHA1(secret, username)).
/// @see draft-uberti-behave-turn-rest-00 §2.2
[[nodiscard]] std::string turn_credential(std::string_view secret, std::string_view username);

/// Hands out the ICE servers. Any thread.
class IceServers {
 public:
  /// Where an answer went, for the metric.
  enum class Via : std::uint8_t { welcome, http };
  struct Answer {
    std::string ice_servers;  ///< JSON array, as RTCConfiguration.iceServers takes it
    std::int64_t ttl_s = 0;   ///< seconds for which it is good
  };

  explicit IceServers(IceConfig config);

  [[nodiscard]] bool has_turn() const noexcept { return !config_.turn_urls.empty(); }
  /// Fresh credentials, where TURN is configured.
  /// @param peer_id  empty: `anon-` and 8 random characters
  /// @param proof    expiry of the token that was shown, which the credential must not outlive; nothing: none has one
  [[nodiscard]] Answer issue(std::string_view peer_id, core::WallTime now, std::optional<core::WallTime> proof,
                             Via via) const;
  /// Adds `grtc_turn_credentials_total{via}`. This must outlive `metrics`.
  void publish(Metrics& metrics) const;

 private:
  IceConfig config_;
  std::string stun_json_;       ///< the STUN entry, or empty
  std::string turn_urls_json_;  ///< `{"urls":[…]`, open for the credential, or empty
  mutable std::array<std::atomic<std::uint64_t>, 2> issued_{};
};

}  // namespace grtc::ops
