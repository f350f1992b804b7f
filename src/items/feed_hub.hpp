#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "core/executor.hpp"
#include "core/time.hpp"
#include "items/feed.hpp"
#include "items/feed_event.hpp"
#include "items/item_store.hpp"

namespace grtc::items {

/// The listeners of one I/O thread, and the latest events for those who are about to go live.
/// Thread: that I/O thread; wanted() and executor() any.
class FeedHub : public std::enable_shared_from_this<FeedHub> {
 public:
  FeedHub(ItemStore& store, const FeedOptions& options, core::Executor& executor)
      : store_(store), options_(options), executor_(executor) {}

  [[nodiscard]] core::Executor& executor() const noexcept { return executor_; }
  /// Whether somebody listens, or is about to: only then do events come here.
  [[nodiscard]] bool wanted() const noexcept { return places_.load() > 0; }
  void take_place() noexcept { places_.fetch_add(1); }
  void leave_place() noexcept { places_.fetch_sub(1); }

  /// Begins with what a listener has asked for.
  /// @param from   the id that the client knows; nothing: a new one
  /// @param slice  read after take_place(): all changes beyond it come through deliver()
  /// @param place  held for as long as the listener lives
  void add(std::shared_ptr<FeedSink> sink, std::optional<std::int64_t> from, const ChangeSlice& slice,
           std::shared_ptr<void> place);
  void deliver(const FeedBatch& batch);
  /// The items were replaced as a whole: all listeners have to list again.
  void start_over();
  void tick(core::TimePoint now);

 private:
  struct Listener {
    std::shared_ptr<FeedSink> sink;
    std::shared_ptr<void> place;
    std::int64_t sent = 0;  ///< the change up to which all has been sent
    bool live = false;      ///< else it still gets history from the log
    bool asking = false;    ///< the store has been asked for more history
    bool gone = false;
  };

  void send(Listener& listener, std::shared_ptr<const std::string> bytes);
  void send_slice(Listener& listener, const ChangeSlice& slice);
  void go_live(Listener& listener);
  void ask_for_more(const std::shared_ptr<Listener>& listener);
  void remember(const FeedBatch& batch);
  void forget_gone();

  ItemStore& store_;
  const FeedOptions options_;
  core::Executor& executor_;
  std::atomic<std::size_t> places_{0};
  std::vector<std::shared_ptr<Listener>> listeners_;
  std::deque<FeedEvent> recent_;
  std::size_t recent_bytes_ = 0;
  std::int64_t dropped_ = 0;  ///< the last change that has left recent_
  core::TimePoint commented_at_;
};

}  // namespace grtc::items
