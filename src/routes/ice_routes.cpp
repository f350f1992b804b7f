#include "routes/ice_routes.hpp"

#include <array>
#include <atomic>

#include "ops/jwt.hpp"
#include "ops/rate_table.hpp"
#include "ops/secret.hpp"
#include "signalling/names.hpp"

namespace grtc::routes {
namespace {

using core::Code;
using core::Problem;
using http::Reply;
using http::to_problem_json;
using Request = std::shared_ptr<const http::Request>;

/// Keys of a rate table: about 10 MB of the longest peers at worst.
constexpr std::size_t kMaxRated = 16384;
constexpr std::uint32_t kPerPeerAMinute = 6;
/// A credential for less is dead before a call is set up.
constexpr std::chrono::seconds kLeastLeft{60};

enum class Reason : std::uint8_t { rate, input, token, room, peer };
constexpr std::array<const char*, 5> kReasons{"rate", "input", "token", "room", "peer"};

/// What was asked for, and on what proof.
struct Claim {
  std::string room;  ///< empty: not said
  std::string peer_id;
  std::optional<core::WallTime> proof;  ///< expiry of the room token that was shown
};

struct Refusal {
  Reason reason;
  Problem problem;
};

Refusal refuse(Reason reason, Code code, std::string sentence) {
  return {reason, {code, std::move(sentence), {}, 0}};
}

class IceDesk {
 public:
  explicit IceDesk(IceRouteOptions options)
      : options_(std::move(options)),
        by_address_(options_.per_minute / 60.0, options_.per_minute, kMaxRated),
        by_peer_(kPerPeerAMinute / 60.0, kPerPeerAMinute, kMaxRated) {}

  static void publish(const std::shared_ptr<const IceDesk>& desk, ops::Metrics& metrics) {
    for (std::size_t i = 0; i < kReasons.size(); ++i) {
      metrics.counter("grtc_ice_refused_total", "Refused requests for ICE servers", {{"reason", kReasons[i]}},
                      [desk, i] { return static_cast<double>(desk->refused_[i].load(std::memory_order_relaxed)); });
    }
  }

  static void handle(const std::shared_ptr<IceDesk>& desk, const Request& request, Reply reply);

 private:
  void answer(const Reply& reply, const Refusal& refusal) const {
    refused_[static_cast<std::size_t>(refusal.reason)].fetch_add(1, std::memory_order_relaxed);
    reply(to_problem_json(refusal.problem));
  }
  void grant(const Claim& claim, const Reply& reply);
  /// By a room token; nothing: `claim` holds.
  [[nodiscard]] std::optional<Refusal> check_room_token(std::optional<std::string_view> token, Claim& claim) const;

