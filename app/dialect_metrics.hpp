#pragma once
#include <string>
#include <vector>

#include "ops/metrics.hpp"
#include "signalling/compat_hub.hpp"

namespace grtc::app {

/// Adds what the hubs of one dialect count to `/metrics`, with the label `protocol`. They must outlive `metrics`.
void publish_dialect(ops::Metrics& metrics, const std::string& protocol,
                     std::vector<const signalling::CompatHub*> hubs);

}  // namespace grtc::app
