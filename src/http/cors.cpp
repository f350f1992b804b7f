#include "http/cors.hpp"

namespace grtc::http {
namespace {

constexpr std::string_view kRequestHeaders =
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID";
constexpr std::string_view kExposedHeaders = "ETag, Location, Retry-After, X-Request-Id";
/// Seconds. Browsers cap it at 2 h (Chromium); ten minutes keep a changed ALLOWED_ORIGINS from lagging.
constexpr std::string_view kMaxAge = "600";

}  // namespace

void append_cors(std::string& head, const AllowedOrigins& origins, const Request& request) {
  if (origins.only_same()) return;
  // Also without an Origin in this request: a cache may hand the answer to one that has it.
  const bool names_any = origins.any() && !origins.reflects();
  if (!names_any) head += "Vary: Origin\r\n";
  const auto origin = request.header("origin");
  if (!origin || !origins.lists(*origin)) return;
  // Tokens travel in Authorization, not in cookies: no Allow-Credentials, and `*` stays legal.
  head.append("Access-Control-Allow-Origin: ").append(names_any ? "*" : *origin).append("\r\n");
  head.append("Access-Control-Expose-Headers: ").append(kExposedHeaders).append("\r\n");
}

Response answer_options(const AllowedOrigins& origins, const Request& request, std::string_view allow) {
  Response response;
  response.status = 204;
  response.headers.push_back({"Allow", std::string(allow)});
  const auto origin = request.header("origin");
  if (origin && origins.lists(*origin) && request.header("access-control-request-method")) {
    response.headers.push_back({"Access-Control-Allow-Methods", std::string(allow)});
    response.headers.push_back({"Access-Control-Allow-Headers", std::string(kRequestHeaders)});
    response.headers.push_back({"Access-Control-Max-Age", std::string(kMaxAge)});
  }
  return response;
}

}  // namespace grtc::http
