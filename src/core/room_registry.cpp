#include "core/room_registry.hpp"

namespace grtc::core {

Room* RoomRegistry::find(std::string_view name) const {
  const auto it = rooms_.find(name);
  return it == rooms_.end() ? nullptr : it->second.get();
}

Room& RoomRegistry::open(std::string_view name) {
  if (Room* room = find(name)) return *room;
  auto room = std::make_unique<Room>(std::string(name), limits_, encoder_, &peers_);
  Room& here = *room;
  rooms_.emplace(here.name(), std::move(room));
  return here;
}

void RoomRegistry::settle(Room& room) {
  if (room.has_deadlines()) with_deadlines_.insert(&room);
  if (!room.empty()) return;
  with_deadlines_.erase(&room);
  const auto it = rooms_.find(room.name());
  const std::unique_ptr<Room> gone = std::move(it->second);  // the key points into it: erase first, free after
  rooms_.erase(it);
}

void RoomRegistry::expire(TimePoint now) {
  const std::vector<Room*> due(with_deadlines_.begin(), with_deadlines_.end());
  for (Room* room : due) {
    room->expire(now);
    if (!room->has_deadlines()) with_deadlines_.erase(room);
    settle(*room);
  }
}

}  // namespace grtc::core
