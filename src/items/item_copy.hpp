#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/problem.hpp"
#include "items/item.hpp"

namespace grtc::items {

/// Where a copy comes from: the items of one moment, however much is written meanwhile. Calls block.
class ItemSource {
 public:
  ItemSource() = default;
  ItemSource(const ItemSource&) = delete;
  ItemSource& operator=(const ItemSource&) = delete;
  virtual ~ItemSource() = default;

  /// The next items by their ids, at most `most`; empty: that was all.
  [[nodiscard]] virtual core::Result<std::vector<Item>> next(std::size_t most) = 0;
  /// The id that the next new item would have had: one that is deleted is never used again.
  [[nodiscard]] virtual core::Result<ItemId> next_item() = 0;
};

/// Where it goes: a store without items. Nothing is seen of the copy before finish(), and nothing remains of one that
/// was not finished: it is simply made again. Calls block.
class ItemTarget {
 public:
  ItemTarget() = default;
  ItemTarget(const ItemTarget&) = delete;
  ItemTarget& operator=(const ItemTarget&) = delete;
  virtual ~ItemTarget() = default;

  /// Adds items as they are, with their ids, versions and times.
  [[nodiscard]] virtual core::Result<void> add(std::span<const Item> items) = 0;
  [[nodiscard]] virtual core::Result<void> finish(ItemId next_item) = 0;
};

/// @return how many items were copied
[[nodiscard]] core::Result<std::int64_t> copy_items(ItemSource& from, ItemTarget& to);

}  // namespace grtc::items
