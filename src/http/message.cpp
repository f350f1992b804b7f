#include "http/message.hpp"

#include <algorithm>
#include <array>

#include "http/header_list.hpp"
#include "http/percent.hpp"

namespace grtc::http {
namespace {

constexpr std::array<std::string_view, 8> kMethodNames{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", ""};

}  // namespace

std::string_view name_of(Method method) noexcept {
  return kMethodNames[static_cast<std::size_t>(method)];
}

Method method_of(std::string_view name) noexcept {
  const auto found = std::find(kMethodNames.begin(), kMethodNames.end(), name);
  return found == kMethodNames.end() ? Method::other : static_cast<Method>(found - kMethodNames.begin());
}

Query Query::parse(std::string_view raw) {
  Query query;
  while (!raw.empty()) {
    const std::size_t end = std::min(raw.find('&'), raw.size());
    const std::string_view pair = raw.substr(0, end);
    raw.remove_prefix(std::min(end + 1, raw.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view name = pair.substr(0, equals);
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    std::optional<std::string> decoded_name = form_decode(name);
    std::optional<std::string> decoded_value = form_decode(value);
    if (decoded_name && decoded_value) {
      query.pairs_.emplace_back(std::move(*decoded_name), std::move(*decoded_value));
    } else {
      query.pairs_.emplace_back(name, value);
    }
  }
  return query;
}

std::optional<std::string_view> Query::get(std::string_view name) const {
  const auto found =
      std::find_if(pairs_.rbegin(), pairs_.rend(), [name](const auto& pair) { return pair.first == name; });
  if (found == pairs_.rend()) return std::nullopt;
  return found->second;
}

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const Header& header : headers) {
    if (header.name == name) return header.value;
  }
  return std::nullopt;
}

std::optional<std::string_view> Request::bearer() const {
  static constexpr std::string_view kScheme = "bearer ";
  const auto value = header("authorization");
  if (!value || !equal_ignoring_case(value->substr(0, kScheme.size()), kScheme)) return std::nullopt;
  return trim(value->substr(kScheme.size()));
}

Response json_response(std::uint16_t status, std::string body) {
  Response response;
  response.status = status;
  response.headers.push_back({"Content-Type", "application/json; charset=utf-8"});
  response.body = std::move(body);
  return response;
}

Response no_store(Response response) {
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

}  // namespace grtc::http
