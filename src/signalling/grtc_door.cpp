#include "signalling/grtc_door.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <utility>

#include "http/percent.hpp"
#include "http/websocket_handshake.hpp"
#include "ops/jwt.hpp"
#include "signalling/names.hpp"

namespace grtc::signalling {
namespace {

using core::Code;
using core::Problem;

constexpr std::string_view kPrefix = "/ws/";
constexpr std::string_view kSubprotocol = "grtc.v1";

Problem bad_request(std::string_view what, std::string_view fault) {
  return {Code::bad_request, std::string(what) + " " + std::string(fault) + ".", {}, 0};
}

/// RFC 6455 §4.2.2: of the protocols that the client lists we choose ours, or none.
bool offers_subprotocol(const http::Request& request) {
  std::string_view list = request.header("sec-websocket-protocol").value_or(std::string_view());
  while (!list.empty()) {
    std::string_view item = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), item.size() + 1));
    while (item.starts_with(' ') || item.starts_with('\t')) item.remove_prefix(1);
    while (item.ends_with(' ') || item.ends_with('\t')) item.remove_suffix(1);
    if (item == kSubprotocol) return true;
  }
  return false;
}

std::optional<Problem> read_names(const http::Request& request, Arrival& arrival) {
  const auto room = http::percent_decode(std::string_view(request.path).substr(kPrefix.size()));
  if (!room) return bad_request("The room", "must be percent-encoded correctly");
  if (const auto fault = name_fault(*room)) return bad_request("The room", *fault);
  arrival.room = *room;
  if (const auto peer_id = request.query.get("peer_id")) {
    if (const auto fault = name_fault(*peer_id)) return bad_request("'peer_id'", *fault);
    arrival.peer_id = *peer_id;
  }
  if (const auto name = request.query.get("name")) {
    if (const auto fault = display_name_fault(*name)) return bad_request("'name'", *fault);
    arrival.name = *name;
  }
  return std::nullopt;
}

std::optional<Problem> check_token(const http::Request& request, const std::string& secret, core::WallTime now,
                                   Arrival& arrival) {
  if (secret.empty()) return std::nullopt;
  auto token = request.query.get("token");
  if (!token) token = request.bearer();
  if (!token) return Problem{Code::unauthorized, "This room needs a token. Ask for an invitation.", {}, 0};
  const auto claims = ops::verify_room_token(*token, secret, now);
  if (claims.has_error()) return claims.error();
  if (!claims->allows_room(arrival.room)) {
    return Problem{Code::unauthorized, "The token is for another room. Ask for an invitation to this one.", {}, 0};
  }
  if (arrival.peer_id.empty() && claims->peer_id) {
    if (name_fault(*claims->peer_id)) return bad_request("The token's 'sub'", "is no peer id");
    arrival.peer_id = *claims->peer_id;
  }
  if (!claims->allows_peer(arrival.peer_id)) {
    return Problem{Code::unauthorized, "The token is for another peer id.", {}, 0};
  }
  arrival.proof_expires = claims->expires;
  return std::nullopt;
}

/// A `session` that can't be one of ours is as unknown as any other: the client gets a new session.
void read_resume(const http::Request& request, Arrival& arrival) {
  const auto session = request.query.get("session");
  if (!session || session->empty()) return;
  core::ResumeClaim claim{std::string(*session), std::nullopt};
  if (const auto seq = request.query.get("seq")) {
    // No seq of ours: no event of any session, so the claim fails and the client learns that it has to start anew.
    claim.seen = core::parse_seq(*seq).value_or(core::Position{std::numeric_limits<core::Seq>::max()});
  }
  arrival.resume = std::move(claim);
}

}  // namespace

std::size_t home_of(std::string_view room, std::size_t hubs) {
  return std::hash<std::string_view>()(room) % hubs;
}

void read_join(const http::Request& request, const DoorOptions& options, core::WallTime now, Arrival& arrival) {
  arrival.refusal = read_names(request, arrival);
  if (!arrival.refusal && options.may_join && !options.may_join(request)) {
    arrival.refusal = Problem{Code::rate_limited, "Too many joins from this address. Try again in a moment.", {}, 1};
  }
  if (!arrival.refusal) arrival.refusal = check_token(request, options.room_token_secret, now, arrival);
  if (!arrival.refusal) read_resume(request, arrival);
}

GrtcDoor::GrtcDoor(DoorOptions options, std::vector<GrtcHub*> hubs)
    : options_(std::move(options)), hubs_(std::move(hubs)) {}

void GrtcDoor::admit(net::RawSocket socket, const http::Request& request, std::string early,
                     std::shared_ptr<void> ticket) {
  auto arrival = std::make_shared<Arrival>();  // shared: a posted task has to be copyable
  arrival->socket = std::move(socket);
  arrival->early = std::move(early);
  arrival->ticket = std::move(ticket);
  const auto key = request.header("sec-websocket-key");
  arrival->handshake = http::switching_protocols(key.value_or(std::string_view()),
                                                 offers_subprotocol(request) ? kSubprotocol : std::string_view());
  arrival->came = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  read_join(request, options_, std::chrono::floor<std::chrono::milliseconds>(arrival->came), *arrival);
  GrtcHub& home = *hubs_[home_of(arrival->room, hubs_.size())];
  home.io().post([&home, arrival] { home.arrive(std::move(*arrival)); });
}

}  // namespace grtc::signalling
