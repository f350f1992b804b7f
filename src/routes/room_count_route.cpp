#include "routes/room_count_route.hpp"

#include <optional>
#include <utility>

#include "ops/jwt.hpp"
#include "ops/printable.hpp"
#include "signalling/names.hpp"

namespace grtc::routes {
namespace {

using core::Code;
using core::Problem;
using http::to_problem_json;

std::optional<Problem> refusal(const http::Request& request, const std::string& secret, core::WallTime now) {
  if (secret.empty()) return std::nullopt;
  const auto shown = request.bearer();
  const std::string token(shown ? *shown : request.query.get("token").value_or(""));
  if (token.empty()) return Problem{Code::unauthorized, "This needs a room token. Ask for an invitation.", {}, 0};
  const auto claims = ops::verify_room_token(token, secret, now);
  if (!claims) return claims.error();
  if (claims->allows_room(request.params[0])) return std::nullopt;
  return Problem{Code::forbidden, "The token is for another room. Ask for an invitation to this one.", {}, 0};
}

}  // namespace

void add_room_count_route(http::Router& router, RoomDirectory& rooms, std::string room_token_secret,
                          std::function<core::WallTime()> wall_clock) {
  const auto handle = [&rooms, secret = std::move(room_token_secret), wall_clock = std::move(wall_clock)](
                          const std::shared_ptr<const http::Request>& request, http::Reply reply) {
    const std::string& room = request->params[0];
    if (signalling::name_fault(room)) {
      return reply(to_problem_json({Code::not_found, "There can be no such room.", {}, 0}));
    }
    if (const auto why = refusal(*request, secret, wall_clock())) return reply(to_problem_json(*why));
    rooms.get(room, *request->executor, [request, room, reply = std::move(reply)](const auto& found) {
      if (!found && found.error().code != Code::not_found) return reply(to_problem_json(found.error()));
      std::string json = R"({"room":)";
      ops::append_json_string(json, room);
      json += ",\"peers\":" + std::to_string(found ? found->peers.size() : 0) + "}";
      reply(http::no_store(http::json_response(200, std::move(json))));
    });
  };
  router.add({http::Method::get, "/api/rooms/{room}/count", handle});
}

}  // namespace grtc::routes
