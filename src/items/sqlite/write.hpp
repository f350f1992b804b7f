#pragma once
#include <cstddef>
#include <optional>
#include <variant>

#include "core/executor.hpp"
#include "items/item_store.hpp"

namespace grtc::items::sqlite {

struct CreateItem {
  Draft draft;
  std::optional<Idempotency> once;
};
struct ReplaceItem {
  ItemId id;
  Draft draft;
  Precondition when;
};
struct PatchItem {
  ItemId id;
  JsonPatch patch;
  Precondition when;
};
struct RemoveItem {
  ItemId id;
  Precondition when;
};

/// A write that waits for the writer, and who waits for it.
struct Write {
  std::variant<CreateItem, ReplaceItem, PatchItem, RemoveItem> what;
  core::Executor* on;
  ItemStore::Done<Item> done;
};

/// Bytes that a waiting write holds in memory, about.
[[nodiscard]] std::size_t weight_of(const Write& write) noexcept;

}  // namespace grtc::items::sqlite