  IceRouteOptions options_;
  ops::RateTable by_address_;
  ops::RateTable by_peer_;
  mutable std::array<std::atomic<std::uint64_t>, kReasons.size()> refused_{};
};

/// The query's names, which must be such as signalling takes.
std::optional<Refusal> read_names(const http::Query& query, Claim& claim) {
  Problem problem{Code::unprocessable, "The query breaks a rule.", {}, 0};
  const auto read = [&](const char* name, std::string& into) {
    const auto given = query.get(name);
    if (!given) return;
    into = *given;
    if (const auto fault = signalling::name_fault(*given)) {
      problem.errors.push_back({name, std::string(name) + " " + std::string(*fault) + "."});
    }
  };
  read("room", claim.room);
  read("peer_id", claim.peer_id);
  if (problem.errors.empty()) return std::nullopt;
  return Refusal{Reason::input, std::move(problem)};
}

/// Whoever was proven takes the place of what was asked for; nothing: they agree.
std::optional<Refusal> take_peer(const std::string& proven, Claim& claim) {
  if (!claim.peer_id.empty() && claim.peer_id != proven) {
    return refuse(Reason::peer, Code::forbidden,
                  "The token is for another peer. Leave out peer_id, or ask for a new invitation.");
  }
  claim.peer_id = proven;
  return std::nullopt;
}

std::optional<Refusal> take_room(bool allowed) {
  if (allowed) return std::nullopt;
  return refuse(Reason::room, Code::forbidden, "The token is for another room. Ask for an invitation to this one.");
}

std::optional<std::string_view> token_of(const http::Request& request) {
  auto token = request.bearer();
  if (!token) token = request.query.get("token");
  if (token && token->empty()) return std::nullopt;
  return token;
}

std::optional<Refusal> IceDesk::check_room_token(std::optional<std::string_view> token, Claim& claim) const {
  if (!token) {
    return refuse(Reason::token, Code::unauthorized, "This needs a room token. Ask for an invitation.");
  }
  const core::WallTime now = options_.wall_clock();
  const auto claims = ops::verify_room_token(*token, options_.room_token_secret, now);
  if (!claims) return Refusal{Reason::token, claims.error()};
  if (auto refusal = take_room(claim.room.empty() || claims->allows_room(claim.room))) return refusal;
  if (claims->peer_id) {
    if (auto refusal = take_peer(*claims->peer_id, claim)) return refusal;
  }
  if (claims->expires - now < kLeastLeft) {
    return refuse(Reason::token, Code::unauthorized,
                  "The room token expires in less than a minute. Ask for a new invitation.");
  }
  if (claim.room.empty() && claims->room != "*") claim.room = claims->room;
  claim.proof = claims->expires;
  return std::nullopt;
}

void IceDesk::grant(const Claim& claim, const Reply& reply) {
  if (!claim.peer_id.empty()) {
    // '/' stands in no room or peer id.
    if (const auto wait = by_peer_.take(claim.room + '/' + claim.peer_id, options_.clock())) {
      return answer(reply, {Reason::rate, {Code::rate_limited, "Too many requests for this peer.", {}, wait}});
    }
  }
  const auto issued =
      options_.servers.issue(claim.peer_id, options_.wall_clock(), claim.proof, ops::IceServers::Via::http);
  if (options_.servers.has_turn()) {
    options_.log.debug("TURN credential handed out", {{"room", claim.room}, {"peer_id", claim.peer_id}});
  }
  reply(http::no_store(http::json_response(
      200, "{\"ice_servers\":" + issued.ice_servers + ",\"ttl_s\":" + std::to_string(issued.ttl_s) + "}")));
}

void IceDesk::handle(const std::shared_ptr<IceDesk>& desk, const Request& request, Reply reply) {
  const IceRouteOptions& options = desk->options_;
  if (const auto wait = desk->by_address_.take(ops::rate_key(request->client), options.clock())) {
    return desk->answer(reply, {Reason::rate, {Code::rate_limited, "Too many requests from this address.", {}, wait}});
  }
  Claim claim;
  if (const auto refusal = read_names(request->query, claim)) return desk->answer(reply, *refusal);
  const auto token = token_of(*request);
  const bool admin = !options.admin_token.empty() && token && ops::constant_time_equal(*token, options.admin_token);
  if (!options.servers.has_turn() || admin) return desk->grant(claim, reply);
  if (!options.room_token_secret.empty()) {
    if (const auto refusal = desk->check_room_token(token, claim)) return desk->answer(reply, *refusal);
    return desk->grant(claim, reply);
  }
  if (!options.production) return desk->grant(claim, reply);
  static constexpr const char* kWho = "This needs the session token of a peer who is in a room: join one first.";
  if (!token) return desk->answer(reply, refuse(Reason::token, Code::unauthorized, kWho));
  options.find_live_peer(std::string(*token), *request->executor,
                         [desk, request, claim, reply = std::move(reply)](std::optional<LivePeer> live) mutable {
                           if (!live) return desk->answer(reply, refuse(Reason::token, Code::unauthorized, kWho));
                           auto refusal = take_room(claim.room.empty() || claim.room == live->room);
                           if (!refusal) refusal = take_peer(live->peer_id, claim);
                           if (refusal) return desk->answer(reply, *refusal);
                           claim.room = live->room;
                           desk->grant(claim, reply);
                         });
}

}  // namespace

void add_ice_routes(http::Router& router, ops::Metrics& metrics, IceRouteOptions options) {
  const auto desk = std::make_shared<IceDesk>(std::move(options));
  IceDesk::publish(desk, metrics);
  router.add({http::Method::get, "/api/ice-servers",
              [desk](const Request& request, Reply reply) { IceDesk::handle(desk, request, std::move(reply)); }});
}

}  // namespace grtc::routes
