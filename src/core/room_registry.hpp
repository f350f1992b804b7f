#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/room.hpp"

namespace grtc::core {

/// The rooms of one I/O thread. A room exists while somebody is in it. Thread: that one.
class RoomRegistry {
 public:
  RoomRegistry(const RoomLimits& limits, const EventEncoder& encoder) : limits_(limits), encoder_(encoder) {}

  [[nodiscard]] Room* find(std::string_view name) const;
  [[nodiscard]] Room& open(std::string_view name);
  /// To be called after anything was done to a room: drops it when it is empty, remembers its deadlines.
  /// The reference is dead afterwards if the room was.
  void settle(Room& room);
  /// For where settle() can't be called, from inside the room: expire() looks at it with the next tick.
  void settle_later(Room& room) { with_deadlines_.insert(&room); }
  /// Lets every room with a deadline look at the clock.
  void expire(TimePoint now);

  [[nodiscard]] std::size_t size() const noexcept { return rooms_.size(); }
  /// Sessions in all rooms. Counted as they come and go: it is asked for with each tick.
  [[nodiscard]] std::size_t peers() const noexcept { return peers_; }
  template <class Visit>
  void each(Visit&& visit) const {
    for (const auto& [name, room] : rooms_) visit(*room);
  }

 private:
  const RoomLimits& limits_;
  const EventEncoder& encoder_;
  std::size_t peers_ = 0;
  std::unordered_map<std::string_view, std::unique_ptr<Room>> rooms_;  ///< keys point into the rooms
  std::unordered_set<Room*> with_deadlines_;
};

}  // namespace grtc::core
