#pragma once
#include <chrono>
#include <string>

#include "app/stop_line.hpp"
#include "ops/ice.hpp"
#include "turn/checks.hpp"

namespace grtc::app {

/// What a check of one of STUN_URLS or TURN_URLS came to.
struct IceVerdict {
  std::string url;
  turn::Finding finding;

  /// One line for a person: the URL, then addresses and round trip, or the cause.
  [[nodiscard]] std::string line() const;
};

/// Checks `url`, one without a fault: each of its host's addresses until one works. Blocks for up to half a minute.
/// @param config  whose credentials a TURN URL is tried with
[[nodiscard]] IceVerdict check_ice(const std::string& url, const ops::IceConfig& config, const StopLine& stop);

}  // namespace grtc::app
