#include "routes/rooms_routes.hpp"

#include <algorithm>

#include "ops/printable.hpp"
#include "signalling/envelope.hpp"
#include "signalling/names.hpp"

namespace grtc::routes {
namespace {

using core::Code;
using core::Problem;
using http::Reply;
using http::Response;
using http::to_problem_json;
using Request = std::shared_ptr<const http::Request>;

std::string list_json(std::vector<RoomSummary> rooms) {
  std::sort(rooms.begin(), rooms.end(), [](const auto& a, const auto& b) { return a.room < b.room; });
  std::string json = "{\"rooms\":[";
  for (const RoomSummary& room : rooms) {
    json += json.back() == '[' ? "{\"room\":" : ",{\"room\":";
    ops::append_json_string(json, room.room);
    json += ",\"peers\":" + std::to_string(room.peers) + ",\"connected\":" + std::to_string(room.connected) + "}";
  }
  return json + "]}";
}

std::string detail_json(const RoomDetail& room) {
  std::string json = "{\"room\":";
  ops::append_json_string(json, room.room);
  json += ",\"peers\":[";
  for (const std::string& peer : room.peers) {
    if (json.back() != '[') json += ',';
    json += peer;
  }
  return json + "]}";
}

/// RFC 9110 §8.3.1: parameters such as the charset don't change the type; its letters' case neither.
bool is_json(const http::Request& request) {
  const std::string_view given = request.header("content-type").value_or("");
  static constexpr std::string_view kJson = "application/json";
  const std::string_view type = given.substr(0, std::min(given.find(';'), given.size()));
  const std::size_t end = type.find_last_not_of(" \t");
  return end + 1 == kJson.size() &&
         std::equal(kJson.begin(), kJson.end(), type.begin(), [](char a, char b) { return a == (b | 0x20); });
}

/// The member that an envelope's fault names first: `'to' must be …`.
std::string field_of(std::string_view sentence) {
  if (!sentence.starts_with('\'')) return {};
  return std::string(sentence.substr(1, sentence.find('\'', 1) - 1));
}

/// Why `body` is no message that can be put into a room.
std::optional<Problem> message_fault(const http::Request& request) {
  if (!is_json(request)) {
    return Problem{Code::unsupported_media_type, "The body must be application/json.", {}, 0};
  }
  signalling::Envelope envelope;
  const auto broken = [](std::string field, std::string_view why) {
    return Problem{Code::unprocessable, "The message breaks a rule.", {{std::move(field), std::string(why)}}, 0};
  };
  if (const auto fault = signalling::scan_envelope(request.body, envelope)) {
    if (fault->code == Code::bad_json) return Problem{Code::bad_json, "The body is not JSON.", {}, 0};
    if (fault->code == Code::reserved_type) return broken("type", fault->sentence);
    if (fault->code == Code::missing_to) return broken("to", fault->sentence);
    return broken(field_of(fault->sentence), fault->sentence);
  }
  if (envelope.kind != signalling::Envelope::Kind::relayed) {
    return broken("type", "'ping', 'update' and 'leave' are for clients to say.");
  }
  return std::nullopt;
}

/// The routes share what they need; each handler keeps it alive.
struct Desk {
  AdminGuard guard;
  RoomDirectory& rooms;
  std::vector<OtherRooms> others;

  /// The rooms of a protocol, or null when none goes by that name here.
  [[nodiscard]] RoomDirectory* of_protocol(std::string_view protocol) const {
    if (protocol == "grtc.v1") return &rooms;
    const auto found =
        std::find_if(others.begin(), others.end(), [&](const auto& o) { return o.protocol == protocol; });
    return found == others.end() ? nullptr : found->rooms;
  }

  /// Whose room `name` is: `/` is not allowed in a room of grtc.v1, so what stands before one tells the protocol.
  /// Null: it can't be a room's name, and names nothing.
  [[nodiscard]] RoomDirectory* of_room(std::string_view name) const {
    const std::size_t slash = name.find('/');
    if (slash == std::string_view::npos) return signalling::name_fault(name) ? nullptr : &rooms;
    const auto found =
        std::find_if(others.begin(), others.end(), [&](const auto& o) { return o.prefix == name.substr(0, slash); });
    return found == others.end() ? nullptr : found->rooms;
  }

  /// A handler that runs only for admins, and only with parameters that can be names. A room chooses its directory.
  template <class Handle>
  static http::Handler admin(std::shared_ptr<const Desk> desk, Handle handle) {
    return [desk = std::move(desk), handle](Request request, Reply reply) {
      if (const auto refusal = desk->guard.refusal(*request)) return reply(to_problem_json(*refusal));
      const auto& params = request->params;
      RoomDirectory* rooms = params.empty() ? &desk->rooms : desk->of_room(params[0]);
      if (rooms == nullptr || (params.size() > 1 && signalling::name_fault(params[1]))) {
        return reply(to_problem_json({Code::not_found, "There is no such room or peer.", {}, 0}));
      }
      handle(*desk, *rooms, request, std::move(reply));
    };
  }
};

void list(const Desk& desk, RoomDirectory& /*rooms*/, const Request& request, Reply reply) {
  RoomDirectory* rooms = desk.of_protocol(request->query.get("protocol").value_or("grtc.v1"));
  if (rooms == nullptr) {
    const std::string served = "must be a protocol that this server speaks, such as grtc.v1 or those of COMPAT";
    return reply(to_problem_json({Code::unprocessable, "There is no such protocol here.", {{"protocol", served}}, 0}));
  }
  rooms->list(*request->executor, [request, reply = std::move(reply)](auto rooms) {
    if (!rooms) return reply(to_problem_json(rooms.error()));
    reply(http::no_store(http::json_response(200, list_json(*std::move(rooms)))));
  });
}

void get(const Desk& /*desk*/, RoomDirectory& rooms, const Request& request, Reply reply) {
  rooms.get(request->params[0], *request->executor, [request, reply = std::move(reply)](auto room) {
    if (!room) return reply(to_problem_json(room.error()));
    reply(http::no_store(http::json_response(200, detail_json(*room))));
  });
}

void send(const Desk& /*desk*/, RoomDirectory& rooms, const Request& request, Reply reply) {
  if (const auto fault = message_fault(*request)) return reply(to_problem_json(*fault));
  rooms.send(request->params[0], request->body, *request->executor,
             [request, reply = std::move(reply)](auto delivered) {
               if (!delivered) return reply(to_problem_json(delivered.error()));
               reply(http::json_response(200, "{\"delivered\":" + std::to_string(*delivered) + "}"));
             });
}

void remove(const Desk& /*desk*/, RoomDirectory& rooms, const Request& request, Reply reply) {
  rooms.remove(request->params[0], request->params[1], *request->executor,
               [request, reply = std::move(reply)](auto removed) {
                 if (!removed) return reply(to_problem_json(removed.error()));
                 Response response;
                 response.status = 204;
                 reply(std::move(response));
               });
}

}  // namespace

void add_rooms_routes(http::Router& router, AdminGuard guard, RoomDirectory& rooms, std::vector<OtherRooms> others) {
  using http::Method;
  const auto desk = std::make_shared<const Desk>(Desk{std::move(guard), rooms, std::move(others)});
  router.add({Method::get, "/api/rooms", Desk::admin(desk, list)});
  router.add({Method::get, "/api/rooms/{room}", Desk::admin(desk, get)});
  router.add({Method::post, "/api/rooms/{room}/messages", Desk::admin(desk, send)});
  router.add({Method::del, "/api/rooms/{room}/peers/{peer_id}", Desk::admin(desk, remove)});
}

}  // namespace grtc::routes
