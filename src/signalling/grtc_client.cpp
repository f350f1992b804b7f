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

}  // namespace

GrtcClient::GrtcClient(GrtcHub& hub, net::RawSocket socket, std::optional<core::WallTime> proof_expires,
                       std::shared_ptr<void> ticket)
    : WsConnection(hub.loop_, std::move(socket), hub.options_.max_message_bytes),
      hub_(hub),
      proof_expires_(proof_expires),
      ticket_(std::move(ticket)),
      throttle_(hub.options_.message_rate, hub.io_) {
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

void GrtcClient::welcome(core::Session& session, const Greeting& greeting) {
  session_ = &session;
  (greeting.resumed ? hub_.counters_.resumes : hub_.counters_.joins).add();
  const GrtcOptions& options = hub_.options_;
  WelcomeFacts facts;
  facts.resumed = greeting.resumed;
  facts.seq = greeting.seq;
  facts.resume_window_s = std::chrono::duration_cast<std::chrono::seconds>(options.limits.resume_window).count();
  facts.heartbeat_s = options.heartbeat.count();
  facts.max_message_bytes = options.max_message_bytes;
  const std::string ice = options.ice_servers(greeting.room, session.peer_id(), proof_expires_);
  facts.ice_servers = ice;
  facts.version = options.version;
  facts.instance = options.instance;
  send_text(welcome_text(greeting.room, session, greeting.peers, facts));
  attach(&session.log());
}

void GrtcClient::refuse(const core::Problem& problem) {
  forsake();
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
    if (is_new) complain(fault->code, fault->sentence, message.id, {});
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
    case Envelope::Kind::update: {
      auto wanted = read_presence_update(text);
      if (!wanted.has_error()) return update(*std::move(wanted), message.id);
      return complain(wanted.error().code, wanted.error().sentence, message.id, {});
    }
    case Envelope::Kind::leave:
      return leave();
  }
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

void GrtcClient::on_binary(std::string_view /*message*/) {
  if (session_ != nullptr) complain(Code::bad_message, "grtc.v1 is spoken in text frames.", 0, {});
  throttle();
}

/// Takes the token of the message that was just handled; when none is left for the next one, reading stops.
void GrtcClient::throttle() {
  if (session_ == nullptr) return;
  switch (throttle_.pay()) {
    case Throttle::Verdict::go_on:
      return;
    case Throttle::Verdict::pause:
      hub_.counters_.throttled.add();
      return pause_reading(throttle_.wait());
    case Throttle::Verdict::flooding:
      break;
  }
  const core::Problem flooding{Code::rate_limited, "This client sends more messages than it may.", {}, 0};
  let_go(false);
  refuse(flooding);
}

void GrtcClient::on_caught_up() {
  throttle_.caught_up();
}

// ---- signs of life -------------------------------------------------------------------------------------------

void GrtcClient::on_ping_sent() {
  if (session_ != nullptr && !mark_) mark_ = Mark{session_->log().last_written(), hub_.io_.now(), false};
}

void GrtcClient::on_pong() {
  if (session_ == nullptr) return;
  alive();
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

core::Session* GrtcClient::part() {
  attach(nullptr);
  return std::exchange(session_, nullptr);
}

}  // namespace grtc::signalling
