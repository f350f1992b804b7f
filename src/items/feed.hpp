#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/executor.hpp"
#include "core/problem.hpp"
#include "core/time.hpp"
#include "items/item_store.hpp"

namespace grtc::items {

/// Where a listener's bytes go. Used on its executor's thread only.
class FeedSink {
 public:
  FeedSink() = default;
  FeedSink(const FeedSink&) = delete;
  FeedSink& operator=(const FeedSink&) = delete;
  virtual ~FeedSink() = default;

  /// False: the listener is gone, and is not sent to again.
  virtual bool send(std::shared_ptr<const std::string> bytes) = 0;
  /// Bytes that wait to leave: more history is read when there are none.
  [[nodiscard]] virtual std::size_t queued() const = 0;
  /// `closed` runs once, not inside send(), when the listener has gone.
  virtual void on_close(std::function<void()> closed) = 0;
};

struct FeedOptions {
  std::size_t max_listeners = 10'000;           ///< over all threads; above: Code::unavailable
  std::chrono::seconds comment_every{15};       ///< docs/http-api.md; below the 30 to 60 s of common proxies
  std::chrono::milliseconds retry_after{2000};  ///< what an EventSource waits before it returns
  /// Has `tick` called on `on`'s own thread about every 100 ms, for as long as that thread runs. Called once for each
  /// executor, on its thread.
  std::function<void(core::Executor& on, std::function<void(core::TimePoint)> tick)> every_tick;
};

/// The live feed of item changes as a text/event-stream (WHATWG HTML §9.2): an event's bytes are built once and shared
/// by all who listen. Who resumes gets what the change log still has, then what is new, with nothing left out or
/// doubled between the two; or an event `reset`.
class Feed {
 public:
  /// Begins the feed into a sink; on the listener's thread, once. Dropped without a call: the listener has left.
  using Start = std::function<void(std::shared_ptr<FeedSink>)>;

  /// `store` outlives the feed.
  Feed(ItemStore& store, FeedOptions options);
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;
  ~Feed();

  /// Counts a listener in, and asks the store where the log stands. From then on no change escapes it.
  /// @param last_event_id  what the client has seen last; nothing: only what happens from now on
  /// @param on             the I/O thread that calls
  /// @param ready          runs once on `on`: with how to begin, or with the reason why not
  void listen(std::optional<std::string> last_event_id, core::Executor& on,
              std::function<void(core::Result<Start>)> ready);

  /// Those counted in. Any thread.
  [[nodiscard]] std::size_t listeners() const noexcept;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace grtc::items
