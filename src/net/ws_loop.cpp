#include "net/ws_loop.hpp"

#include "net/ws_connection.hpp"

namespace grtc::net {

WsLoop::WsLoop(IoThread& io, std::chrono::milliseconds heartbeat) : io_(io), heartbeat_(heartbeat) {
  io_.every_tick([this](core::TimePoint now) { tick(now); });
}

WsLoop::~WsLoop() = default;

void WsLoop::flush_later(std::shared_ptr<WsConnection> connection) {
  dirty_.push_back(std::move(connection));
  if (dirty_.size() == 1) io_.at_end_of_turn([this] { flush_all(); });
}

void WsLoop::flush_all() {
  flushing_.swap(dirty_);
  for (const auto& connection : flushing_) connection->flush();
  flushing_.clear();
  if (after_flush) after_flush();
}

void WsLoop::tick(core::TimePoint now) {
  while (!beats_.empty() && beats_.front().first <= now) {
    WsConnection& connection = *beats_.front().second;
    beats_.front().first = now + heartbeat_;
    beats_.splice(beats_.end(), beats_, beats_.begin());
    connection.heartbeat();
  }
  while (!closing_.empty() && closing_.front().first <= now) {
    // The other side did not finish the closing handshake: RFC 6455 §7.1.1 lets us close.
    if (const auto connection = closing_.front().second.lock()) connection->abort();
    closing_.pop_front();
  }
}

}  // namespace grtc::net
