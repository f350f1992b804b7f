#include "items/item_copy.hpp"

namespace grtc::items {
namespace {

/// With items of the largest size about 20 MB in memory.
constexpr std::size_t kAtOnce = 256;

}  // namespace

core::Result<std::int64_t> copy_items(ItemSource& from, ItemTarget& to) {
  std::int64_t copied = 0;
  for (;;) {
    const core::Result<std::vector<Item>> items = from.next(kAtOnce);
    if (!items) return items.error();
    if (items->empty()) break;
    if (auto added = to.add(*items); !added) return added.error();
    copied += static_cast<std::int64_t>(items->size());
  }
  const core::Result<ItemId> next = from.next_item();
  if (!next) return next.error();
  if (auto finished = to.finish(*next); !finished) return finished.error();
  return copied;
}

}  // namespace grtc::items
