#include "app/shared_directory.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "signalling/envelope.hpp"
#include "signalling/grtc_door.hpp"
#include "signalling/grtc_frames.hpp"

namespace grtc::app {
namespace {

using cluster::SharedRooms;
using core::Code;
using core::Problem;

Problem no_room() {
  return {Code::not_found, "There is no such room.", {}, 0};
}

Problem out_of_reach() {
  return {Code::unavailable, "The replicas' shared memory can't be reached.", {}, 1};
}

/// Gives `done` its answer on its own thread.
template <class T>
auto on_thread(core::Executor& on, std::function<void(core::Result<T>)> done) {
  return [&on, done = std::move(done)](core::Result<T> answer) {
    on.post([done, answer = std::move(answer)] { done(answer); });
  };
}

/// Looks at one room after the other.
class Listing : public std::enable_shared_from_this<Listing> {
 public:
  using Done = std::function<void(core::Result<std::vector<routes::RoomSummary>>)>;
  Listing(SharedRooms& rooms, std::vector<std::string> names, Done done)
      : rooms_(rooms), names_(std::move(names)), done_(std::move(done)) {}

  void next() {
    if (names_.empty()) return done_(std::move(found_));
    const std::string name = std::move(names_.back());
    names_.pop_back();
    rooms_.look(name, [self = shared_from_this(), name](const std::optional<core::Snapshot>& room) {
      if (!room) return self->done_(out_of_reach());
      const auto connected = std::count_if(room->peers.begin(), room->peers.end(),
                                           [](const auto& peer) { return !peer.attachment.empty(); });
      if (!room->peers.empty()) {
        self->found_.push_back(
            {name, static_cast<std::uint32_t>(room->peers.size()), static_cast<std::uint32_t>(connected)});
      }
      self->next();
    });
  }

 private:
  SharedRooms& rooms_;
  std::vector<std::string> names_;
  Done done_;
  std::vector<routes::RoomSummary> found_;
};

}  // namespace

SharedRooms& SharedDirectory::home_of(const std::string& room) const {
  return *rooms_[signalling::home_of(room, rooms_.size())];
}

void SharedDirectory::list(core::Executor& on, Done<std::vector<routes::RoomSummary>> done) {
  SharedRooms& rooms = *rooms_.front();
  rooms.io().post([&rooms, tell = on_thread<std::vector<routes::RoomSummary>>(on, std::move(done))] {
    rooms.names([&rooms, tell](std::optional<std::vector<std::string>> names) {
      if (!names) return tell(out_of_reach());
      std::make_shared<Listing>(rooms, *std::move(names), tell)->next();
    });
  });
}

void SharedDirectory::get(std::string room, core::Executor& on, Done<routes::RoomDetail> done) {
  SharedRooms& rooms = home_of(room);
  rooms.io().post([&rooms, room = std::move(room), tell = on_thread<routes::RoomDetail>(on, std::move(done))] {
    rooms.look(room, [room, tell](const std::optional<core::Snapshot>& found) {
      if (!found) return tell(out_of_reach());
      if (found->peers.empty()) return tell(no_room());
      routes::RoomDetail detail{room, {}};
      for (const core::Snapshot::Peer& peer : found->peers) {
        signalling::append_peer(detail.peers.emplace_back(),
                                {peer.peer_id, peer.name, peer.meta, !peer.attachment.empty(), peer.joined_at});
      }
      tell(std::move(detail));
    });
  });
}

void SharedDirectory::send(std::string room, std::string message, core::Executor& on, Done<std::size_t> done) {
  SharedRooms& rooms = home_of(room);
  rooms.io().post([&rooms, room = std::move(room), message = std::move(message),
                   tell = on_thread<std::size_t>(on, std::move(done))] {
    rooms.look(room, [&rooms, room, message, tell](const std::optional<core::Snapshot>& found) {
      if (!found) return tell(out_of_reach());
      if (found->peers.empty()) return tell(no_room());
      signalling::Envelope envelope;
      if (const auto fault = signalling::scan_envelope(message, envelope)) {
        return tell(Problem{fault->code, std::string(fault->sentence), {}, 0});
      }
      const std::size_t wanted = envelope.broadcast ? found->peers.size() : envelope.to.size();
      std::string members;
      for (const std::string_view slice : envelope.members) members += slice;
      rooms.announce(room, members, envelope.to, [tell, wanted](const std::optional<core::Answer>& answer) {
        if (!answer || answer->outcome == core::Answer::Outcome::failed) return tell(out_of_reach());
        if (answer->absent.size() >= wanted) {
          return tell(Problem{Code::unknown_peer, "None of these peers is in the room.", {}, 0});
        }
        tell(wanted - answer->absent.size());
      });
    });
  });
}

void SharedDirectory::remove(std::string room, std::string peer_id, core::Executor& on, Done<void> done) {
  SharedRooms& rooms = home_of(room);
  rooms.io().post(
      [&rooms, room = std::move(room), peer_id = std::move(peer_id), tell = on_thread<void>(on, std::move(done))] {
        rooms.look(room, [&rooms, room, peer_id, tell](const std::optional<core::Snapshot>& found) {
          if (!found) return tell(out_of_reach());
          if (found->peers.empty()) return tell(no_room());
          rooms.remove(room, peer_id, [tell](const std::optional<core::Answer>& answer) {
            if (!answer || answer->outcome == core::Answer::Outcome::failed) return tell(out_of_reach());
            if (answer->outcome == core::Answer::Outcome::absent) {
              return tell(Problem{Code::not_found, "There is no such peer in this room.", {}, 0});
            }
            tell({});
          });
        });
      });
}

void SharedDirectory::find_session(std::string token, core::Executor& on,
                                   std::function<void(std::optional<routes::LivePeer>)> found) {
  SharedRooms& rooms = *rooms_.front();
  rooms.io().post([&rooms, &on, token = std::move(token), found = std::move(found)] {
    rooms.owner(token, [&on, found](std::optional<std::pair<std::string, std::string>> owner) {
      std::optional<routes::LivePeer> peer;
      if (owner) peer = routes::LivePeer{owner->first, owner->second};
      on.post([found, peer] { found(peer); });
    });
  });
}

}  // namespace grtc::app
