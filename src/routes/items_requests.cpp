#include "routes/items_requests.hpp"

#include <algorithm>
#include <charconv>

#include "items/precondition.hpp"
#include "items/rules.hpp"
#include "ops/base64.hpp"
#include "ops/secret.hpp"

namespace grtc::routes {
namespace {

constexpr std::size_t kMaxKeyChars = 200;

/// RFC 9110 §8.3.1: the type without its parameters, in lower case.
std::string media_type_of(std::string_view header) {
  header = header.substr(0, header.find(';'));
  constexpr std::string_view kSpace = " \t";
  header.remove_prefix(std::min(header.find_first_not_of(kSpace), header.size()));
  header = header.substr(0, header.find_last_not_of(kSpace) + 1);
  std::string type(header);
  std::transform(type.begin(), type.end(), type.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return type;
}

}  // namespace

core::Result<items::ItemId> item_id_of(const http::Request& request) {
  const std::string& text = request.params.at(0);
  items::ItemId id = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  // One item has one address: 7, and not also 007.
  if (whole && id > 0 && text.front() != '0') return id;
  return core::Problem{core::Code::not_found, "There is no such item.", {}, 0};
}

core::Result<void> check_content_type(const http::Request& request, std::initializer_list<std::string_view> types) {
  const std::string given = media_type_of(request.header("content-type").value_or(""));
  if (std::find(types.begin(), types.end(), given) != types.end()) return {};
  std::string sentence = "The Content-Type must be";
  for (const std::string_view type : types) {
    sentence += type == *types.begin() ? " " : " or ";
    sentence += type;
  }
  return core::Problem{core::Code::unsupported_media_type, sentence + '.', {}, 0};
}

core::Result<void> check_items_token(const http::Request& request, const std::string& token) {
  if (token.empty()) return {};
  const auto given = request.bearer();
  if (given && ops::constant_time_equal(*given, token)) return {};
  return core::Problem{
      core::Code::unauthorized, "Writing items needs `Authorization: Bearer` with the ITEMS_TOKEN.", {}, 0};
}

core::Result<std::optional<items::Idempotency>> idempotency_of(const http::Request& request) {
  const auto key = request.header("idempotency-key");
  if (!key) return std::optional<items::Idempotency>();
  if (key->empty() || items::count_chars(*key) > kMaxKeyChars) {
    return core::Problem{core::Code::unprocessable,
                         "The Idempotency-Key must have 1 to 200 characters.",
                         {{"Idempotency-Key", "must have 1 to 200 characters"}},
                         0};
  }
  // A digest of the body with a key that is no secret: equal bodies are told, nothing more.
  const std::string digest = ops::hmac_sha256("grtc idempotency", request.body);
  return std::optional(items::Idempotency{std::string(*key), ops::base64url(digest)});
}

items::Precondition precondition_of(const http::Request& request, items::ItemId id) {
  return items::parse_precondition(id, request.header("if-match"), request.header("if-none-match"));
}

}  // namespace grtc::routes
