#include "ops/jwt.hpp"

#include <simdjson.h>

#include "ops/base64.hpp"
#include "ops/printable.hpp"
#include "ops/secret.hpp"

namespace grtc::ops {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::string_view kMalformed = "The room token is not a valid JWT. Ask for a new invitation.";
constexpr std::string_view kWrong = "The room token is not signed by this server. Ask for a new invitation.";
constexpr std::string_view kAlgorithm = "The room token must be signed with HS256.";
constexpr std::string_view kExpired = "The room token has expired. Ask for a new invitation.";
constexpr std::string_view kNoExpiry = "The room token has no expiry (exp). Ask for a new invitation.";
constexpr std::string_view kTooEarly = "The room token is not valid yet. Check the clock, or try again later.";
constexpr std::string_view kNoRoom = "The room token names no room (room). Ask for a new invitation.";
constexpr std::string_view kBadSubject = "The room token's peer (sub) is not a text. Ask for a new invitation.";
/// 9999-12-31: later times do not fit RFC 3339 nor, as milliseconds, every double.
constexpr double kLatest = 253402300799.0;

core::Problem refused(std::string_view sentence) {
  return {core::Code::unauthorized, std::string(sentence), {}, 0};
}

struct TokenParts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signed_text;
};

std::optional<TokenParts> split_token(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  return TokenParts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
                    token.substr(0, second)};
}

std::optional<object> parse_object(simdjson::dom::parser& parser, std::string_view encoded) {
  const auto text = from_base64url(encoded);
  object parsed;
  if (!text || parser.parse(*text).get(parsed) != simdjson::SUCCESS) return std::nullopt;
  return parsed;
}

/// NumericDate: seconds, perhaps with a fraction (RFC 7519 §2).
std::optional<core::WallTime> numeric_date(const element& value) {
  double seconds = 0;
  if (value.get(seconds) != simdjson::SUCCESS || !(seconds >= 0 && seconds <= kLatest)) return std::nullopt;
  return core::WallTime(std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000)));
}

core::Result<RoomClaims> read_claims(const object& payload, core::WallTime now) {
  RoomClaims claims;
  element value;
  if (payload["exp"].get(value) != simdjson::SUCCESS) return refused(kNoExpiry);
  const auto expires = numeric_date(value);
  if (!expires) return refused(kNoExpiry);
  if (now >= *expires) return refused(kExpired);
  claims.expires = *expires;
  if (payload["nbf"].get(value) == simdjson::SUCCESS) {
    const auto begins = numeric_date(value);
    if (!begins) return refused(kMalformed);
    if (now < *begins) return refused(kTooEarly);
  }
  std::string_view text;
  if (payload["room"].get(text) != simdjson::SUCCESS || text.empty()) return refused(kNoRoom);
  claims.room = text;
  if (payload["sub"].get(value) == simdjson::SUCCESS) {
    if (value.get(text) != simdjson::SUCCESS || text.empty()) return refused(kBadSubject);
    claims.peer_id = std::string(text);
  }
  return claims;
}

}  // namespace

core::Result<RoomClaims> verify_room_token(std::string_view token, std::string_view secret, core::WallTime now) {
  if (token.size() > kMaxRoomToken) return refused(kMalformed);
  const auto parts = split_token(token);
  if (!parts) return refused(kMalformed);
  simdjson::dom::parser parser;
  const auto header = parse_object(parser, parts->header);
  if (!header) return refused(kMalformed);
  std::string_view algorithm;
  if ((*header)["alg"].get(algorithm) != simdjson::SUCCESS || algorithm != "HS256") return refused(kAlgorithm);
  // RFC 7515 §4.1.11: who does not know a critical extension must refuse, and we know none.
  if ((*header)["crit"].error() == simdjson::SUCCESS) return refused(kMalformed);
  const auto signature = from_base64url(parts->signature);
  if (!signature) return refused(kMalformed);
  if (!constant_time_equal(*signature, hmac_sha256(secret, parts->signed_text))) return refused(kWrong);
  // Only now, so that a stranger's payload is not even parsed.
  const auto payload = parse_object(parser, parts->payload);
  if (!payload) return refused(kMalformed);
  return read_claims(*payload, now);
}

std::string sign_room_token(const RoomClaims& claims, std::string_view secret) {
  std::string payload = "{\"room\":";
  append_json_string(payload, claims.room);
  if (claims.peer_id) {
    payload += ",\"sub\":";
    append_json_string(payload, *claims.peer_id);
  }
  const auto expires = std::chrono::floor<std::chrono::seconds>(claims.expires.time_since_epoch());
  payload += ",\"exp\":" + std::to_string(expires.count()) + "}";
  std::string token = base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + base64url(payload);
  token += "." + base64url(hmac_sha256(secret, token));
  return token;
}

}  // namespace grtc::ops
