#include "bench/wire.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>
#include <utility>

#include "net/client_tls.hpp"
#include "net/ws_codec.hpp"

namespace grtc::bench {
namespace {

using core::Code;
using core::Problem;

/// The mask is for proxies that might take a payload for HTTP (RFC 6455 §10.3); ours is no secret.
constexpr char kMask[4] = {0x37, 0x5a, 0x13, 0x6e};
constexpr std::size_t kMaxHead = 16384;
constexpr int kReadsPerTurn = 8;

Problem wrong(std::string why) {
  return {Code::bad_request, std::move(why), {}, 0};
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = (value << 8) | static_cast<unsigned char>(byte);
  return value;
}

}  // namespace

core::Result<Target> Target::find(const std::string& url) {
  std::string_view rest = url;
  const auto is = [&](std::string_view scheme) { return rest.starts_with(scheme); };
  Target target;
  target.tls = is("wss://") || is("https://");
  if (!target.tls && !is("ws://") && !is("http://")) return wrong("must be like http://localhost:8001");
  rest.remove_prefix(rest.find("//") + 2);
  target.host = rest.substr(0, rest.find('/'));
  target.path = rest.substr(std::min(rest.size(), target.host.size()));
  while (target.path.ends_with('/')) target.path.pop_back();
  std::string name = target.host;
  std::string port = target.tls ? "443" : "80";
  if (const std::size_t colon = name.rfind(':');
      colon != std::string::npos && name.find(']', colon) == std::string::npos) {
    port = name.substr(colon + 1);
    name.resize(colon);
  }
  if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  target.name = name;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(name.c_str(), port.c_str(), &hints, &found); error != 0) {
    return wrong(::gai_strerror(error));
  }
  std::memcpy(&target.address, found->ai_addr, found->ai_addrlen);
  target.address_size = found->ai_addrlen;
  ::freeaddrinfo(found);
  return target;
}

// ---- opening -----------------------------------------------------------------------------------------------------

