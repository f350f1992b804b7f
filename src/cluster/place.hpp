#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "cluster/answers.hpp"
#include "cluster/relay_batch.hpp"
#include "cluster/shared_rooms.hpp"

namespace grtc::cluster {

struct RoomKeys {
  explicit RoomKeys(std::string_view room)
      : state("grtc:{" + std::string(room) + "}:state"),
        log("grtc:{" + std::string(room) + "}:log"),
        channel("grtc:{" + std::string(room) + "}:said") {}

  const std::string state;    ///< a hash
  const std::string log;      ///< a stream
  const std::string channel;  ///< sharded
};

/// A room that is open here, with its keys.
class SharedRooms::Place final : public redis::ChannelListener, public std::enable_shared_from_this<Place> {
 public:
  Place(SharedRooms& rooms, const std::string& name, std::uint64_t floor)
      : room(name, rooms.room_options_, rooms.frames_, rooms, floor),
        keys(name),
        io_(rooms.io_),
        counters_(rooms.counters_) {}

  void on_subscribed() override { room.listening(); }
  void on_moved() override { lose_sight(); }
  void on_message(std::string_view payload) override {
    if (const core::Seq last = std::exchange(announced_, 0); last > 0) return hear(last, payload);
    if (payload.starts_with(SharedRooms::kTogether)) {
      announced_ = seq_of(payload.substr(1));
      return;
    }
    if (payload.starts_with(SharedRooms::kWhisper)) {
      counters_.received.add();
      return room.overheard(payload.substr(1), io_.now());
    }
    const std::size_t mark = payload.find(core::kFieldMark);
    if (mark != std::string_view::npos) hear(seq_of(payload.substr(0, mark)), payload.substr(mark + 1));
  }

  /// What was said in this turn is asked for again later, with all that was not answered.
  void lose_sight() {
    (void)said.take();
    announced_ = 0;
    room.unreachable(io_.now());
  }

  core::SharedRoom room;
  const RoomKeys keys;
  RelayBatch said;  ///< here, in this turn
  core::TimePoint next_witness{};
  core::Seq witnessed = 0;
  bool must_read_again = false;  ///< Redis refused to say what the room is, or its answer was lost

 private:
  void hear(core::Seq last, std::string_view facts) {
    each_fact(last, facts, [this](core::Seq place, std::string_view fact) {
      counters_.received.add();
      room.apply(place, fact, io_.now());
    });
  }

  core::Seq announced_ = 0;  ///< the place of the last of several facts that come next
  net::IoThread& io_;
  ClusterCounters& counters_;
};

}  // namespace grtc::cluster
