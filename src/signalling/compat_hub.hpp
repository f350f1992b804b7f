#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/counter.hpp"
#include "core/event_log.hpp"
#include "net/ws_loop.hpp"
#include "ops/log.hpp"
#include "signalling/drain.hpp"

namespace grtc::signalling {

class CompatClient;

/// What the connections of one dialect are told at start, whichever it is. Every value comes from the settings.
struct CompatOptions {
  std::string_view protocol;          ///< `peerjs`, `y-webrtc`, `trystero`: in logs and metrics
  std::size_t max_message_bytes = 0;  ///< MAX_MESSAGE_BYTES
  double message_rate = 0;            ///< MESSAGE_RATE; 0: off
  std::chrono::milliseconds heartbeat{};
  core::LogBounds queue;  ///< QUEUE_EVENTS, QUEUE_BYTES
};

/// Written by the hub's thread, read by any.
struct CompatCounters {
  core::Counter bad_frames;   ///< no JSON, or nothing that the dialect knows as a frame
  core::Counter overflows;    ///< connections ended because they read too slowly
  core::Counter refused;      ///< messages and subscriptions that a bound stood against
  core::Counter undelivered;  ///< messages that waited for their receiver in vain
  core::Counter throttled;    ///< times that a connection was not read from because of MESSAGE_RATE
};

/// The connections of one dialect on one I/O thread. Thread: that one, but for what says otherwise.
class CompatHub {
 public:
  CompatHub(net::IoThread& io, const CompatOptions& options, ops::Log& log);
  CompatHub(const CompatHub&) = delete;
  CompatHub& operator=(const CompatHub&) = delete;
  virtual ~CompatHub();

  [[nodiscard]] net::IoThread& io() noexcept { return io_; }
  [[nodiscard]] const CompatOptions& options() const noexcept { return options_; }
  /// Any thread may read these.
  [[nodiscard]] const CompatCounters& counters() const noexcept { return counters_; }
  [[nodiscard]] const net::WsTraffic& traffic() const noexcept { return loop_.traffic(); }

  /// Closes all connections with 1012, spread evenly over `over`; `done` runs when the last one is closed, or half a
  /// second after it was told to.
  void drain(std::chrono::milliseconds over, std::function<void()> done);
  [[nodiscard]] bool draining() const noexcept { return drain_.has_value(); }

 protected:
  /// Another thread can't keep up with what this one sends: read less.
  [[nodiscard]] virtual bool congested() const { return false; }
  virtual void tick(core::TimePoint now);
  /// For the destructor of the hub that the connections use.
  void abort_all();

  CompatCounters counters_;

 private:
  friend class CompatClient;
  void drain_some(core::TimePoint now);

  net::IoThread& io_;
  const CompatOptions& options_;
  ops::Log& log_;
  net::WsLoop loop_;
  std::unordered_set<CompatClient*> clients_;
  std::optional<Drain> drain_;
};

}  // namespace grtc::signalling
