#include "signalling/grtc_client.hpp"

#include <utility>

#include "core/json_scan.hpp"
#include "signalling/grtc_frames.hpp"
#include "signalling/grtc_hub.hpp"
#include "signalling/presence_update.hpp"

namespace grtc::signalling {
namespace {

using core::Code;
using core::LeaveReason;

/// A client that never lets its bucket fill is not bursting, it is flooding.
constexpr std::chrono::seconds kThrottledTooLong{30};
/// A probed holder answers within 2 s or not at all; a little more covers the tick.
constexpr std::chrono::milliseconds kProbeSlack{500};

}  // namespace

GrtcClient::GrtcClient(GrtcHub& hub, net::RawSocket socket, std::optional<core::WallTime> proof_expires,
                       std::shared_ptr<void> ticket)
    : WsConnection(hub.loop_, std::move(socket), hub.options_.max_message_bytes),
      hub_(hub),
      proof_expires_(proof_expires),
      ticket_(std::move(ticket)),
      rate_(hub.options_.message_rate, hub.io_.now()) {
  hub_.clients_.insert(this);
}

GrtcClient::~GrtcClient() {
  if (ticket_ != nullptr || is_open()) on_socket_closed();
}

void GrtcClient::on_socket_closed() {
  ticket_.reset();
  hub_.clients_.erase(this);
}

// ---- coming in -----------------------------------------------------------------------------------------------

void GrtcClient::join(core::Room& room, core::JoinRequest request) {
  room_ = &room;
  request.outlet = this;
  const bool wanted_resume = request.resume.has_value();
  const auto outcome = room.join(std::move(request), hub_.io_.now());
  if (!is_open()) return;  // what the room told the others ended us too
  if (const auto* joined = std::get_if<core::Joined>(&outcome)) {
    welcome(*joined->session, joined->resumed);
    if (wanted_resume && !joined->resumed) hub_.counters_.failed_resumes.add();
  } else if (std::holds_alternative<core::Waiting>(outcome)) {
    pause_reading(hub_.options_.limits.probe_window + kProbeSlack);
  } else {
    refuse(std::get<core::Problem>(outcome));
  }
}

void GrtcClient::welcome(core::Session& session, bool resumed) {
  session_ = &session;
  stamp_ = relay_stamp(session.peer_id());
  (resumed ? hub_.counters_.resumes : hub_.counters_.joins).add();
  const GrtcOptions& options = hub_.options_;
  WelcomeFacts facts;
  facts.resumed = resumed;
  facts.seq = session.log().last_written();
  facts.resume_window_s = std::chrono::duration_cast<std::chrono::seconds>(options.limits.resume_window).count();
  facts.heartbeat_s = options.heartbeat.count();
  facts.max_message_bytes = options.max_message_bytes;
  const std::string ice = options.ice_servers(room_->name(), session.peer_id(), proof_expires_);
  facts.ice_servers = ice;
  facts.version = options.version;
  facts.instance = options.instance;
  send_text(welcome_text(*room_, session, facts));
  attach(&session.log());
}

void GrtcClient::admitted(core::Session& session) {
  welcome(session, false);
  resume_reading();
}

void GrtcClient::refuse(const core::Problem& problem) {
  if (room_ != nullptr) hub_.rooms_.settle_later(*room_);
  room_ = nullptr;
  session_ = nullptr;
  hub_.counters_.errors.add();
  const core::CodeRow& row = core::row_of(problem.code);
  // A client that does not read or does not answer would not read this either.
  const bool worth_a_frame = problem.code != Code::slow_client && problem.code != Code::no_heartbeat;
  if (worth_a_frame) send_text(error_text(problem.code, problem.sentence, {}));
  close(row.close_code, row.name);
}

void GrtcClient::dismissed(const core::Problem& why) {
  if (why.code == Code::slow_client) hub_.counters_.overflows.add();
  refuse(why);
}

void GrtcClient::events_waiting() {
  touch();
}

void GrtcClient::probe() {
  if (is_paused()) {
    // Its pong would wait in the socket that we stopped reading; that it sends too much is sign of life enough.
    hub_.io_.post([self = std::static_pointer_cast<GrtcClient>(shared_from_this())] { self->on_pong(); });
  } else {
    send_ping();
  }
}

// ---- talking -------------------------------------------------------------------------------------------------

void GrtcClient::on_text(std::string_view text) {
  if (session_ == nullptr) return;
  Envelope& message = hub_.envelope_;
  const auto fault = scan_envelope(text, message);
  const bool is_new = message.id == 0 || session_->take_id(message.id);
  if (fault) {
    if (is_new) complain(fault->code, fault->sentence, message.id);
  } else if (is_new || message.kind == Envelope::Kind::ping || message.kind == Envelope::Kind::leave) {
    handle(message, text);
  }
  throttle();
}

void GrtcClient::handle(const Envelope& message, std::string_view text) {
  switch (message.kind) {
    case Envelope::Kind::relayed:
      return relay(message);
    case Envelope::Kind::ping:
      return pong(message);
    case Envelope::Kind::update:
      return update(message, text);
    case Envelope::Kind::leave:
      return leave();
  }
}

void GrtcClient::relay(const Envelope& message) {
  hub_.relay_begins();
  if (!message.broadcast) return relay_to_named(message);
  const core::Seq seq = room_->next_seq();
  room_->broadcast(session_, seq, relay_frame(stamp_, seq, message.members), hub_.io_.now());
}

void GrtcClient::relay_to_named(const Envelope& message) {
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
      frame = relay_frame(stamp_, seq, message.members);
    }
    room.send(*to, seq, frame, hub_.io_.now());
  }
  if (absent == 0) return;
  for (const std::string_view peer_id : message.to) {
    if (room.find(peer_id) != nullptr) continue;
    complain(Code::unknown_peer, "There is no such peer in this room.", message.id, peer_id);
  }
}

