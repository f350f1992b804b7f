#pragma once
#include <vector>

#include "core/executor.hpp"
#include "items/item_store.hpp"

namespace grtc::items {

/// A result, and who waits for it.
struct Answer {
  core::Executor* on;
  ItemStore::Done<Item> done;
  core::Result<Item> result;
};

/// Hands them out: one post for all that wait on the same executor.
void answer_all(std::vector<Answer> answers);

}  // namespace grtc::items
