#pragma once
#include <chrono>
#include <deque>
#include <list>
#include <memory>
#include <vector>

#include "core/counter.hpp"
#include "net/io_thread.hpp"

namespace grtc::net {

class WsConnection;

/// What the WebSocket connections of one I/O thread count. Written by that thread, read by any.
struct WsTraffic {
  core::Counter opened;
  core::Counter closed;
  core::Counter bytes_in;
  core::Counter bytes_out;
  core::Counter messages_in;
  core::Counter messages_out;  ///< events; pings, pongs and close frames are not counted
};

/// What the WebSocket connections of one I/O thread share: the flush at the end of a turn, and the lists that
/// their heartbeats and closing deadlines are taken from. Thread: that one.
class WsLoop {
 public:
  /// @param heartbeat  time between two pings to a client (HEARTBEAT_S)
  WsLoop(IoThread& io, std::chrono::milliseconds heartbeat);
  ~WsLoop();

  [[nodiscard]] IoThread& io() noexcept { return io_; }
  [[nodiscard]] WsTraffic& traffic() noexcept { return traffic_; }
  [[nodiscard]] const WsTraffic& traffic() const noexcept { return traffic_; }

  /// `connection` has something to write: all that it gets within this turn leaves in one write.
  void flush_later(std::shared_ptr<WsConnection> connection);
  /// Called after each turn's writes.
  std::function<void()> after_flush;

 private:
  friend class WsConnection;
  using Beat = std::pair<core::TimePoint, WsConnection*>;

  void flush_all();
  void tick(core::TimePoint now);

  IoThread& io_;
  std::chrono::milliseconds heartbeat_;
  WsTraffic traffic_;
  std::vector<std::shared_ptr<WsConnection>> dirty_;
  std::vector<std::shared_ptr<WsConnection>> flushing_;
  std::list<Beat> beats_;  ///< oldest first: all wait the same time
  std::deque<std::pair<core::TimePoint, std::weak_ptr<WsConnection>>> closing_;
};

}  // namespace grtc::net
