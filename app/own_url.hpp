#pragma once
#include <string>

#include "ops/settings.hpp"

namespace grtc::app {

/// Where a server with these settings listens, seen from its own machine: `http://127.0.0.1:8001`.
[[nodiscard]] std::string own_url(const ops::Settings& settings);

}  // namespace grtc::app
