#include "net/ws_connection.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace grtc::net {
namespace {

using Kind = WsEvent::Kind;

constexpr std::chrono::seconds kClosingTime{2};
constexpr std::size_t kReadSize = 64 * 1024;
/// One that sends without pause gives way to the others after so many reads.
constexpr int kReadsPerTurn = 4;
constexpr std::size_t kPartsPerWrite = 256;
/// Own frames that may wait before the client has to read them: until then nothing more is read from it.
constexpr std::size_t kControlBound = 64 * 1024;

}  // namespace

struct WsConnection::Pause {
  explicit Pause(IoThread& io) : timer(io) {}
  Timer timer;
  bool active = false;
};

WsConnection::WsConnection(WsLoop& loop, RawSocket socket, std::size_t max_message)
    : loop_(loop), socket_(loop.io(), std::move(socket)), reader_(max_message) {
  loop_.traffic_.opened.add();
}

WsConnection::~WsConnection() {
  if (state_ == State::closed) return;  // then the loop may be gone before us
  stop_heartbeat();
  loop_.traffic_.closed.add();
}

void WsConnection::start(std::string_view handshake, std::string early) {
  send_frames(handshake);
  loop_.beats_.emplace_back(loop_.io().now() + loop_.heartbeat_, this);
  beat_ = std::prev(loop_.beats_.end());
  beating_ = true;
  pending_ = std::move(early);
  if (pending_.empty()) {
    wait_readable();
  } else {
    loop_.io().post([self = shared_from_this()] {
      self->take({});
      self->wait_readable();
    });
  }
}

// ---- in ------------------------------------------------------------------------------------------------------

bool WsConnection::is_paused() const noexcept {
  return pause_ && pause_->active;
}

bool WsConnection::may_read() const noexcept {
  if (state_ == State::closed || close_on_flush_ || is_paused()) return false;
  return control_.size() - control_sent_ <= kControlBound;  // else flush() comes back to wait_readable()
}

void WsConnection::wait_readable() {
  if (reading_ || !may_read()) return;
  reading_ = true;
  socket_.wait_readable(shared_from_this());
}

void WsConnection::on_readable() {
  reading_ = false;
  read();
}

void WsConnection::read() {
  const std::span<char> buffer = loop_.io().scratch().first(kReadSize);
  for (int i = 0; i < kReadsPerTurn; ++i) {
    if (!may_read()) return;
    const Transfer got = socket_.raw().read(buffer);
    if (got.stop == Stop::wants_read || got.stop == Stop::wants_write) return caught_up();
    if (got.stop != Stop::none) return end(close_code::kAbnormal);
    loop_.traffic_.bytes_in.add(got.bytes);
    take(buffer.first(got.bytes));
    if (got.bytes < buffer.size() && !socket_.raw().secure()) return caught_up();
  }
  read_later();
}

/// There may be more, in the kernel or (TLS) already decrypted: after the others have had their turn.
void WsConnection::read_later() {
  reading_ = true;
  loop_.io().post([self = shared_from_this()] { self->on_readable(); });
}

void WsConnection::caught_up() {
  if (state_ == State::open && may_read()) on_caught_up();
  wait_readable();
}

void WsConnection::take(std::span<char> bytes) {
  if (state_ == State::deaf || state_ == State::closed) return;
  if (pending_.empty()) {
    process(bytes);
    pending_.assign(bytes.data(), bytes.size());
    return;
  }
  pending_.append(bytes.data(), bytes.size());
  // A long frame that comes in crumbs is looked at when it is whole, not with each crumb.
  if (pending_.size() < reader_.wanted()) return;
  std::string whole = std::move(pending_);
  pending_ = std::string();
  std::span<char> rest(whole);
  process(rest);
  if (!rest.empty()) pending_.assign(rest.data(), rest.size());
}

