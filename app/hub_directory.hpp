#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "routes/ice_routes.hpp"
#include "routes/room_directory.hpp"
#include "signalling/grtc_hub.hpp"

namespace grtc::app {

/// A RoomDirectory that also knows whose a session is.
class PeerDirectory : public routes::RoomDirectory {
 public:
  /// The session that `token` belongs to, for the ICE endpoint.
  virtual void find_session(std::string token, core::Executor& on,
                            std::function<void(std::optional<routes::LivePeer>)> found) = 0;
};

/// The rooms of all I/O threads for admin calls. Each hub is asked on its own thread and answers from there.
class HubDirectory final : public PeerDirectory {
 public:
  explicit HubDirectory(std::vector<signalling::GrtcHub*> hubs) : hubs_(std::move(hubs)) {}

  void list(core::Executor& on, Done<std::vector<routes::RoomSummary>> done) override;
  void get(std::string room, core::Executor& on, Done<routes::RoomDetail> done) override;
  void send(std::string room, std::string message, core::Executor& on, Done<std::size_t> done) override;
  void remove(std::string room, std::string peer_id, core::Executor& on, Done<void> done) override;

  void find_session(std::string token, core::Executor& on,
                    std::function<void(std::optional<routes::LivePeer>)> found) override;

 private:
  [[nodiscard]] signalling::GrtcHub& home_of(const std::string& room) const;

  std::vector<signalling::GrtcHub*> hubs_;
};

}  // namespace grtc::app
