#include "signalling/peerjs_door.hpp"

#include <chrono>
#include <utility>

#include "core/problem.hpp"
#include "http/websocket_handshake.hpp"
#include "ops/jwt.hpp"
#include "signalling/grtc_door.hpp"
#include "signalling/names.hpp"

namespace grtc::signalling {
namespace {

constexpr std::size_t kMaxToken = 2048;

constexpr PeerjsRefusal kMissing{"No id, token, or key supplied to websocket server",
                                 core::row_of(core::Code::bad_request).close_code};
constexpr PeerjsRefusal kBadId{"Invalid id provided", core::row_of(core::Code::bad_request).close_code};
constexpr PeerjsRefusal kBadKey{"Invalid key provided", core::row_of(core::Code::unauthorized).close_code};
constexpr PeerjsRefusal kBadToken{"Invalid token provided", core::row_of(core::Code::unauthorized).close_code};

}  // namespace

std::string peerjs_room(std::string_view key) {
  return "peerjs/" + std::string(key);
}

void PeerjsDoor::read(const http::Request& request, PeerjsArrival& arrival) const {
  const std::string_view id = request.query.get("id").value_or("");
  const std::string_view token = request.query.get("token").value_or("");
  const std::string_view key = request.query.get("key").value_or("");
  if (id.empty() || token.empty() || key.empty()) {
    arrival.refusal = kMissing;
    return;
  }
  arrival.id = id;
  arrival.token = token;
  arrival.key = options_.key(key);
  if (arrival.key == nullptr) {
    arrival.refusal = kBadKey;
  } else if (token.size() > kMaxToken) {
    arrival.refusal = kBadToken;
  } else if (name_fault(id)) {
    arrival.refusal = kBadId;
  } else if (!secret_.empty()) {
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto claims = ops::verify_room_token(token, secret_, now);
    const bool good = claims && claims->allows_room(peerjs_room(key)) && claims->allows_peer(id);
    if (!good) arrival.refusal = kBadToken;
  }
}

void PeerjsDoor::admit(http::Upgrade upgrade) {
  auto arrival = std::make_shared<PeerjsArrival>();  // shared: a posted task has to be copyable
  arrival->socket = std::move(upgrade.socket);
  arrival->early = std::move(upgrade.early);
  arrival->ticket = std::move(upgrade.ticket);
  const http::Request& request = *upgrade.request;
  arrival->handshake = http::switching_protocols(request.header("sec-websocket-key").value_or(""), {});
  read(request, *arrival);
  const std::string address = peerjs_address(arrival->key == nullptr ? "" : arrival->key->name, arrival->id);
  PeerjsHub& home = *hubs_[home_of(address, hubs_.size())];
  home.io().post([&home, arrival] { home.arrive(std::move(*arrival)); });
}

}  // namespace grtc::signalling