/// Takes messages off the front of `bytes` until none is whole any more, or no more is to be taken now.
void WsConnection::process(std::span<char>& bytes) {
  while (may_read() && state_ != State::deaf) {
    const WsEvent event = reader_.next(bytes);
    if (event.kind == Kind::need_more) return;
    handle(event);
  }
  if (state_ == State::deaf || state_ == State::closed) bytes = {};
}

void WsConnection::handle(const WsEvent& event) {
  if (event.kind == Kind::violation) {
    const bool was_open = state_ == State::open;
    close(event.close_code, {});
    state_ = State::deaf;
    if (was_open) on_ended(close_code::kAbnormal);
    return;
  }
  if (event.kind == Kind::close) return handle_close(event.payload);
  // While closing only the other side's close frame counts (RFC 6455 §1.4).
  if (state_ != State::open) return;
  switch (event.kind) {
    case Kind::text:
      loop_.traffic_.messages_in.add();
      return on_text(event.payload);
    case Kind::binary:
      loop_.traffic_.messages_in.add();
      return on_binary(event.payload);
    case Kind::ping:
      pong_ = std::string(event.payload);
      return touch();
    case Kind::pong:
      unanswered_ = 0;
      return on_pong();
    default:
      return;
  }
}

void WsConnection::handle_close(std::string_view payload) {
  const CloseInfo info = read_close(payload);
  if (state_ == State::open) {
    std::string answer;
    if (info.valid && info.code == close_code::kNoStatus) {
      append_frame(answer, Opcode::close, {});  // RFC 6455 §5.5.1: it echoes what came, here nothing
    } else {
      append_close(answer, info.code, {});
    }
    begin_closing(answer);
    on_ended(info.valid ? info.code : close_code::kAbnormal);
  }
  close_on_flush_ = true;
  touch();
}

void WsConnection::end(std::uint16_t code) {
  const bool was_open = state_ == State::open;
  abort();
  if (was_open) on_ended(code);
}

void WsConnection::pause_reading(std::chrono::milliseconds wait) {
  if (!pause_) pause_ = std::make_unique<Pause>(loop_.io());
  pause_->active = true;
  pause_->timer.start(wait, [self = shared_from_this()] {
    if (self->state_ == State::closed) return;
    self->pause_->active = false;
    self->take({});
    if (!self->reading_) self->read();  // at once: whether there is more decides if this client has caught up
  });
}

void WsConnection::resume_reading() {
  if (is_paused()) pause_reading(std::chrono::milliseconds(0));
}

// ---- heartbeat -----------------------------------------------------------------------------------------------

void WsConnection::heartbeat() {
  if (state_ != State::open) return;
  if (!may_read()) {
    unanswered_ = 0;  // its pongs wait in a socket that we don't read
  } else if (unanswered_ >= 2) {
    return on_silent();
  }
  ++unanswered_;
  send_ping();
}

void WsConnection::send_ping() {
  send_frames(std::string_view("\x89\x00", 2));
  on_ping_sent();
}

void WsConnection::stop_heartbeat() {
  if (std::exchange(beating_, false)) loop_.beats_.erase(beat_);
}

// ---- out -----------------------------------------------------------------------------------------------------

void WsConnection::touch() {
  if (dirty_ || blocked_ || state_ == State::closed) return;
  dirty_ = true;
  loop_.flush_later(shared_from_this());
}

void WsConnection::send_text(std::string_view text) {
  append_frame(control_, Opcode::text, text);
  touch();
}

void WsConnection::send_frames(std::string_view frames) {
  control_.append(frames);
  touch();
}

void WsConnection::answer_ping() {
  if (pong_) append_frame(control_, Opcode::pong, *std::exchange(pong_, std::nullopt));
}

void WsConnection::attach(core::EventLog* log) {
  log_ = log;
  if (log_ != nullptr && log_->unwritten() > 0) touch();
}

void WsConnection::send_log() {
  if (log_ == nullptr) return;
  const std::size_t waiting = log_->unwritten();
  for (std::size_t i = 0; i < waiting; ++i) send_frames(log_->unwritten_at(i).view());
  log_->mark_written(waiting);
  loop_.traffic_.messages_out.add(waiting);
}

