#pragma once
#include <cstddef>
#include <optional>
#include <variant>
#include <vector>

#include "core/executor.hpp"
#include "items/answers.hpp"
#include "items/item_store.hpp"

namespace grtc::items {

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

/// Hands each write its result. Both lists have the same length.
void answer_all(std::vector<Write> writes, std::vector<core::Result<Item>> results);

/// Bytes that a waiting write holds in memory, about.
[[nodiscard]] std::size_t weight_of(const Write& write) noexcept;

}  // namespace grtc::items
