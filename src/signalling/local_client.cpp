#include "signalling/local_client.hpp"

#include <utility>

#include "signalling/grtc_frames.hpp"
#include "signalling/grtc_hub.hpp"

namespace grtc::signalling {
namespace {

/// A probed holder answers within 2 s or not at all; a little more covers the tick.
constexpr std::chrono::milliseconds kProbeSlack{500};

}  // namespace

// ---- coming in -----------------------------------------------------------------------------------------------

void LocalClient::join(core::Room& room, core::JoinRequest request) {
  room_ = &room;
  request.outlet = this;
  const bool wanted_resume = request.resume.has_value();
  const auto outcome = room.join(std::move(request), hub().io().now());
  if (!is_open()) return;  // what the room told the others ended us too
  if (const auto* joined = std::get_if<core::Joined>(&outcome)) {
    enter(*joined->session, joined->resumed);
    if (wanted_resume && !joined->resumed) hub().count_failed_resume();
  } else if (std::holds_alternative<core::Waiting>(outcome)) {
    pause_reading(hub().options().limits.probe_window + kProbeSlack);
  } else {
    refuse(std::get<core::Problem>(outcome));
  }
}

void LocalClient::enter(core::Session& session, bool resumed) {
  stamp_ = relay_stamp(session.peer_id());
  std::string peers;
  for (const auto& peer : room_->sessions()) {
    if (peer.get() == &session) continue;
    if (!peers.empty()) peers += ',';
    append_peer(peers, *peer);
  }
  welcome(session, {room_->name(), peers, resumed, core::SeqText(session.log().last_written())});
}

void LocalClient::admitted(core::Session& session, bool resumed) {
  enter(session, resumed);
  resume_reading();
}

// ---- talking -------------------------------------------------------------------------------------------------

void LocalClient::relay(const Envelope& message) {
  hub().relay_begins();
  if (!message.broadcast) return relay_to_named(message);
  const core::Seq seq = room_->next_seq();
  room_->broadcast(session(), seq, relay_frame(stamp_, core::SeqText(seq), message.members), hub().io().now());
}

void LocalClient::relay_to_named(const Envelope& message) {
  core::Room& room = *room_;  // a send may end our own session, but not the room under it
  core::SharedFrame frame;
  core::Seq seq = 0;
  std::size_t absent = 0;
  for (const std::string_view peer_id : message.to) {
    core::Session* to = room.find(peer_id);
    if (to == nullptr) {
      ++absent;
      continue;
    }
    if (seq == 0) {
      seq = room.next_seq();
      frame = relay_frame(stamp_, core::SeqText(seq), message.members);
    }
    room.send(*to, seq, frame, hub().io().now());
  }
  if (absent == 0) return;
  for (const std::string_view peer_id : message.to) {
    if (room.find(peer_id) != nullptr) continue;
    complain(core::Code::unknown_peer, kUnknownPeer, message.id, peer_id);
  }
}

void LocalClient::update(PresenceUpdate change, std::uint64_t /*id*/) {
  room_->update(*session(), std::move(change.name), std::move(change.meta), hub().io().now());
}

void LocalClient::complain(core::Code code, std::string_view sentence, std::uint64_t ref, std::string_view to) {
  if (session() == nullptr) return;
  hub().count_error();
  const core::Seq seq = room_->next_seq();
  const core::SeqText place(seq);
  room_->send(*session(), seq, text_frame(error_text(code, sentence, {ref, to, &place})), hub().io().now());
}

void LocalClient::alive() {
  room_->alive(*session());
}

// ---- going ---------------------------------------------------------------------------------------------------

void LocalClient::forsake() {
  if (room_ != nullptr) hub().rooms().settle_later(*room_);
  room_ = nullptr;
}

void LocalClient::let_go(bool gone_for_good) {
  core::Room* room = std::exchange(room_, nullptr);
  core::Session* session = part();
  if (room == nullptr) return;
  if (session == nullptr) {
    room->cancel_join(*this);
  } else if (gone_for_good) {
    room->leave(*session, core::LeaveReason::left, hub().io().now());
  } else {
    room->detach(*session, hub().io().now());
  }
  hub().rooms().settle(*room);
}

}  // namespace grtc::signalling
