#include "app/hub_directory.hpp"

#include <memory>
#include <utility>

#include "signalling/envelope.hpp"
#include "signalling/grtc_door.hpp"

namespace grtc::app {
namespace {

using core::Code;
using core::Problem;
using signalling::GrtcHub;

Problem no_room() {
  return {Code::not_found, "There is no such room.", {}, 0};
}

core::Result<std::size_t> put(GrtcHub& hub, core::Room& room, const std::string& message) {
  signalling::Envelope envelope;
  if (const auto fault = signalling::scan_envelope(message, envelope)) {
    return Problem{fault->code, std::string(fault->sentence), {}, 0};
  }
  const core::TimePoint now = hub.io().now();
  const core::Seq seq = room.next_seq();
  const core::SharedFrame frame = signalling::relay_frame(signalling::kNoSender, core::SeqText(seq), envelope.members);
  if (envelope.broadcast) return room.broadcast(nullptr, seq, frame, now);
  std::size_t reached = 0;
  for (const std::string_view peer_id : envelope.to) {
    core::Session* to = room.find(peer_id);
    if (to != nullptr && room.send(*to, seq, frame, now)) ++reached;
  }
  if (reached == 0) return Problem{Code::unknown_peer, "None of these peers is in the room.", {}, 0};
  return reached;
}

}  // namespace

GrtcHub& HubDirectory::home_of(const std::string& room) const {
  return *hubs_[signalling::home_of(room, hubs_.size())];
}

void HubDirectory::list(core::Executor& on, Done<std::vector<routes::RoomSummary>> done) {
  // Each hub adds its rooms and sends the list on to the next one: nobody waits and nothing is shared.
  auto visit = std::make_shared<std::function<void(std::size_t, std::vector<routes::RoomSummary>)>>();
  *visit = [this, &on, done, visit](std::size_t index, std::vector<routes::RoomSummary> rooms) {
    if (index == hubs_.size()) {
      on.post([done, rooms = std::move(rooms)] { done(rooms); });
      *visit = nullptr;  // it holds itself
      return;
    }
    GrtcHub& hub = *hubs_[index];
    hub.io().post([&hub, index, visit, rooms = std::move(rooms)]() mutable {
      hub.rooms().each([&](const core::Room& room) {
        std::uint32_t connected = 0;
        for (const auto& session : room.sessions()) connected += session->connected() ? 1 : 0;
        rooms.push_back({room.name(), static_cast<std::uint32_t>(room.sessions().size()), connected});
      });
      const auto next = *visit;  // the last step empties *visit while it runs
      next(index + 1, std::move(rooms));
    });
  };
  const auto first = *visit;
  first(0, {});
}

void HubDirectory::get(std::string name, core::Executor& on, Done<routes::RoomDetail> done) {
  GrtcHub& hub = home_of(name);
  hub.io().post([&hub, &on, name = std::move(name), done = std::move(done)] {
    core::Result<routes::RoomDetail> answer = no_room();
    if (const core::Room* room = hub.rooms().find(name)) {
      routes::RoomDetail detail{name, {}};
      for (const auto& session : room->sessions()) signalling::append_peer(detail.peers.emplace_back(), *session);
      answer = std::move(detail);
    }
    on.post([done, answer = std::move(answer)] { done(answer); });
  });
}

void HubDirectory::send(std::string name, std::string message, core::Executor& on, Done<std::size_t> done) {
  GrtcHub& hub = home_of(name);
  hub.io().post([&hub, &on, name = std::move(name), message = std::move(message), done = std::move(done)] {
    core::Result<std::size_t> answer = no_room();
    if (core::Room* room = hub.rooms().find(name)) {
      answer = put(hub, *room, message);
      hub.rooms().settle(*room);
    }
    on.post([done, answer = std::move(answer)] { done(answer); });
  });
}

void HubDirectory::remove(std::string name, std::string peer_id, core::Executor& on, Done<void> done) {
  GrtcHub& hub = home_of(name);
  hub.io().post([&hub, &on, name = std::move(name), peer_id = std::move(peer_id), done = std::move(done)] {
    core::Result<void> answer = no_room();
    core::Room* room = hub.rooms().find(name);
    core::Session* session = room == nullptr ? nullptr : room->find(peer_id);
    if (session != nullptr) {
      hub.ban(session->token());
      room->remove(*session, core::LeaveReason::removed,
                   {Code::forbidden, "An administrator removed this client.", {}, 0}, hub.io().now());
      hub.rooms().settle(*room);
      answer = core::Result<void>();
    } else if (room != nullptr) {
      answer = Problem{Code::not_found, "There is no such peer in this room.", {}, 0};
    }
    on.post([done, answer = std::move(answer)] { done(answer); });
  });
}

void HubDirectory::find_session(std::string token, core::Executor& on,
                                std::function<void(std::optional<routes::LivePeer>)> found) {
  // As in list(): from hub to hub until one knows it.
  auto visit = std::make_shared<std::function<void(std::size_t)>>();
  *visit = [this, &on, token = std::move(token), found = std::move(found), visit](std::size_t index) {
    if (index == hubs_.size()) {
      on.post([found] { found(std::nullopt); });
      *visit = nullptr;
      return;
    }
    GrtcHub& hub = *hubs_[index];
    hub.io().post([&hub, &on, index, token, found, visit] {
      if (const auto peer = hub.find_session(token)) {
        on.post([found, peer] { found(routes::LivePeer{peer->first, peer->second}); });
        *visit = nullptr;
        return;
      }
      const auto next = *visit;
      next(index + 1);
    });
  };
  const auto first = *visit;
  first(0);
}

}  // namespace grtc::app
