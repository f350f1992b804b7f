#include "http/routing.hpp"

#include <algorithm>
#include <utility>

#include "http/address.hpp"
#include "http/cors.hpp"
#include "http/websocket_handshake.hpp"

namespace grtc::http {
namespace {

constexpr std::size_t kMaxRequestId = 64;
/// Seconds until a refused WebSocket may try again: the next server is up by then, or a place is free.
constexpr std::uint32_t kUpgradeRetryAfter = 5;

/// An id from a proxy goes into logs and headers as it is.
bool is_request_id(std::string_view id) noexcept {
  return !id.empty() && id.size() <= kMaxRequestId && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
           c == '.';
  });
}

Response problem(core::Code code, std::string sentence, std::uint32_t retry_after_s = 0) {
  return to_problem_json({code, std::move(sentence), {}, retry_after_s});
}

Response wrong_method(const std::string& allow) {
  Response response = problem(core::Code::method_not_allowed, "This path allows " + allow + ".");
  response.headers.push_back({"Allow", allow});
  return response;
}

}  // namespace

Remote make_remote(std::string address, const TrustedProxies& proxies) {
  Remote remote;
  if (const auto parsed = parse_address(address)) {
    remote.trusted = proxies.trusts(*parsed);
    remote.loopback = is_loopback(*parsed);
  }
  remote.address = std::move(address);
  return remote;
}

void identify(Request& request, const Remote& remote, Lane& lane) {
  request.executor = &lane.io;
  request.client = remote.address;
  request.loopback = remote.loopback;
  request.secure = remote.secure;
  if (remote.trusted) {
    if (const auto forwarded = request.header("x-forwarded-for")) {
      request.client = lane.site->options.proxies.client_of(remote.address, *forwarded);
      const auto parsed = parse_address(request.client);
      request.loopback = parsed && is_loopback(*parsed);
    }
    if (const auto proto = request.header("x-forwarded-proto")) request.secure = forwarded_securely(*proto);
    if (const auto id = request.header("x-request-id"); id && is_request_id(*id)) request.id = *id;
  } else if (const Options& options = lane.site->options;
             options.untrusted_forward && request.header("x-forwarded-for")) {
    options.untrusted_forward(remote.address);
  }
  if (request.id.empty()) request.id = lane.next_request_id();
}

std::variant<const Route*, Response> route(Request& request, Site& site, core::TimePoint now,
                                           const AllowedOrigins*& origins) {
  auto found = site.router->find(request.method, request.path);
  origins = &site.options.origins;
  auto* match = std::get_if<Match>(&found);
  const auto* wrong = std::get_if<WrongMethod>(&found);
  if (match != nullptr && match->route->origins) origins = match->route->origins.get();
  if (wrong != nullptr && wrong->origins != nullptr) origins = wrong->origins;
  if (match == nullptr || !match->route->unlimited) {
    if (const std::uint32_t wait_s = site.limiter.take(request.client, now); wait_s > 0) {
      return problem(core::Code::rate_limited, "Too many requests from this address.", wait_s);
    }
  }
  if (match != nullptr) {
    request.params = std::move(match->params);
    return match->route;
  }
  if (request.path == "*") {
    return answer_options(site.options.origins, request, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  }
  if (wrong != nullptr) {
    if (request.method == Method::options) return answer_options(*origins, request, wrong->allow);
    return wrong_method(wrong->allow);
  }
  return problem(core::Code::not_found, "There is nothing at this path.");
}

const Door* door_of(const Options& options, std::string_view path) noexcept {
  for (const Door& door : options.doors) {
    if (door.leads(path)) return &door;
  }
  return nullptr;
}

std::optional<Response> refuse_upgrade(const Door& door, const Request& request, bool http_11, const Lane& lane,
                                       std::shared_ptr<void>& ticket) {
  const Options& options = lane.site->options;
  const AllowedOrigins& origins = door.origins ? *door.origins : options.origins;
  if (const auto refused = check_upgrade(request, http_11)) {
    Response response = to_problem_json(*refused);
    if (refused->code == core::Code::upgrade_required) {
      response.headers.push_back({"Upgrade", "websocket"});
      response.headers.push_back({"Sec-WebSocket-Version", "13"});
    }
    return response;
  }
  const auto origin = request.header("origin");
  if (origin && !origins.allows(*origin, request.header("host").value_or(""))) {
    return problem(core::Code::forbidden, "This origin is not allowed.");
  }
  if (lane.draining()) return problem(core::Code::shutting_down, "The server restarts.", kUpgradeRetryAfter);
  if (options.enter) {
    ticket = options.enter(request.client);
    if (!ticket) return problem(core::Code::unavailable, "There are too many connections.", kUpgradeRetryAfter);
  }
  return std::nullopt;
}

}  // namespace grtc::http
