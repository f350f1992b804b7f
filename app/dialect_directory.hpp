#pragma once
#include <functional>
#include <string>
#include <vector>

#include "routes/room_directory.hpp"
#include "signalling/peerjs_hub.hpp"
#include "signalling/topic_board.hpp"

namespace grtc::app {

/// The keys of PeerJS as rooms, for admin calls, and the ids of a key for the clients. Any thread.
class PeerjsDirectory final : public routes::RoomDirectory {
 public:
  PeerjsDirectory(const signalling::PeerjsOptions& options, std::vector<signalling::PeerjsHub*> hubs)
      : options_(options), hubs_(std::move(hubs)) {}

  void list(core::Executor& on, Done<std::vector<routes::RoomSummary>> done) override;
  void get(std::string room, core::Executor& on, Done<routes::RoomDetail> done) override;
  void send(std::string room, std::string message, core::Executor& on, Done<std::size_t> done) override;
  void remove(std::string room, std::string peer_id, core::Executor& on, Done<void> done) override;

  /// The connected ids of a key, over all replicas; while they are out of reach those of this one.
  void ids(std::string key, core::Executor& on, std::function<void(std::vector<std::string>)> done);

 private:
  void ids_here(std::string key, core::Executor& on, std::function<void(std::vector<std::string>)> done);
  void count_ids(std::vector<routes::RoomSummary> keys, core::Executor& on,
                 Done<std::vector<routes::RoomSummary>> done);

  const signalling::PeerjsOptions& options_;
  std::vector<signalling::PeerjsHub*> hubs_;
};

/// The topics of one dialect as rooms, for admin calls: they can be listed, their subscribers have no names.
class TopicDirectory final : public routes::RoomDirectory {
 public:
  explicit TopicDirectory(std::vector<signalling::TopicBoard*> boards) : boards_(std::move(boards)) {}

  void list(core::Executor& on, Done<std::vector<routes::RoomSummary>> done) override;
  void get(std::string room, core::Executor& on, Done<routes::RoomDetail> done) override;
  void send(std::string room, std::string message, core::Executor& on, Done<std::size_t> done) override;
  void remove(std::string room, std::string peer_id, core::Executor& on, Done<void> done) override;

 private:
  std::vector<signalling::TopicBoard*> boards_;
};

}  // namespace grtc::app
