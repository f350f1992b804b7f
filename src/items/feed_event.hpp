#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "items/item_store.hpp"

namespace grtc::items {

/// One change as it goes over the wire.
struct FeedEvent {
  std::int64_t id = 0;
  std::shared_ptr<const std::string> bytes;
};

/// What one commit of the store has changed, in order.
struct FeedBatch {
  std::vector<FeedEvent> events;
  std::shared_ptr<const std::string> joined;  ///< the bytes of all: one send for who has seen none of them
};

/// `id: 7`, `event: created`, `data: {"type":"created","item":{…}}` and an empty line.
[[nodiscard]] FeedEvent to_event(const Change& change);
/// `changes` is not empty.
[[nodiscard]] FeedBatch to_batch(const std::vector<Change>& changes);
/// Says that the list has to be read again; what follows it comes after change `id`.
[[nodiscard]] std::string reset_event(std::int64_t id);

}  // namespace grtc::items
