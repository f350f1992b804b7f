#pragma once
#include <string>
#include <vector>

#include "app/hub_directory.hpp"
#include "cluster/shared_rooms.hpp"

namespace grtc::app {

/// The rooms that all replicas share, for admin calls: Redis knows them, so any replica answers for all.
class SharedDirectory final : public PeerDirectory {
 public:
  explicit SharedDirectory(std::vector<cluster::SharedRooms*> rooms) : rooms_(std::move(rooms)) {}

  void list(core::Executor& on, Done<std::vector<routes::RoomSummary>> done) override;
  void get(std::string room, core::Executor& on, Done<routes::RoomDetail> done) override;
  void send(std::string room, std::string message, core::Executor& on, Done<std::size_t> done) override;
  void remove(std::string room, std::string peer_id, core::Executor& on, Done<void> done) override;
  void find_session(std::string token, core::Executor& on,
                    std::function<void(std::optional<routes::LivePeer>)> found) override;

 private:
  [[nodiscard]] cluster::SharedRooms& home_of(const std::string& room) const;

  std::vector<cluster::SharedRooms*> rooms_;
};

}  // namespace grtc::app
