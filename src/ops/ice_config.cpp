// What of the ICE settings stops the start, and what is only worth a warning.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "ops/ice.hpp"
#include "ops/ice_url.hpp"

namespace grtc::ops {
namespace {

using core::Problem;

constexpr std::size_t kMaxUrls = 8;
constexpr std::size_t kManyUrls = 5;
constexpr std::size_t kShortSecret = 16;
constexpr std::size_t kMaxSecret = 4096;
constexpr std::chrono::seconds kShortTtl{600};

std::optional<Problem> url_problem(const IceConfig& config, const Settings& settings) {
  for (const std::string& url : config.stun_urls) {
    if (auto fault = ice_url_fault(IceKind::stun, url)) return wrong_setting("STUN_URLS", url, *fault);
  }
  for (const std::string& url : config.turn_urls) {
    if (auto fault = ice_url_fault(IceKind::turn, url)) return wrong_setting("TURN_URLS", url, *fault);
  }
  if (config.stun_urls.size() + config.turn_urls.size() > kMaxUrls) {
    const char* name = config.turn_urls.empty() ? "STUN_URLS" : "TURN_URLS";
    std::string all;
    for (const std::string& url : settings.list(name)) all += (all.empty() ? "" : ",") + url;
    return wrong_setting(name, all, "at most 8 URLs in STUN_URLS and TURN_URLS together: browsers slow down past 5");
  }
  return std::nullopt;
}

/// The first line of TURN_SECRET_FILE.
core::Result<std::string> read_secret(const std::string& path) {
  const auto stop = [&path](std::string_view why) { return wrong_setting("TURN_SECRET_FILE", path, why); };
  std::ifstream file(path, std::ios::binary);
  if (!file) return stop(std::string("cannot be read: ") + std::strerror(errno));
  std::string line;
  std::getline(file, line);
  if (file.bad()) return stop("cannot be read: it must be a file whose first line is the secret");
  if (!line.empty() && line.back() == '\r') line.pop_back();
  if (line.empty()) return stop("is empty: its first line must be the secret");
  if (line.size() > kMaxSecret) return stop("its first line must have at most 4096 bytes");
  return line;
}

std::optional<Problem> credential_problem(const Settings& settings, const IceConfig& config) {
  const bool secret = settings.has("TURN_SECRET");
  const bool file = settings.has("TURN_SECRET_FILE");
  const bool username = settings.has("TURN_USERNAME");
  const bool password = settings.has("TURN_PASSWORD");
  const auto stop = [&settings](std::string_view name, std::string_view why) {
    return wrong_setting(name, settings.text(name), why);
  };
  if (secret && file) return stop("TURN_SECRET_FILE", "only one of TURN_SECRET and TURN_SECRET_FILE may be set");
  if (username != password) {
    return stop(username ? "TURN_USERNAME" : "TURN_PASSWORD",
                "TURN_USERNAME and TURN_PASSWORD must be set both or neither");
  }
  if ((secret || file) && username) {
    return stop("TURN_USERNAME", "must be unset while there is a secret: credentials are made from it, or fixed");
  }
  const bool any = secret || file || username;
  if (config.turn_urls.empty() && any) {
    return stop(secret ? "TURN_SECRET"
                : file ? "TURN_SECRET_FILE"
                       : "TURN_USERNAME",
                "needs TURN_URLS such as turn:turn.example.org:3478?transport=udp");
  }
  if (!config.turn_urls.empty() && !any) {
    return wrong_setting("TURN_URLS", config.turn_urls.front(),
                         "needs TURN_SECRET or TURN_SECRET_FILE, or TURN_USERNAME and TURN_PASSWORD");
  }
  return std::nullopt;
}

void warn_of_urls(IceConfig& config, bool production) {
  if (config.stun_urls.size() + config.turn_urls.size() >= kManyUrls) {
    config.warnings.emplace_back("STUN_URLS and TURN_URLS: browsers slow down with 5 URLs and more");
  }
  if (!production) return;
  for (const auto* urls : {&config.stun_urls, &config.turn_urls}) {
    for (const std::string& url : *urls) {
      if (is_private_ice_host(url)) {
        config.warnings.push_back(url + ": a private host, which browsers reach from its own network only");
      }
    }
  }
}

}  // namespace

core::Result<IceConfig> IceConfig::read(const Settings& settings) {
  IceConfig config;
  config.stun_urls = settings.list("STUN_URLS");
  config.turn_urls = settings.list("TURN_URLS");
  config.turn_secret = settings.text("TURN_SECRET");
  config.turn_username = settings.text("TURN_USERNAME");
  config.turn_password = settings.text("TURN_PASSWORD");
  config.ttl = settings.seconds("TURN_TTL_S");
  if (auto problem = url_problem(config, settings)) return *std::move(problem);
  if (auto problem = credential_problem(settings, config)) return *std::move(problem);
  const char* source = "TURN_SECRET";
  if (settings.has("TURN_SECRET_FILE")) {
    source = "TURN_SECRET_FILE";
    auto secret = read_secret(settings.text(source));
    if (!secret) return secret.error();
    config.turn_secret = *std::move(secret);
  }
  if (!config.turn_secret.empty() && config.turn_secret.size() < kShortSecret) {
    constexpr std::string_view kTooShort = "the secret must have at least 16 bytes, or it can be guessed";
    if (settings.production()) return wrong_setting(source, settings.text(source), kTooShort);
    config.warnings.push_back(std::string(source) + ": " + std::string(kTooShort));
  }
  warn_of_urls(config, settings.production());
  if (config.ttl < kShortTtl) {
    config.warnings.emplace_back("TURN_TTL_S: under 600, relayed calls must renew their credentials often");
  }
  return config;
}

}  // namespace grtc::ops
