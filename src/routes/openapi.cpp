#include "routes/openapi.hpp"

namespace grtc::routes {
namespace {

constexpr std::string_view kText =
#include "routes/openapi_text.inc"  // made from openapi.json by the build
    ;

}  // namespace

std::string_view openapi_json() noexcept {
  return kText;
}

void add_openapi_route(http::Router& router) {
  router.add(
      {http::Method::get, "/openapi.json", [](const std::shared_ptr<const http::Request>&, const http::Reply& reply) {
         http::Response response = http::json_response(200, {});
         response.headers.push_back({"Cache-Control", "no-cache"});
         response.shared_body = kText;
         reply(std::move(response));
       }});
}

}  // namespace grtc::routes
