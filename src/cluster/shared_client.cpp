#include "cluster/shared_client.hpp"

#include <utility>

#include "signalling/grtc_frames.hpp"
#include "signalling/grtc_hub.hpp"

namespace grtc::cluster {
namespace {

/// Longer than any join waits for the log and for a probe; then the room itself has said no.
constexpr std::chrono::seconds kJoinPause{30};

}  // namespace

void SharedClient::join(core::SharedRoom& room, core::JoinRequest request) {
  room_ = &room;
  request.outlet = this;
  wanted_resume_ = request.resume.has_value();
  pause_reading(kJoinPause);
  room.join(std::move(request), hub().io().now());
}

void SharedClient::admitted(core::Session& session, bool resumed) {
  std::string peers;
  room_->each([&](const core::Session& peer) {
    if (&peer == &session) return;
    if (!peers.empty()) peers += ',';
    signalling::append_peer(peers, peer);
  });
  welcome(session, {room_->name(), peers, resumed, room_->entrance()});
  if (wanted_resume_ && !resumed) hub().count_failed_resume();
  resume_reading();
}

void SharedClient::relay(const signalling::Envelope& message) {
  hub().relay_begins();
  room_->relay(*session(), message.members, message.to, message.id);
}

void SharedClient::update(signalling::PresenceUpdate change, std::uint64_t id) {
  room_->update(*session(), std::move(change.name), std::move(change.meta), id);
}

void SharedClient::complain(core::Code code, std::string_view sentence, std::uint64_t ref, std::string_view to) {
  if (session() == nullptr) return;
  hub().count_error();
  room_->tell(*session(), signalling::error_text(code, sentence, {ref, to, nullptr}), ref);
}

void SharedClient::alive() {
  room_->alive(*session());
}

void SharedClient::forsake() {
  if (room_ == nullptr) return;
  if (session() != nullptr) room_->forsake(*session());
  room_ = nullptr;
}

void SharedClient::let_go(bool gone_for_good) {
  core::SharedRoom* room = std::exchange(room_, nullptr);
  core::Session* session = part();
  if (room == nullptr) return;
  if (session == nullptr) {
    room->cancel_join(*this);
  } else if (gone_for_good) {
    room->leave(*session);
  } else {
    room->detach(*session);
  }
}

}  // namespace grtc::cluster