bool WsConnection::has_output() const noexcept {
  return partial_.size() > 0 || control_.size() > control_sent_ || (log_ != nullptr && log_->unwritten() > 0);
}

std::size_t WsConnection::gather(std::span<iovec> parts) const {
  std::size_t count = 0;
  const auto add = [&](std::string_view bytes) {
    parts[count++] = {const_cast<char*>(bytes.data()), bytes.size()};  // writev only reads it
  };
  if (partial_.size() > 0) add(partial_.view().substr(partial_sent_));
  if (control_.size() > control_sent_) add(std::string_view(control_).substr(control_sent_));
  if (log_ == nullptr) return count;
  const std::size_t waiting = log_->unwritten();
  for (std::size_t i = 0; i < waiting && count < parts.size(); ++i) add(log_->unwritten_at(i).view());
  return count;
}

void WsConnection::consume(std::size_t bytes) {
  loop_.traffic_.bytes_out.add(bytes);
  if (partial_.size() > 0) {
    const std::size_t rest = partial_.size() - partial_sent_;
    if (bytes < rest) {
      partial_sent_ += bytes;
      return;
    }
    bytes -= rest;
    partial_ = core::SharedFrame();
  }
  const std::size_t control = std::min(bytes, control_.size() - control_sent_);
  control_sent_ += control;
  bytes -= control;
  if (control_sent_ == control_.size() && control_sent_ > 0) {
    std::string().swap(control_);
    control_sent_ = 0;
  }
  if (log_ == nullptr) return;
  std::size_t whole = 0;
  while (whole < log_->unwritten() && bytes >= log_->unwritten_at(whole).size()) {
    bytes -= log_->unwritten_at(whole).size();
    ++whole;
  }
  if (bytes > 0) {
    partial_ = log_->unwritten_at(whole);
    partial_sent_ = bytes;
    ++whole;
  }
  log_->mark_written(whole);
  loop_.traffic_.messages_out.add(whole);
}

void WsConnection::flush() {
  dirty_ = false;
  if (state_ == State::closed || blocked_) return;
  answer_ping();
  std::array<iovec, kPartsPerWrite> parts;
  while (has_output()) {
    const std::size_t count = gather(parts);
    const Transfer sent = socket_.raw().write({parts.data(), count});
    if (sent.bytes > 0) consume(sent.bytes);
    if (sent.stop == Stop::wants_write || sent.stop == Stop::wants_read) return wait_writable();
    if (sent.stop != Stop::none) return end(close_code::kAbnormal);
  }
  if (close_on_flush_) return abort();
  // Half-closed at once: one that broke the protocol may not answer, but it will see the end.
  if (state_ == State::deaf) socket_.raw().shutdown_write();
  wait_readable();  // may have been held back by what was waiting here
}

void WsConnection::wait_writable() {
  blocked_ = true;
  socket_.wait_writable(shared_from_this());
}

void WsConnection::on_writable() {
  blocked_ = false;
  flush();
}

// ---- the end -------------------------------------------------------------------------------------------------

void WsConnection::close(std::uint16_t code, std::string_view reason) {
  if (state_ != State::open) return;
  std::string frame;
  append_close(frame, code, reason);
  begin_closing(frame);
}

void WsConnection::begin_closing(std::string_view close_frame) {
  on_closing();
  attach(nullptr);
  stop_heartbeat();
  answer_ping();  // nothing may follow our close frame (RFC 6455 §5.5.1)
  send_frames(close_frame);
  state_ = State::closing;
  resume_reading();  // or the other side's close frame, the end of it all, would wait for the pause to be over
  loop_.closing_.emplace_back(loop_.io().now() + kClosingTime, weak_from_this());
}

void WsConnection::abort() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  attach(nullptr);
  stop_heartbeat();
  if (pause_) pause_->timer.cancel();
  socket_.close();
  loop_.traffic_.closed.add();
  on_socket_closed();
}

}  // namespace grtc::net
