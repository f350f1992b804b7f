#include <string>
#include <string_view>

#include <simdjson.h>

#include "http/message.hpp"

namespace grtc::http {
namespace {

/// Appends `text` as a JSON string (RFC 8259 §7). A sentence may quote a client: what is no UTF-8 is replaced.
void append_json_string(std::string& out, std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  const bool valid = simdjson::validate_utf8(text.data(), text.size());
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 0xFU];
    } else {
      out += byte >= 0x80 && !valid ? '?' : c;
    }
  }
  out += '"';
}

std::string body_of(const core::Problem& problem, const core::CodeRow& row) {
  std::string body = R"({"type":"urn:grtc:problem:)";
  body += row.name;
  body += R"(","title":)";
  append_json_string(body, row.title);
  body += R"(,"status":)" + std::to_string(row.http_status);
  body += R"(,"detail":)";
  append_json_string(body, problem.sentence);
  if (!problem.errors.empty()) {
    body += R"(,"errors":[)";
    for (const core::FieldError& error : problem.errors) {
      body += body.back() == '[' ? R"({"field":)" : R"(,{"field":)";
      append_json_string(body, error.field);
      body += R"(,"message":)";
      append_json_string(body, error.message);
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
