#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "http/message.hpp"
#include "net/raw_socket.hpp"
#include "signalling/census.hpp"
#include "signalling/grtc_hub.hpp"

namespace grtc::signalling {

struct DoorOptions {
  std::string room_token_secret;  ///< ROOM_TOKEN_SECRET; empty: everyone may join
  /// Whether this client address may join once more now (JOIN_RATE). Any thread.
  std::function<bool(const http::Request&)> may_join;
};

/// The hub of the thread on which `room` lives.
[[nodiscard]] std::size_t home_of(std::string_view room, std::size_t hubs);

/// Where connections to `/ws/{room}` come in: reads who wants to go where, and takes the socket to the thread of its
/// room. Any thread: each I/O thread calls it for the sockets that it accepted.
class GrtcDoor {
 public:
  GrtcDoor(DoorOptions options, std::vector<GrtcHub*> hubs);

  /// @param request  a checked upgrade request
  /// @param early    bytes that came behind it
  /// @param ticket   from Census::enter()
  void admit(net::RawSocket socket, const http::Request& request, std::string early, std::shared_ptr<void> ticket);

 private:
  DoorOptions options_;
  std::vector<GrtcHub*> hubs_;
};

/// Fills `arrival` with what the request asks for, or with the refusal that it gets.
void read_join(const http::Request& request, const DoorOptions& options, core::WallTime now, Arrival& arrival);

}  // namespace grtc::signalling
