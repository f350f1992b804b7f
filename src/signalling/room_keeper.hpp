#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/room.hpp"
#include "net/raw_socket.hpp"

namespace grtc::signalling {

class GrtcClient;
class GrtcHub;

/// Keeps the rooms of a hub where that is not the hub itself: together with other replicas. Thread: the hub's.
class RoomKeeper {
 public:
  RoomKeeper() = default;
  RoomKeeper(const RoomKeeper&) = delete;
  RoomKeeper& operator=(const RoomKeeper&) = delete;
  virtual ~RoomKeeper() = default;

  [[nodiscard]] virtual std::shared_ptr<GrtcClient> make_client(GrtcHub& hub, net::RawSocket socket,
                                                                std::optional<core::WallTime> proof_expires,
                                                                std::shared_ptr<void> ticket) = 0;
  /// Asks the room to let a client of make_client() in.
  virtual void join(GrtcClient& client, const std::string& room, core::JoinRequest request) = 0;
  virtual void tick(core::TimePoint now) = 0;
  /// Something that was asked for has not been carried out yet.
  [[nodiscard]] virtual bool is_busy() const = 0;
  [[nodiscard]] virtual std::size_t rooms() const = 0;
  /// Peers that are connected to this replica.
  [[nodiscard]] virtual std::size_t peers() const = 0;
};

}  // namespace grtc::signalling
