#pragma once
#include <string_view>

#include "http/router.hpp"

namespace grtc::routes {

/// The description of all routes, OpenAPI 3.1: src/routes/openapi.json with this version in it.
[[nodiscard]] std::string_view openapi_json() noexcept;

/// Adds `GET /openapi.json`.
void add_openapi_route(http::Router& router);

}  // namespace grtc::routes
