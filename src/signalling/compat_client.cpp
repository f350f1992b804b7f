#include "signalling/compat_client.hpp"

#include <utility>

#include "core/problem.hpp"
#include "net/utf8.hpp"

namespace grtc::signalling {
namespace {

using core::Code;

constexpr std::chrono::minutes kBadFramesWithin{1};
/// How long one that sends to a thread that is behind waits before it is read again.
constexpr std::chrono::milliseconds kCongestion{20};

}  // namespace

CompatClient::CompatClient(CompatHub& hub, net::RawSocket socket, std::shared_ptr<void> ticket)
    : WsConnection(hub.loop_, std::move(socket), hub.options_.max_message_bytes),
      compat_hub_(hub),
      ticket_(std::move(ticket)),
      outbox_(core::EventLog::without_memory(hub.options_.queue)),
      throttle_(hub.options_.message_rate, hub.io_) {
  hub.clients_.insert(this);
  attach(&outbox_);
}

CompatClient::~CompatClient() {
  attach(nullptr);  // it goes before the base that may still look at it
  if (ticket_ != nullptr || is_open()) {
    ticket_.reset();
    compat_hub_.clients_.erase(this);
  }
}

// ---- in --------------------------------------------------------------------------------------------------------

void CompatClient::on_text(std::string_view message) {
  take(message);
}

void CompatClient::on_binary(std::string_view message) {
  net::Utf8Check utf8;
  if (utf8.feed(message) && utf8.complete()) return take(message);
  bad_frame("a binary frame that is no text");
  throttle();
}

void CompatClient::take(std::string_view text) {
  on_sign_of_life();
  on_frame(text);
  throttle();
}

void CompatClient::bad_frame(std::string_view why) {
  const core::TimePoint now = compat_hub_.io_.now();
  compat_hub_.counters_.bad_frames.add();
  if (compat_hub_.log_.logs(ops::Level::debug)) {
    compat_hub_.log_.debug("a frame makes no sense", {{"protocol", compat_hub_.options_.protocol}, {"why", why}});
  }
  if (!bad_frames_) bad_frames_ = std::make_unique<BadFrames>();
  BadFrames& bad = *bad_frames_;
  bad.at[bad.next] = now;
  bad.next = (bad.next + 1) % kBadFrames;
  if (bad.count < kBadFrames) ++bad.count;
  // The ring is full, so what stands at `next` is the nineteenth before this one.
  if (bad.count == kBadFrames && now - bad.at[bad.next] <= kBadFramesWithin) {
    dismiss(net::close_code::kInvalidText, "too many frames that make no sense");
  }
}

/// Takes the token of the message that was just handled; when none is left for the next one, reading stops.
void CompatClient::throttle() {
  if (!is_open()) return;
  if (compat_hub_.congested()) pause_reading(kCongestion);
  switch (throttle_.pay()) {
    case Throttle::Verdict::go_on:
      return;
    case Throttle::Verdict::pause:
      compat_hub_.counters_.throttled.add();
      return pause_reading(throttle_.wait());
    case Throttle::Verdict::flooding:
      break;
  }
  on_flooding();
  const core::CodeRow& row = core::row_of(Code::rate_limited);
  dismiss(row.close_code, row.name);
}

void CompatClient::on_caught_up() {
  throttle_.caught_up();
}

void CompatClient::on_pong() {
  if (outbox_.unwritten() == 0) outbox_.forget_through(sent_);  // gives back the room that a burst took
  on_sign_of_life();
}

// ---- out -------------------------------------------------------------------------------------------------------

bool CompatClient::give(const core::SharedFrame& frame) {
  if (!is_open()) return false;
  if (outbox_.append(++sent_, frame)) {
    touch();
    return true;
  }
  compat_hub_.counters_.overflows.add();
  too_slow_ = true;
  const core::CodeRow& row = core::row_of(Code::slow_client);
  close(row.close_code, row.name);
  return false;
}

// ---- the end ---------------------------------------------------------------------------------------------------

void CompatClient::on_silent() {
  const core::CodeRow& row = core::row_of(Code::no_heartbeat);
  dismiss(row.close_code, row.name);
}

void CompatClient::dismiss(std::uint16_t code, std::string_view reason) {
  part();
  close(code, reason);
}

void CompatClient::part() {
  if (!std::exchange(parted_, true)) on_parting();
}

/// What it was given has been taken for delivered: no client of these protocols asks for it again.
void CompatClient::on_closing() {
  if (!too_slow_) send_log();
}

void CompatClient::on_ended(std::uint16_t /*code*/) {
  part();
}

void CompatClient::on_socket_closed() {
  part();
  ticket_.reset();
  compat_hub_.clients_.erase(this);
}

}  // namespace grtc::signalling
