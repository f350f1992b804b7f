#pragma once
#include <memory>
#include <string>
#include <vector>

#include "http/options.hpp"
#include "signalling/peerjs_hub.hpp"

namespace grtc::signalling {

/// Where PeerJS clients come in: reads who wants which id, and takes the socket to the thread of that id.
/// Any thread: each I/O thread calls it for the sockets that it accepted.
class PeerjsDoor {
 public:
  /// @param room_token_secret  ROOM_TOKEN_SECRET; empty: any token does
  PeerjsDoor(const PeerjsOptions& options, std::string room_token_secret, std::vector<PeerjsHub*> hubs)
      : options_(options), secret_(std::move(room_token_secret)), hubs_(std::move(hubs)) {}

  void admit(http::Upgrade upgrade);

 private:
  void read(const http::Request& request, PeerjsArrival& arrival) const;

  const PeerjsOptions& options_;
  std::string secret_;
  std::vector<PeerjsHub*> hubs_;
};

/// The claim that a room token for `key` has to have as its `room`.
[[nodiscard]] std::string peerjs_room(std::string_view key);

}  // namespace grtc::signalling
