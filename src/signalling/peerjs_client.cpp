#include "signalling/peerjs_client.hpp"

#include <utility>

#include "core/problem.hpp"

namespace grtc::signalling {
namespace {

using core::Code;
using core::Dismissal;

/// Letters of one sender that wait for others, all together.
constexpr std::size_t kMaxLetters = 512;
/// So many senders are remembered, at least, before those of what has left are forgotten.
constexpr std::size_t kKeptSenders = 16;
/// A probed holder answers within 2 s or not at all; a little more covers the tick.
constexpr std::chrono::milliseconds kProbeSlack{500};

constexpr std::string_view kFull = "Server has reached its concurrent user limit";

}  // namespace

PeerjsClient::PeerjsClient(PeerjsHub& hub, PeerjsArrival& arrival)
    : CompatClient(hub, std::move(arrival.socket), std::move(arrival.ticket)), hub_(hub), last_sign_(hub.io().now()) {
  if (!arrival.refusal) address_ = peerjs_address(arrival.key->name, arrival.id);
}

// ---- coming in -------------------------------------------------------------------------------------------------

void PeerjsClient::claim(std::string token, PeerjsKey& key) {
  hub_.claim(*this, {address_, std::move(token), &key.peers, this}, key.max_peers);
  // What it says has no sender before it is admitted.
  if (!held_ && is_open()) pause_reading((hub_.peerjs().mail.probe_window + kProbeSlack) * (hub_.bus() ? 2 : 1));
}

void PeerjsClient::refuse(const PeerjsRefusal& why) {
  send_text(peerjs_error(why.sentence));
  dismiss(why.close_code, why.sentence);
}

void PeerjsClient::admitted() {
  held_ = true;
  send_text(kPeerjsOpen);
  resume_reading();
}

void PeerjsClient::dismissed(Dismissal why) {
  held_ = false;
  const auto close_as = [this](Code code) {
    const core::CodeRow& row = core::row_of(code);
    close(row.close_code, row.name);
  };
  switch (why) {
    case Dismissal::taken:
      send_text(kPeerjsIdTaken);
      return close_as(Code::peer_id_taken);
    case Dismissal::full:
      send_text(peerjs_error(kFull));
      return close_as(Code::room_full);
    case Dismissal::replaced:
      return close_as(Code::session_replaced);
    case Dismissal::silent:
      return close_as(Code::no_heartbeat);
    case Dismissal::removed:
      return close_as(Code::forbidden);
  }
}

// ---- talking ---------------------------------------------------------------------------------------------------

bool PeerjsClient::take(const core::SharedFrame& frame, std::string_view from) {
  if (!give(frame)) {
    held_ = false;
    return false;
  }
  if (senders_.size() >= kKeptSenders && senders_.size() >= 2 * unsent()) {
    senders_.erase(senders_.begin(), senders_.end() - static_cast<std::ptrdiff_t>(unsent() - 1));
  }
  senders_.emplace_back(from);
  return true;
}

void PeerjsClient::on_frame(std::string_view text) {
  if (!held_) return;
  PeerjsFrame frame;
  const ObjectFault fault = read_peerjs(text, frame);
  if (fault != ObjectFault::none) return bad_frame(name_of(fault));
  switch (frame.kind) {
    case PeerjsKind::ignored:
    case PeerjsKind::heartbeat:
      return;
    case PeerjsKind::leave:
      return dismiss(net::close_code::kNormal, "left");
    case PeerjsKind::signal:
    case PeerjsKind::note:
      return relay(frame);
  }
}

void PeerjsClient::relay(const PeerjsFrame& frame) {
  const std::string_view key = std::string_view(address_).substr(0, address_.find('/'));
  core::Letter letter;
  letter.from = address_;
  letter.to = peerjs_address(key, frame.dst);
  letter.frame = peerjs_relay(frame.type, peerjs_id(address_), frame.dst, frame.payload);
  if (frame.kind == PeerjsKind::signal) {
    if (!letters_) letters_ = std::make_shared<core::Places>(kMaxLetters);
    letter.may_wait = true;
    letter.sender_letters = letters_;
  }
  hub_.send(std::move(letter));
}

// ---- signs of life ---------------------------------------------------------------------------------------------

void PeerjsClient::on_sign_of_life() {
  last_sign_ = hub_.io().now();
  if (held_) hub_.alive(address_);
}

void PeerjsClient::probe() {
  if (is_paused()) {
    // Its pong would wait in the socket that we stopped reading; that it sends too much is sign of life enough.
    hub_.io().post([self = std::static_pointer_cast<PeerjsClient>(shared_from_this())] { self->on_sign_of_life(); });
  } else {
    probing_ = true;  // or the mailroom, which called this, might be called back for one that is dead
    send_ping();
    probing_ = false;
  }
}

/// Any frame is life, not pongs alone: a client that talks is not dropped for two pings that it did not answer.
void PeerjsClient::on_silent() {
  drop_if_dead();
  if (is_open()) send_ping();
}

void PeerjsClient::on_ping_sent() {
  if (!probing_) drop_if_dead();
}

void PeerjsClient::drop_if_dead() {
  if (!is_paused() && hub_.io().now() - last_sign_ >= hub_.peerjs().alive_timeout) CompatClient::on_silent();
}

// ---- going -----------------------------------------------------------------------------------------------------

void PeerjsClient::on_parting() {
  held_ = false;
  if (address_.empty()) return;
  hub_.mailroom().leave(address_, *this, hub_.io().now());
  if (is_broken()) put_back();
}

/// What was said before the server could see that the socket was broken is said to whoever comes next.
void PeerjsClient::put_back() {
  const std::size_t first = senders_.size() - unsent();
  for (std::size_t i = 0; i < unsent(); ++i) {
    std::string& from = senders_[first + i];
    if (from.empty()) continue;
    // A copy: the count of a frame's holders is this thread's.
    core::SharedFrame frame = core::SharedFrame::copy_of(unsent_at(i).view());
    hub_.send({std::move(from), address_, std::move(frame), true, nullptr});
  }
}

}  // namespace grtc::signalling
