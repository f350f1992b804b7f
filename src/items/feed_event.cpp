#include "items/feed_event.hpp"

#include <string_view>

#include <fmt/format.h>

namespace grtc::items {
namespace {

std::string_view name_of(Change::Kind kind) noexcept {
  switch (kind) {
    case Change::Kind::created:
      return "created";
    case Change::Kind::updated:
      return "updated";
    default:
      return "deleted";
  }
}

}  // namespace

FeedEvent to_event(const Change& change) {
  // JSON of ours has no line break outside of escapes, so one `data:` line is enough.
  return {change.id, std::make_shared<const std::string>(
                         fmt::format("id: {}\nevent: {}\ndata: {{\"type\":\"{}\",\"item\":{}}}\n\n", change.id,
                                     name_of(change.kind), name_of(change.kind), *change.item_json))};
}

FeedBatch to_batch(const std::vector<Change>& changes) {
  FeedBatch batch;
  batch.events.reserve(changes.size());
  for (const Change& change : changes) batch.events.push_back(to_event(change));
  if (batch.events.size() == 1) {
    batch.joined = batch.events.front().bytes;
    return batch;
  }
  std::string all;
  for (const FeedEvent& event : batch.events) all += *event.bytes;
  batch.joined = std::make_shared<const std::string>(std::move(all));
  return batch;
}

std::string reset_event(std::int64_t id) {
  return fmt::format("id: {}\nevent: reset\ndata: {{\"type\":\"reset\"}}\n\n", id);
}

}  // namespace grtc::items
