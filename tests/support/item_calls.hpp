#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "items/item_store.hpp"
#include "support/loop.hpp"

namespace grtc::test {

/// A store's calls, each waited for.
class ItemCalls {
 public:
  using Item = items::Item;
  template <class T>
  using Done = items::ItemStore::Done<T>;

  /// @param loop  what the answers come to; it must outlive the store where something may still be on its way
  explicit ItemCalls(items::ItemStore& store, std::shared_ptr<Loop> loop = std::make_shared<Loop>())
      : store_(store), loop_(std::move(loop)) {}

  core::Result<Item> create(items::Draft draft, std::optional<items::Idempotency> once = std::nullopt) {
    return loop_->wait_for<Item>([&](Done<Item> done) { store_.create(draft, once, *loop_, std::move(done)); });
  }
  core::Result<Item> create(const std::string& name) { return create(items::Draft{name, "", "{}"}); }
  core::Result<Item> get(items::ItemId id) {
    return loop_->wait_for<Item>([&](Done<Item> done) { store_.get(id, *loop_, std::move(done)); });
  }
  core::Result<Item> replace(items::ItemId id, items::Draft draft, items::Precondition when = {}) {
    return loop_->wait_for<Item>([&](Done<Item> done) { store_.replace(id, draft, when, *loop_, std::move(done)); });
  }
  core::Result<Item> patch(items::ItemId id, const std::string& patch, items::Precondition when = {}) {
    return loop_->wait_for<Item>([&](Done<Item> done) { store_.patch(id, patch, when, *loop_, std::move(done)); });
  }
  core::Result<Item> remove(items::ItemId id, items::Precondition when = {}) {
    return loop_->wait_for<Item>([&](Done<Item> done) { store_.remove(id, when, *loop_, std::move(done)); });
  }
  core::Result<items::Page> list(const items::ListQuery& query = {}) {
    return loop_->wait_for<items::Page>([&](Done<items::Page> done) { store_.list(query, *loop_, std::move(done)); });
  }
  core::Result<items::ChangeSlice> changes_after(std::optional<std::int64_t> id) {
    return loop_->wait_for<items::ChangeSlice>(
        [&](Done<items::ChangeSlice> done) { store_.changes_after(id, *loop_, std::move(done)); });
  }

  /// The ids of all pages of `query`, in order; every page has the same total.
  std::vector<items::ItemId> all_ids(items::ListQuery query) {
    std::vector<items::ItemId> ids;
    do {
      const auto page = list(query);
      if (!page) throw std::runtime_error(page.error().sentence);
      for (const Item& item : page->items) ids.push_back(item.id);
      query.cursor = page->next_cursor;
    } while (!query.cursor.empty());
    return ids;
  }

  Loop& loop() noexcept { return *loop_; }

 private:
  items::ItemStore& store_;
  std::shared_ptr<Loop> loop_;
};

inline std::vector<std::string> names_of(const items::Page& page) {
  std::vector<std::string> names;
  for (const items::Item& item : page.items) names.push_back(item.name);
  return names;
}

/// "" for success.
template <class T>
std::string sentence_of(const core::Result<T>& result) {
  return result ? std::string() : result.error().sentence;
}

}  // namespace grtc::test
