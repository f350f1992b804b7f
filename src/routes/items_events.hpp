#pragma once
#include "http/router.hpp"
#include "items/feed.hpp"

namespace grtc::routes {

/// Adds `GET /api/items/events`: the feed as a text/event-stream, from `Last-Event-ID` (header, or query parameter
/// `last_event_id` for clients that can't set one) on. `feed` must outlive the router.
void add_items_events(http::Router& router, items::Feed& feed);

}  // namespace grtc::routes
