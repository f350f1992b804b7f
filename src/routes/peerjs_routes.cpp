#include "routes/peerjs_routes.hpp"

#include <algorithm>
#include <utility>

#include "ops/printable.hpp"
#include "signalling/random_id.hpp"

namespace grtc::routes {
namespace {

using http::Reply;
using http::Response;
using Request = std::shared_ptr<const http::Request>;

Response plain(std::uint16_t status, std::string text) {
  Response response;
  response.status = status;
  response.headers.push_back({"Content-Type", "text/plain; charset=utf-8"});
  response.headers.push_back({"Cache-Control", "no-store"});
  response.body = std::move(text);
  return response;
}

Response id_list(std::vector<std::string> ids) {
  std::sort(ids.begin(), ids.end());
  std::string json = "[";
  for (const std::string& id : ids) {
    if (json.size() > 1) json += ',';
    ops::append_json_string(json, id);
  }
  return http::no_store(http::json_response(200, json + "]"));
}

/// A handler for the keys that are served; any other is 404.
template <class Handle>
http::Handler for_key(const std::shared_ptr<const PeerjsRoutes>& routes, Handle handle) {
  return [routes, handle](Request request, Reply reply) {
    const std::string& key = request->params.front();
    if (std::find(routes->keys.begin(), routes->keys.end(), key) == routes->keys.end()) {
      return reply(http::to_problem_json({core::Code::not_found, "There is no such key.", {}, 0}));
    }
    handle(*routes, request, std::move(reply));
  };
}

void fresh_id(const PeerjsRoutes& /*routes*/, const Request& /*request*/, const Reply& reply) {
  reply(plain(200, signalling::random_uuid()));
}

void list_ids(const PeerjsRoutes& routes, const Request& request, Reply reply) {
  // The client has a message of its own for 401, whatever stands against it.
  if (!routes.discovery && routes.guard.refusal(*request)) return reply(plain(401, "Unauthorized"));
  routes.ids(request->params.front(), *request->executor,
             [request, reply = std::move(reply)](std::vector<std::string> ids) { reply(id_list(std::move(ids))); });
}

void about(const Request& /*request*/, const Reply& reply) {
  reply(http::json_response(
      200,
      R"({"name":"PeerJS Server","description":"gRTC, which serves PeerJS clients.","website":"https://peerjs.com/"})"));
}

}  // namespace

void add_peerjs_routes(http::Router& router, PeerjsRoutes with) {
  const auto routes = std::make_shared<const PeerjsRoutes>(std::move(with));
  const auto add = [&](const std::string& pattern, http::Handler handler) {
    router.add({http::Method::get, pattern, std::move(handler), false, routes->origins});
  };
  add(routes->path + "{key}/id", for_key(routes, fresh_id));
  add(routes->path + "{key}/peers", for_key(routes, list_ids));
  if (routes->path != "/") add(routes->path, about);
}

}  // namespace grtc::routes
