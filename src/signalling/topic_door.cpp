#include "signalling/topic_door.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <utility>

#include "http/websocket_handshake.hpp"

namespace grtc::signalling {

TopicPass TopicDoor::pass_of(const http::Request& request) const {
  TopicPass pass;
  if (secret_.empty()) return pass;
  pass.needed = true;
  auto token = request.query.get("token");
  if (!token) token = request.bearer();
  if (!token) {
    pass.fault = "These topics need a token.";
    return pass;
  }
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  auto claims = ops::verify_room_token(*token, secret_, now);
  if (claims) {
    pass.claims = *std::move(claims);
  } else {
    pass.fault = claims.error().sentence;
  }
  return pass;
}

TopicBoard& TopicDoor::board_on(const core::Executor* executor) const {
  const auto found =
      std::find_if(boards_.begin(), boards_.end(), [&](TopicBoard* board) { return &board->io() == executor; });
  assert(found != boards_.end());
  return **found;
}

void TopicDoor::admit(http::Upgrade upgrade) const {
  const http::Request& request = *upgrade.request;
  TopicArrival arrival;
  arrival.socket = std::move(upgrade.socket);
  arrival.early = std::move(upgrade.early);
  arrival.ticket = std::move(upgrade.ticket);
  arrival.handshake = http::switching_protocols(request.header("sec-websocket-key").value_or(""), {});
  arrival.pass = pass_of(request);
  board_on(request.executor).arrive(std::move(arrival));
}

}  // namespace grtc::signalling
