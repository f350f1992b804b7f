#pragma once
#include <vector>

#include "cluster/shared_rooms.hpp"
#include "http/server.hpp"
#include "items/feed.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"
#include "signalling/grtc_hub.hpp"

namespace grtc::app {

using Hubs = std::vector<signalling::GrtcHub*>;

/// Adds what the parts count to `/metrics`. All of them must outlive `metrics`.
void publish_signalling(ops::Metrics& metrics, const Hubs& hubs);
void publish_cluster(ops::Metrics& metrics, const std::vector<cluster::SharedRooms*>& rooms);
void publish_feed(ops::Metrics& metrics, const items::Feed& feed);
void publish_program(ops::Metrics& metrics, const ops::Log& log);

}  // namespace grtc::app
