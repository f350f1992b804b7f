#include "ops/ice.hpp"

#include <algorithm>

#include "ops/base64.hpp"
#include "ops/printable.hpp"
#include "ops/secret.hpp"

namespace grtc::ops {
namespace {

constexpr std::size_t kMaxPeer = 384;
constexpr std::size_t kAnonymousBytes = 6;  // 8 characters

/// RFC 3986 §2.3.
bool is_unreserved(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

std::string urls_json(const std::vector<std::string>& urls) {
  std::string json = "{\"urls\":[";
  for (const std::string& url : urls) {
    if (json.back() != '[') json += ',';
    append_json_string(json, url);
  }
  return json + "]";
}

}  // namespace

std::string turn_username(std::int64_t expiry, std::string_view peer_id) {
  std::string peer;
  for (const char c : peer_id) {
    const std::size_t bytes = is_unreserved(c) ? 1 : 3;
    if (peer.size() + bytes > kMaxPeer) break;
    if (bytes == 1) {
      peer += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      peer += {'%', "0123456789ABCDEF"[byte >> 4U], "0123456789ABCDEF"[byte & 0xFU]};
    }
  }
  return std::to_string(expiry) + ":" + peer;
}

std::string turn_credential(std::string_view secret, std::string_view username) {
  return base64(hmac_sha1(secret, username));
}

IceServers::IceServers(IceConfig config) : config_(std::move(config)) {
  if (!config_.stun_urls.empty()) stun_json_ = urls_json(config_.stun_urls) + "}";
  if (!config_.turn_urls.empty()) turn_urls_json_ = urls_json(config_.turn_urls);
}

IceServers::Answer IceServers::issue(std::string_view peer_id, core::WallTime now, std::optional<core::WallTime> proof,
                                     Via via) const {
  const auto now_s = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
  auto expiry = now_s + config_.ttl;
  if (proof) expiry = std::min(expiry, std::chrono::floor<std::chrono::seconds>(proof->time_since_epoch()));
  Answer answer{"[" + stun_json_, std::max<std::int64_t>(0, (expiry - now_s).count())};
  if (has_turn()) {
    std::string username = config_.turn_username;
    std::string credential = config_.turn_password;
    if (!config_.turn_secret.empty()) {
      const std::string anonymous = peer_id.empty() ? "anon-" + random_text(kAnonymousBytes) : std::string();
      username = turn_username(expiry.count(), peer_id.empty() ? std::string_view(anonymous) : peer_id);
      credential = turn_credential(config_.turn_secret, username);
    }
    if (!stun_json_.empty()) answer.ice_servers += ',';
    answer.ice_servers += turn_urls_json_ + ",\"username\":";
    append_json_string(answer.ice_servers, username);
    answer.ice_servers += ",\"credential\":";
    append_json_string(answer.ice_servers, credential);
    answer.ice_servers += '}';
    issued_[static_cast<std::size_t>(via)].fetch_add(1, std::memory_order_relaxed);
  }
  answer.ice_servers += ']';
  return answer;
}

void IceServers::publish(Metrics& metrics) const {
  static constexpr std::array<const char*, 2> kVia{"welcome", "http"};
  for (std::size_t i = 0; i < kVia.size(); ++i) {
    metrics.counter("grtc_turn_credentials_total", "TURN credentials handed out", {{"via", kVia[i]}},
                    [this, i] { return static_cast<double>(issued_[i].load(std::memory_order_relaxed)); });
  }
}

}  // namespace grtc::ops
