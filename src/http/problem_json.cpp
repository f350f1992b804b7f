#include <string>
#include <string_view>

#include "http/message.hpp"
#include "ops/printable.hpp"

namespace grtc::http {
namespace {

std::string body_of(const core::Problem& problem, const core::CodeRow& row) {
  std::string body = R"({"type":"urn:grtc:problem:)";
  body += row.name;
  body += R"(","title":)";
  ops::append_json_string(body, row.title);
  body += R"(,"status":)" + std::to_string(row.http_status);
  body += R"(,"detail":)";
  ops::append_json_string(body, problem.sentence);
  if (!problem.errors.empty()) {
    body += R"(,"errors":[)";
    for (const core::FieldError& error : problem.errors) {
      body += body.back() == '[' ? R"({"field":)" : R"(,{"field":)";
      ops::append_json_string(body, error.field);
      body += R"(,"message":)";
      ops::append_json_string(body, error.message);
      body += '}';
    }
    body += ']';
  }
  body += '}';
  return body;
}

}  // namespace

Response to_problem_json(const core::Problem& problem) {
  const core::CodeRow& row = core::row_of(problem.code);
  Response response;
  response.status = row.http_status;
  response.headers.push_back({"Content-Type", "application/problem+json"});
  response.headers.push_back({"Cache-Control", "no-store"});
  if (problem.retry_after_s > 0) response.headers.push_back({"Retry-After", std::to_string(problem.retry_after_s)});
  // RFC 9110 §15.5.2: a 401 says how one may authenticate.
  if (row.http_status == 401) response.headers.push_back({"WWW-Authenticate", "Bearer realm=\"grtc\""});
  response.body = body_of(problem, row);
  return response;
}

}  // namespace grtc::http
