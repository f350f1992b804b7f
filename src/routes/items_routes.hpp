#pragma once
#include <string>

#include "http/router.hpp"
#include "items/feed.hpp"
#include "items/item_store.hpp"

namespace grtc::routes {

struct ItemsRouteOptions {
  items::ItemStore& store;  ///< must outlive the router
  items::Feed& feed;        ///< must outlive the router
  std::string items_token;  ///< ITEMS_TOKEN; empty: writes are open
};

/// Adds `/api/items`, `/api/items/{id}` and `/api/items/events` (docs/http-api.md).
void add_items_routes(http::Router& router, ItemsRouteOptions options);

}  // namespace grtc::routes
