#include <array>
#include <cstdio>

#include "app/arguments.hpp"
#include "app/errors.hpp"
#include "app/ice_check.hpp"
#include "ops/ice_url.hpp"

namespace grtc::app {
namespace {

constexpr const char* kTurn = "grtc turn check";

/// The settings of the environment, with `url` in the place of the one kind of URL that it is.
core::Result<ops::IceConfig> config_with(const std::string& url) {
  const bool turn = url.starts_with("turn");
  const auto instead = [&url, turn](std::string_view name) -> std::optional<std::string> {
    if (!url.empty() && name == (turn ? "TURN_URLS" : "STUN_URLS")) return url;
    return std::nullopt;
  };
  const auto settings = ops::Settings::load(instead, ops::Settings::environment());
  if (!settings) return settings.error();
  return ops::IceConfig::read(*settings);
}

int check(Words words) {
  std::string url;
  const std::string purpose =
      "Asks each of STUN_URLS for this side's address, and makes a real allocation on each of TURN_URLS and sends a "
      "packet to itself through it. One line each; exit code 0 when all work, 1 when not.";
  if (const auto end = read_arguments(kTurn, purpose,
                                      {{.name = "--url",
                                        .help = "check this one only, as turn:turn.example.org:3478?transport=udp",
                                        .text = &url,
                                        .shown_default = "all that are configured"}},
                                      words)) {
    return *end;
  }
  if (!url.empty()) {
    const auto kind = url.starts_with("turn") ? ops::IceKind::turn : ops::IceKind::stun;
    if (const auto fault = ops::ice_url_fault(kind, url)) return say_wrong(kTurn, "--url=" + url + ": " + *fault);
  }
  const auto config = config_with(url);
  if (!config) return say_wrong(kTurn, config.error().sentence);
  std::vector<std::string> urls = config->stun_urls;
  urls.insert(urls.end(), config->turn_urls.begin(), config->turn_urls.end());
  if (!url.empty()) urls = {url};
  if (urls.empty()) return say_wrong(kTurn, "there is nothing to check: STUN_URLS and TURN_URLS are not set");
  const StopLine never;
  int code = kDone;
  for (const std::string& one : urls) {
    const IceVerdict verdict = check_ice(one, *config, never);
    std::printf("%s %s\n", verdict.finding.works ? "ok  " : "FAIL", verdict.line().c_str());
    std::fflush(stdout);  // the next one may take seconds
    if (!verdict.finding.works) code = kFailed;
  }
  return code;
}

constexpr std::array kCommands{
    Command{"check", check, "try each STUN and TURN server, and name what is wrong with it"}};

}  // namespace

int turn(Words words) {
  return run_one_of("grtc turn", "Works on the STUN and TURN servers of the settings.", kCommands, words);
}

}  // namespace grtc::app
