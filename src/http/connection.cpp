#include "http/connection.hpp"

#include <span>
#include <utility>

namespace grtc::http {
namespace {

constexpr std::size_t kReadAtOnce = std::size_t{64} * 1024;
/// One that sends without end must not keep the others of its thread waiting.
constexpr int kReadsPerTurn = 16;
/// Bytes of events that a client may be behind with.
constexpr std::size_t kMaxStreamBytes = std::size_t{1024} * 1024;

}  // namespace

Connection::Connection(std::shared_ptr<Lane> lane, net::Accepted accepted, SSL_CTX* tls)
    : lane_(std::move(lane)),
      socket_(lane_->io, net::RawSocket(accepted.fd, tls)),
      remote_(make_remote(std::move(accepted.address), lane_->site->options.proxies)),
      out_(lane_->spare) {
  remote_.secure = tls != nullptr;
  ++lane_->site->sockets;
}

Connection::~Connection() {
  if (state_ != State::closed) --lane_->site->sockets;
}

void Connection::start() {
  settle();
}

void Connection::arm_readable() {
  if (std::exchange(read_armed_, true)) return;
  socket_.wait_readable(shared_from_this());
}

void Connection::arm_writable() {
  if (std::exchange(write_armed_, true)) return;
  socket_.wait_writable(shared_from_this());
}

void Connection::on_readable() {
  read_armed_ = false;
  go_on_reading();
}

void Connection::go_on_reading() {
  switch (state_) {
    case State::reading:
      return read_requests();
    case State::streaming:
    case State::lingering:
      return read_and_drop();
    default:
      unread_ = true;
  }
}

void Connection::on_writable() {
  write_armed_ = false;
  if (std::exchange(read_when_writable_, false)) return go_on_reading();
  settle();
}

void Connection::read_requests() {
  const std::span<char> into = lane_->io.scratch().first(kReadAtOnce);
  for (int i = 0; i < kReadsPerTurn; ++i) {
    const net::Transfer got = socket_.raw().read(into);
    unread_ = got.stop == net::Stop::none;
    switch (got.stop) {
      case net::Stop::none:
        drive({into.data(), got.bytes});
        break;
      case net::Stop::wants_read:
        return settle();
      case net::Stop::wants_write:
        read_when_writable_ = true;
        arm_writable();
        return settle();
      default:
        return on_end();
    }
    // A plain socket that gave less is empty; of TLS a record may wait inside, where no readiness tells of it.
    unread_ = remote_.secure || got.bytes == into.size();
    if (state_ != State::reading || stalled_ || !unread_) break;
  }
  settle();
}

void Connection::read_and_drop() {
  for (int i = 0; i < kReadsPerTurn; ++i) {
    const net::Transfer got = socket_.raw().read(lane_->io.scratch());
    if (got.stop == net::Stop::wants_read) return arm_readable();
    if (got.stop != net::Stop::none) return close();
  }
  lane_->io.post([self = shared_from_this()] { self->go_on_reading(); });
}

void Connection::on_end() {
  // The client has closed its side only: what it asked for before is still on the way to it.
  if (out_.empty()) return close();
  state_ = State::finishing;
  settle();
}

void Connection::settle() {
  for (;;) {
    if (state_ == State::closed || (!out_.empty() && !flush())) return;
    if (state_ == State::upgrading) return hand_over();
    if (state_ == State::finishing) return linger();
    if (state_ != State::reading || !std::exchange(stalled_, false)) return park();
    drive({});
  }
}

bool Connection::flush() {
  const std::size_t before = out_.bytes();
  switch (out_.flush(socket_.raw())) {
    case net::Stop::none:
      return true;
    case net::Stop::wants_write:
      arm_writable();
      break;
    case net::Stop::wants_read:
      arm_readable();
      break;
    default:
      close();
      return false;
  }
  if (out_.bytes() != before || why != Wait::write || !is_linked()) lane_->wait(*this, Wait::write);
  return false;
}

void Connection::park() {
  if (state_ == State::lingering) return;
  if (state_ == State::waiting) return lane_->wait(*this, Wait::reply);
  if (state_ == State::streaming) {
    lane_->wait(*this, Wait::stream);
    return arm_readable();
  }
  // It became idle after its lane closed the idle ones.
  if (lane_->drained() && !parser_ && (used_ || !lane_->hears_newcomers())) return drain();
  // A TLS connection without a request is one in its handshake, or it could be.
  const bool in_head = parser_ ? !parser_->head_done() : remote_.secure && !used_;
  // The time for a head runs from its first byte: a drop now and then doesn't lengthen it.
  if (!in_head || why != Wait::head || !is_linked()) {
    lane_->wait(*this, in_head ? Wait::head : parser_ ? Wait::body : Wait::idle);
  }
  if (unread_ && remote_.secure) {
    lane_->io.post([self = shared_from_this()] { self->go_on_reading(); });
  } else if (!read_when_writable_) {
    arm_readable();
  }
}

void Connection::linger() {
  // Closing with bytes unread makes a reset, which may overtake our last answer: RFC 9112 §9.6.
  socket_.raw().shutdown_write();
  state_ = State::lingering;
  lane_->wait(*this, Wait::linger);
  arm_readable();
}

void Connection::close() {
  if (std::exchange(state_, State::closed) == State::closed) return;
  if (is_linked()) unlink();
  socket_.close();
  parser_.reset();
  upgrade_.reset();
  --lane_->site->sockets;
  // Posted: its listener must not find itself called from inside a send().
  if (auto stream = stream_.lock()) lane_->io.post([stream] { stream->ended(); });
}

void Connection::expire(Wait what) {
  if (what != Wait::body) return close();
  refuse({core::Code::timed_out, "The content made no progress.", {}, 0});
  settle();
}

void Connection::drain() {
  if (state_ == State::streaming) {
    end_stream();
  } else if (state_ == State::reading && !parser_ && out_.empty() && (used_ || !lane_->hears_newcomers())) {
    socket_.raw().shutdown_write();
    close();
  }
}

void Connection::flush_now() {
  flush_asked_ = false;
  settle();
}

bool Connection::send_event(std::shared_ptr<const std::string> bytes) {
  if (state_ != State::streaming) return false;
  if (out_.bytes() + bytes->size() > kMaxStreamBytes) {
    close();
    return false;
  }
  const std::string_view view = *bytes;
  out_.refer(view, std::move(bytes));
  if (!write_armed_ && !driving_ && !std::exchange(flush_asked_, true)) lane_->flush_later(shared_from_this());
  return true;
}

void Connection::end_stream() {
  if (state_ != State::streaming) return;
  state_ = State::finishing;
  if (auto stream = stream_.lock()) lane_->io.post([stream] { stream->ended(); });
  if (!driving_ && !std::exchange(flush_asked_, true)) lane_->flush_later(shared_from_this());
}

}  // namespace grtc::http
