#include "items/feed_hub.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace grtc::items {
namespace {

/// What happens while a listener reads history from the log, which takes milliseconds.
constexpr std::size_t kRecentEvents = 1024;
/// With the last slice of history they must fit a listener's queue (1 MiB).
constexpr std::size_t kRecentBytes = std::size_t{512} * 1024;

const auto kComment = std::make_shared<const std::string>(":\n\n");

}  // namespace

void FeedHub::add(std::shared_ptr<FeedSink> sink, std::optional<std::int64_t> from, const ChangeSlice& slice,
                  std::shared_ptr<void> place) {
  auto listener = std::make_shared<Listener>();
  listener->sink = std::move(sink);
  listener->place = std::move(place);
  listener->sent = from.value_or(slice.last_id);
  listeners_.push_back(listener);
  listener->sink->on_close([hub = weak_from_this(), weak = std::weak_ptr(listener)] {
    const auto gone = weak.lock();
    if (gone) gone->gone = true;
    if (const auto self = hub.lock()) self->forget_gone();
  });
  // An id without data makes no event, but an EventSource returns with it (WHATWG HTML §9.2.6): who is cut off before
  // the first change loses nothing either.
  std::string greeting = fmt::format("retry: {}\n", options_.retry_after.count());
  if (slice.complete || !from) greeting += fmt::format("id: {}\n", listener->sent);
  send(*listener, std::make_shared<const std::string>(greeting + '\n'));
  if (from) {
    send_slice(*listener, slice);
  } else {
    go_live(*listener);
  }
}

void FeedHub::send(Listener& listener, std::shared_ptr<const std::string> bytes) {
  if (!listener.gone && !listener.sink->send(std::move(bytes))) listener.gone = true;
}

void FeedHub::send_slice(Listener& listener, const ChangeSlice& slice) {
  if (!slice.complete) {
    send(listener, std::make_shared<const std::string>(reset_event(slice.last_id)));
    listener.sent = slice.last_id;
  } else if (!slice.changes.empty()) {
    send(listener, to_batch(slice.changes).joined);
    listener.sent = slice.changes.back().id;
  }
  if (listener.sent >= slice.last_id) go_live(listener);
}

void FeedHub::go_live(Listener& listener) {
  // Events that came since the slice was read are in recent_, unless there were too many: then the log is asked again.
  if (dropped_ > listener.sent) return;
  for (const FeedEvent& event : recent_) {
    if (event.id <= listener.sent) continue;
    send(listener, event.bytes);
    listener.sent = event.id;
  }
  listener.live = true;
}

void FeedHub::deliver(const FeedBatch& batch) {
  remember(batch);
  const std::int64_t first = batch.events.front().id;
  const std::int64_t last = batch.events.back().id;
  for (const auto& listener : listeners_) {
    if (!listener->live || listener->sent >= last) continue;
    if (listener->sink->queued() + batch.joined->size() > kRecentBytes) {
      // A burst of large changes is no fault of those who read: they get it in slices that fit their queue.
      listener->live = false;
      continue;
    }
    if (listener->sent < first) {
      send(*listener, batch.joined);
    } else {
      for (const FeedEvent& event : batch.events) {
        if (event.id > listener->sent) send(*listener, event.bytes);
      }
    }
    listener->sent = last;
  }
  forget_gone();
}

void FeedHub::remember(const FeedBatch& batch) {
  for (const FeedEvent& event : batch.events) {
    recent_.push_back(event);
    recent_bytes_ += event.bytes->size();
  }
  while (recent_.size() > kRecentEvents || recent_bytes_ > kRecentBytes) {
    dropped_ = recent_.front().id;
    recent_bytes_ -= recent_.front().bytes->size();
    recent_.pop_front();
  }
}

void FeedHub::start_over() {
  recent_.clear();
  recent_bytes_ = 0;
  dropped_ = 0;
  for (const auto& listener : listeners_) {
    listener->live = false;
    listener->sent = -1;  // in no log: the answer is a reset
    ask_for_more(listener);
  }
}

void FeedHub::ask_for_more(const std::shared_ptr<Listener>& listener) {
  if (std::exchange(listener->asking, true)) return;
  const auto from = listener->sent;
  store_.changes_after(from, executor_, [hub = weak_from_this(), listener, from](core::Result<ChangeSlice> slice) {
    const auto self = hub.lock();
    listener->asking = false;
    // A store too busy to answer is asked again at the next tick; so is one that was asked about another history.
    if (!self || !slice || listener->gone || listener->sent != from) return;
    self->send_slice(*listener, *slice);
    self->forget_gone();
  });
}

void FeedHub::tick(core::TimePoint now) {
  if (!wanted() && !recent_.empty()) {
    dropped_ = recent_.back().id;
    recent_.clear();
    recent_bytes_ = 0;
  }
  for (const auto& listener : listeners_) {
    // Only once the last part has left: history must not fill the queue of a listener who reads.
    if (!listener->live && listener->sink->queued() == 0) ask_for_more(listener);
  }
  if (now - commented_at_ < options_.comment_every) return;
  commented_at_ = now;
  for (const auto& listener : listeners_) send(*listener, kComment);
  forget_gone();
}

void FeedHub::forget_gone() {
  std::erase_if(listeners_, [](const auto& listener) { return listener->gone; });
}

}  // namespace grtc::items