void Wire::open(const Target& target, const std::string& path, std::string_view subprotocol) {
  const int fd = ::socket(target.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail(std::strerror(errno));
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto* address = reinterpret_cast<const sockaddr*>(&target.address);
  const bool begun = ::connect(fd, address, target.address_size) == 0 || errno == EINPROGRESS;
  const int error = errno;
  is_tls_ = target.tls;
  if (is_tls_) {
    auto secured = net::secure_client(fd, target.name);
    if (!secured) return fail(secured.error().sentence);
    socket_ = std::make_unique<net::Socket>(io_, *std::move(secured));
  } else {
    socket_ = std::make_unique<net::Socket>(io_, net::RawSocket(fd, nullptr));
  }
  if (!begun) return fail(std::strerror(error));
  request_ = "GET " + target.path + path + " HTTP/1.1\r\nHost: " + target.host +
             "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
             "Sec-WebSocket-Key: Z1JUQyBsb2FkIHRlc3QgMQ==\r\n";
  if (!subprotocol.empty()) request_.append("Sec-WebSocket-Protocol: ").append(subprotocol).append("\r\n");
  request_ += "\r\n";
  socket_->wait_writable(shared_from_this());
}

void Wire::on_writable() {
  if (state_ == State::over) return;
  if (state_ == State::connecting) return connected();
  blocked_ = false;
  flush();
}

void Wire::connected() {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket_->raw().fd(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return fail(std::strerror(error));
  state_ = State::greeting;
  out_ += std::exchange(request_, {});
  flush();
  if (state_ != State::over) socket_->wait_readable(shared_from_this());
}

bool Wire::take_greeting() {
  const std::size_t end = in_.find("\r\n\r\n");
  if (end == std::string::npos) {
    if (in_.size() > kMaxHead) fail("the answer is not HTTP");
    return false;
  }
  if (!in_.starts_with("HTTP/1.1 101")) {
    fail("refused: " + in_.substr(0, std::min(in_.find("\r\n"), std::size_t{80})));
    return false;
  }
  taken_ = end + 4;
  state_ = State::open;
  end_->on_open();
  return true;
}

// ---- in ----------------------------------------------------------------------------------------------------------

void Wire::on_readable() {
  // What TLS has decrypted already makes no socket readable: it is read to its end.
  for (int i = 0; (is_tls_ || i < kReadsPerTurn) && state_ != State::over; ++i) {
    const auto scratch = io_.scratch();
    const net::Transfer got = socket_->raw().read(scratch);
    in_.append(scratch.data(), got.bytes);
    if (got.bytes > 0) take();
    if (state_ == State::over || got.stop == net::Stop::wants_read) break;
    if (got.stop == net::Stop::wants_write) {
      blocked_ = true;
      socket_->wait_writable(shared_from_this());
      break;
    }
    if (got.stop != net::Stop::none) return break_down();
    if (!is_tls_ && got.bytes < scratch.size()) break;
  }
  if (state_ == State::over) return;
  socket_->wait_readable(shared_from_this());
  if (!out_.empty()) flush_later();
}

void Wire::take() {
  if (state_ == State::greeting && !take_greeting()) return;
  while ((state_ == State::open || state_ == State::leaving) && take_frame()) {
  }
  if (state_ == State::over) return;
  in_.erase(0, taken_);
  taken_ = 0;
}

/// Takes one whole frame of the server's, which has no mask, off in_. Servers send each of our messages as one frame.
bool Wire::take_frame() {
  const std::string_view left = std::string_view(in_).substr(taken_);
  if (left.size() < 2) return false;
  const auto second = static_cast<unsigned char>(left[1]);
  const std::size_t extra = second < 126 ? 0 : second == 126 ? 2 : 8;
  if (left.size() < 2 + extra) return false;
  const std::uint64_t size = extra == 0 ? second : big_endian(left.substr(2, extra));
  if (left.size() - 2 - extra < size) return false;
  const std::string_view payload = left.substr(2 + extra, size);
  taken_ += 2 + extra + size;
  switch (static_cast<net::Opcode>(left[0] & 0x0F)) {
    case net::Opcode::text:
    case net::Opcode::binary:
      if (state_ == State::open) end_->on_text(payload);
      return true;
    case net::Opcode::ping:
      frame(static_cast<unsigned>(net::Opcode::pong), payload);
      return true;
    case net::Opcode::close: {
      const std::string code = payload.size() < 2 ? "1005" : std::to_string(big_endian(payload.substr(0, 2)));
      fail("closed with " + code);
      return false;
    }
    default:
      return true;
  }
}

// ---- out ---------------------------------------------------------------------------------------------------------

void Wire::send(std::string_view text) {
  if (state_ == State::open) frame(static_cast<unsigned>(net::Opcode::text), text);
}

void Wire::frame(unsigned opcode, std::string_view payload) {
  if (state_ == State::over) return;
  out_ += static_cast<char>(0x80U | opcode);
  if (payload.size() < 126) {
    out_ += static_cast<char>(0x80U | payload.size());
  } else {
    const bool wide = payload.size() > 0xFFFF;
    out_ += static_cast<char>(wide ? 0xFF : 0xFE);
    for (int shift = wide ? 56 : 8; shift >= 0; shift -= 8) out_ += static_cast<char>((payload.size() >> shift) & 0xFF);
  }
  out_.append(kMask, sizeof kMask);
  const std::size_t begin = out_.size();
  out_.append(payload);
  net::unmask({out_.data() + begin, payload.size()}, kMask);
  flush_later();
}

void Wire::flush_later() {
  if (flushing_ || blocked_) return;
  flushing_ = true;
  io_.at_end_of_turn([self = shared_from_this()] {
    self->flushing_ = false;
    if (self->state_ != State::over && !self->blocked_) self->flush();
  });
}

void Wire::flush() {
  while (sent_ < out_.size()) {
    const iovec part{out_.data() + sent_, out_.size() - sent_};
    const net::Transfer went = socket_->raw().write({&part, 1});
    sent_ += went.bytes;
    if (went.stop == net::Stop::wants_write) {
      blocked_ = true;
      return socket_->wait_writable(shared_from_this());
    }
    if (went.stop == net::Stop::wants_read) return;  // a TLS handshake goes on with what comes
    if (went.stop != net::Stop::none) return break_down();
  }
  out_.clear();
  sent_ = 0;
}

// ---- the end -----------------------------------------------------------------------------------------------------

void Wire::cut() {
  end_ = nullptr;
  if (state_ == State::over) return;
  const linger reset{1, 0};
  if (socket_) ::setsockopt(socket_->raw().fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  close();
}

void Wire::let_go() {
  end_ = nullptr;
  if (state_ != State::open) return close();
  frame(static_cast<unsigned>(net::Opcode::close), std::string_view("\x03\xe8", 2));
  state_ = State::leaving;  // until the server's close frame, or its end
}

void Wire::close() {
  state_ = State::over;
  if (socket_) socket_->close();
}

void Wire::break_down() {
  const bool in_handshake = is_tls_ && state_ == State::greeting;
  fail(in_handshake ? "TLS failed: is its certificate one that this machine trusts?" : "the connection broke");
}

void Wire::fail(std::string_view why) {
  if (state_ == State::over) return;
  close();
  // Posted: who opened it must not find itself called from inside that.
  io_.post([self = shared_from_this(), reason = std::string(why)] {
    if (self->end_ != nullptr) std::exchange(self->end_, nullptr)->on_end(reason);
  });
}

}  // namespace grtc::bench
