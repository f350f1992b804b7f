#include "items/feed.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "items/feed_event.hpp"
#include "items/feed_hub.hpp"

namespace grtc::items {
namespace {

/// An id that no log has, for what is no id of ours.
constexpr std::int64_t kNoChange = -1;

std::int64_t parse_event_id(std::string_view text) noexcept {
  std::int64_t id = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  return whole && id > 0 ? id : kNoChange;
}

/// Runs something when the last copy of a closure that holds it has gone.
class AtEnd {
 public:
  explicit AtEnd(std::function<void()> run) : run_(std::move(run)) {}
  AtEnd(const AtEnd&) = delete;
  AtEnd& operator=(const AtEnd&) = delete;
  ~AtEnd() { run_(); }

 private:
  std::function<void()> run_;
};

}  // namespace

struct Feed::Shared : std::enable_shared_from_this<Feed::Shared> {
  Shared(ItemStore& items, FeedOptions feed_options) : store(items), options(std::move(feed_options)) {}

  ItemStore& store;
  const FeedOptions options;
  std::atomic<std::size_t> listeners{0};
  std::mutex mutex;  ///< of hubs: taken once a commit and once a listener
  std::vector<std::shared_ptr<FeedHub>> hubs;

  std::shared_ptr<FeedHub> hub_of(core::Executor& on) {
    const std::lock_guard lock(mutex);
    const auto same =
        std::find_if(hubs.begin(), hubs.end(), [&on](const auto& hub) { return &hub->executor() == &on; });
    if (same != hubs.end()) return *same;
    hubs.push_back(std::make_shared<FeedHub>(store, options, on));
    options.every_tick(on, [weak = std::weak_ptr(hubs.back())](core::TimePoint now) {
      if (const auto hub = weak.lock()) hub->tick(now);
    });
    return hubs.back();
  }

  /// Nothing: there are too many listeners already.
  std::shared_ptr<AtEnd> place_in(const std::shared_ptr<FeedHub>& hub) {
    if (listeners.fetch_add(1) >= options.max_listeners) {
      listeners.fetch_sub(1);
      return nullptr;
    }
    hub->take_place();
    // Weak, as the hub holds the listeners that hold their places.
    return std::make_shared<AtEnd>([weak = weak_from_this(), weak_hub = std::weak_ptr(hub)] {
      if (const auto left = weak_hub.lock()) left->leave_place();
      if (const auto self = weak.lock()) self->listeners.fetch_sub(1);
    });
  }

  void heard(const std::vector<Change>& changes) {
    std::shared_ptr<const FeedBatch> batch;
    const std::lock_guard lock(mutex);
    for (const auto& hub : hubs) {
      if (!hub->wanted()) continue;
      if (!batch && !changes.empty()) batch = std::make_shared<const FeedBatch>(to_batch(changes));
      hub->executor().post([hub, batch] {
        if (batch) {
          hub->deliver(*batch);
        } else {
          hub->start_over();
        }
      });
    }
  }
};

Feed::Feed(ItemStore& store, FeedOptions options) : shared_(std::make_shared<Shared>(store, std::move(options))) {
  store.subscribe([weak = std::weak_ptr(shared_)](const std::vector<Change>& changes) {
    if (const auto shared = weak.lock()) shared->heard(changes);
  });
}

Feed::~Feed() = default;

void Feed::listen(std::optional<std::string> last_event_id, core::Executor& on,
                  std::function<void(core::Result<Start>)> ready) {
  const std::shared_ptr<FeedHub> hub = shared_->hub_of(on);
  std::shared_ptr<AtEnd> place = shared_->place_in(hub);
  if (!place) {
    return ready(core::Problem{core::Code::unavailable, "Too many clients listen to the items already.", {}, 5});
  }
  std::optional<std::int64_t> from;
  if (last_event_id) from = parse_event_id(*last_event_id);
  shared_->store.changes_after(from, on, [hub, place, from, ready = std::move(ready)](core::Result<ChangeSlice> slice) {
    if (!slice) return ready(std::move(slice).error());
    ready(Start([hub, place, from, slice = std::move(*slice)](std::shared_ptr<FeedSink> sink) {
      hub->add(std::move(sink), from, slice, place);
    }));
  });
}

std::size_t Feed::listeners() const noexcept {
  return shared_->listeners.load();
}

}  // namespace grtc::items
