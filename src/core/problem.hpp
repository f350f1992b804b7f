#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

namespace grtc::core {

/// Every way in which gRTC refuses something. Each is a row of kCodes; the names are stable and documented.
enum class Code : std::uint8_t {
  // grtc.v1, fatal: an `error` frame, then a close (docs/signalling.md).
  bad_request,
  unauthorized,
  forbidden,
  peer_id_taken,
  session_replaced,
  room_full,
  rate_limited,
  slow_client,
  no_heartbeat,
  shutting_down,
  out_of_reach,
  // grtc.v1, the socket stays open.
  bad_json,
  bad_message,
  reserved_type,
  missing_to,
  unknown_peer,
  too_deep,
  // HTTP.
  not_found,
  method_not_allowed,
  timed_out,
  conflict,
  version_moved_on,
  too_large,
  unsupported_media_type,
  unprocessable,
  upgrade_required,
  head_too_large,
  internal,
  unavailable,
  storage_full,
};

struct CodeRow {
  Code code;
  std::string_view name;      ///< in `error` frames and, as `urn:grtc:problem:<name>`, in problem+json
  std::uint16_t close_code;   ///< RFC 6455 §7.4.2 private range or §7.4.1; 0: the socket stays open
  std::uint16_t http_status;  ///< RFC 9110 §15
  std::string_view title;     ///< the same words for each occurrence (RFC 9457 §3.1.3)
};

inline constexpr auto kCodes = std::to_array<CodeRow>({
    {Code::bad_request, "bad-request", 4400, 400, "Bad request"},
    {Code::unauthorized, "unauthorized", 4401, 401, "Unauthorized"},
    {Code::forbidden, "forbidden", 4403, 403, "Forbidden"},
    {Code::peer_id_taken, "peer-id-taken", 4409, 409, "Peer id taken"},
    {Code::session_replaced, "session-replaced", 4410, 409, "Session replaced"},
    {Code::room_full, "room-full", 4413, 409, "Room full"},
    {Code::rate_limited, "rate-limited", 4429, 429, "Too many requests"},
    {Code::slow_client, "slow-client", 4408, 408, "Client reads too slowly"},
    {Code::no_heartbeat, "no-heartbeat", 4408, 408, "No heartbeat answered"},
    {Code::shutting_down, "shutting-down", 1012, 503, "Server restarts"},
    {Code::out_of_reach, "out-of-reach", 1013, 503, "Other replicas out of reach"},
    {Code::bad_json, "bad-json", 0, 400, "Not JSON"},
    {Code::bad_message, "bad-message", 0, 400, "Bad message"},
    {Code::reserved_type, "reserved-type", 0, 400, "Reserved type"},
    {Code::missing_to, "missing-to", 0, 400, "Receiver missing"},
    {Code::unknown_peer, "unknown-peer", 0, 404, "No such peer"},
    {Code::too_deep, "too-deep", 0, 422, "Nested too deeply"},
    {Code::not_found, "not-found", 0, 404, "Not found"},
    {Code::method_not_allowed, "method-not-allowed", 0, 405, "Method not allowed"},
    {Code::timed_out, "timed-out", 0, 408, "Request timed out"},
    {Code::conflict, "conflict", 0, 409, "Conflict"},
    {Code::version_moved_on, "version-moved-on", 0, 412, "Version moved on"},
    {Code::too_large, "too-large", 0, 413, "Too large"},
    {Code::unsupported_media_type, "unsupported-media-type", 0, 415, "Unsupported media type"},
    {Code::unprocessable, "unprocessable", 0, 422, "Input breaks a rule"},
    {Code::upgrade_required, "upgrade-required", 0, 426, "Upgrade required"},
    {Code::head_too_large, "head-too-large", 0, 431, "Request head too large"},
    {Code::internal, "internal", 0, 500, "Internal error"},
    {Code::unavailable, "unavailable", 0, 503, "Unavailable"},
    {Code::storage_full, "storage-full", 0, 507, "Storage full"},
});

/// The row of `code`. Total: every enumerator has one (a test walks them).
[[nodiscard]] constexpr const CodeRow& row_of(Code code) noexcept {
  return kCodes[static_cast<std::size_t>(code)];
}

/// One input that breaks a rule (problem+json `errors`).
struct FieldError {
  std::string field;    ///< the member's or parameter's name
  std::string message;  ///< one sentence for a person
};

/// A refusal on its way to the edge, where it becomes an `error` frame or a problem+json.
struct Problem {
  Code code = Code::internal;
  std::string sentence;             ///< one sentence for a person; holds no secret
  std::vector<FieldError> errors;   ///< what of the input is to blame; may be empty
  std::uint32_t retry_after_s = 0;  ///< seconds; 0: not said
};

/// A value, or the Problem that stands in its way. `.value()` on a Problem throws std::logic_error: ask first.
template <class T>
using Result = boost::system::result<T, Problem>;

/// Found by argument-dependent look-up when `.value()` is called on a Problem.
[[noreturn]] void throw_exception_from_error(const Problem& problem, const boost::source_location& where);

}  // namespace grtc::core
