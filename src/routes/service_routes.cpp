#include "routes/service_routes.hpp"

#include "ops/printable.hpp"

namespace grtc::routes {
namespace {

using core::Code;
using http::Response;
using http::to_problem_json;

constexpr std::uint32_t kRetryWhileStartingS = 1;

Response health(const ServiceOptions& options) {
  const bool readable = options.database_readable();
  const auto uptime = std::chrono::floor<std::chrono::seconds>(options.clock() - options.started_at);
  std::string_view redis = "off";
  if (options.replicas_reachable) redis = options.replicas_reachable() ? "ok" : "down";
  const std::string_view status = !readable ? "down" : redis == "down" ? "degraded" : "ok";
  std::string json = R"({"status":")";
  json.append(status).append(R"(","version":)");
  ops::append_json_string(json, options.version);
  json += ",\"uptime_s\":" + std::to_string(uptime.count()) + ",\"environment\":";
  ops::append_json_string(json, options.environment);
  json.append(R"(,"checks":{"database":")").append(readable ? "ok" : "down");
  json.append(R"(","redis":")").append(redis).append("\"}");
  json += ",\"rooms\":" + std::to_string(options.rooms()) + ",\"peers\":" + std::to_string(options.peers()) + "}";
  return http::no_store(http::json_response(readable ? 200 : 503, std::move(json)));
}

Response ready(const ServiceOptions& options) {
  switch (options.readiness()) {
    case Readiness::ready:
      return http::no_store(http::json_response(200, R"({"status":"ready"})"));
    case Readiness::starting:
      return to_problem_json({Code::unavailable, "The server is starting.", {}, kRetryWhileStartingS});
    case Readiness::draining:
      break;
  }
  return to_problem_json({Code::shutting_down, "The server is draining before it stops.", {}, kRetryWhileStartingS});
}

Response metrics(const ServiceOptions& options) {
  Response response;
  response.headers.push_back({"Content-Type", std::string(ops::Metrics::kContentType)});
  response.body = options.metrics.scrape();
  return http::no_store(std::move(response));
}

}  // namespace

void add_service_routes(http::Router& router, ServiceOptions options) {
  const auto shared = std::make_shared<const ServiceOptions>(std::move(options));
  const auto add = [&router, &shared](const char* path, Response (*answer)(const ServiceOptions&)) {
    router.add({http::Method::get, path,
                [shared, answer](const std::shared_ptr<const http::Request>&, const http::Reply& reply) {
                  reply(answer(*shared));
                },
                true});
  };
  add("/health", health);
  add("/ready", ready);
  add("/metrics", metrics);
}

}  // namespace grtc::routes