void GrtcClient::update(const Envelope& message, std::string_view text) {
  auto wanted = read_presence_update(text);
  if (wanted.has_error()) return complain(wanted.error().code, wanted.error().sentence, message.id);
  room_->update(*session_, std::move(wanted->name), std::move(wanted->meta), hub_.io_.now());
}

void GrtcClient::leave() {
  let_go(true);
  close(net::close_code::kNormal, "left");
}

void GrtcClient::pong(const Envelope& message) {
  std::string text = R"({"type":"pong")";
  if (message.id != 0) text.append(R"(,"id":)").append(std::to_string(message.id));
  send_text(text + "}");
}

/// Tells the client of a fault that it can go on after. It is an event of the session, so a resume repeats it.
void GrtcClient::complain(Code code, std::string_view sentence, std::uint64_t ref, std::string_view to) {
  if (session_ == nullptr) return;
  hub_.counters_.errors.add();
  const core::Seq seq = room_->next_seq();
  room_->send(*session_, seq, text_frame(error_text(code, sentence, {ref, to, seq})), hub_.io_.now());
}

void GrtcClient::on_binary(std::string_view /*message*/) {
  if (session_ != nullptr) complain(Code::bad_message, "grtc.v1 is spoken in text frames.", 0);
  throttle();
}

/// Takes the token of the message that was just handled; when none is left for the next one, reading stops.
void GrtcClient::throttle() {
  if (session_ == nullptr) return;
  bool paid = rate_.take(hub_.io_.now());
  if (paid && !rate_.is_empty(hub_.io_.now())) return;
  // The turn's clock may be older than the end of the pause that this message waited for.
  const core::TimePoint now = hub_.io_.update_now();
  if (!paid) paid = rate_.take(now);
  if (paid && !rate_.is_empty(now)) return;
  if (!throttled_since_) throttled_since_ = now;
  if (now - *throttled_since_ >= kThrottledTooLong) {
    const core::Problem flooding{Code::rate_limited, "This client sends more messages than it may.", {}, 0};
    let_go(false);
    return refuse(flooding);
  }
  hub_.counters_.throttled.add();
  pause_reading(rate_.wait());
}

void GrtcClient::on_caught_up() {
  throttled_since_.reset();
}

// ---- signs of life -------------------------------------------------------------------------------------------

void GrtcClient::on_ping_sent() {
  if (session_ != nullptr && !mark_) mark_ = Mark{session_->log().last_written(), hub_.io_.now(), false};
}

void GrtcClient::on_pong() {
  if (session_ == nullptr) return;
  room_->alive(*session_);
  if (!mark_) return;
  mark_->answered = true;
  // Answered by the browser is not yet seen by the page: what is forgotten is also older than any resume.
  if (hub_.io_.now() - mark_->at < hub_.options_.limits.resume_window) return;
  session_->log().forget_through(mark_->written);
  mark_.reset();
}

void GrtcClient::on_silent() {
  let_go(false);
  refuse({Code::no_heartbeat, "No ping was answered.", {}, 0});
}

// ---- going ---------------------------------------------------------------------------------------------------

void GrtcClient::on_ended(std::uint16_t code) {
  const bool on_purpose =
      code == net::close_code::kNormal || code == net::close_code::kGoingAway || code == net::close_code::kNoStatus;
  let_go(on_purpose);
}

void GrtcClient::drain() {
  let_go(false);
  const core::CodeRow& row = core::row_of(Code::shutting_down);
  close(row.close_code, row.title);
}

/// Parts from the session: for good, or so that its client can come back to it.
void GrtcClient::let_go(bool gone_for_good) {
  core::Room* room = std::exchange(room_, nullptr);
  core::Session* session = std::exchange(session_, nullptr);
  attach(nullptr);
  if (room == nullptr) return;
  if (session == nullptr) {
    room->cancel_join(*this);
  } else if (gone_for_good) {
    room->leave(*session, LeaveReason::left, hub_.io_.now());
  } else {
    room->detach(*session, hub_.io_.now());
  }
  hub_.rooms_.settle(*room);
}

}  // namespace grtc::signalling
