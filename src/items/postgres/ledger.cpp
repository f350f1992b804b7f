#include "items/postgres/ledger.hpp"

#include <algorithm>
#include <memory>

#include "items/precondition.hpp"
#include "items/refusals.hpp"
#include "items/rules.hpp"

namespace grtc::items::postgres {

core::Result<Item> Ledger::apply(const Write& write) {
  return std::visit([this](const auto& what) { return run(what); }, write.what);
}

core::Result<Item> Ledger::run(const CreateItem& write) {
  if (write.once) {
    if (const auto before = books_.answered.find(write.once->key); before != books_.answered.end()) {
      if (before->second.fingerprint != write.once->fingerprint) return key_used();
      return before->second.item;
    }
  }
  const Draft& draft = write.draft;
  Item item{books_.next_item++, draft.name, draft.description, draft.data, 1, books_.now, books_.now};
  put(item, true);
  ++books_.total;
  log(Change::Kind::created, item);
  if (write.once) {
    const Books::Answered answer{write.once->fingerprint, item};
    books_.answered.emplace(write.once->key, answer);
    kept_.emplace_back(write.once->key, answer);
  }
  return item;
}

core::Result<Item> Ledger::run(const ReplaceItem& write) {
  core::Result<Item> before = current(write.id, write.when);
  if (!before) return before;
  return update(*before, write.draft);
}

core::Result<Item> Ledger::run(const PatchItem& write) {
  core::Result<Item> before = current(write.id, write.when);
  if (!before) return before;
  core::Result<Draft> draft = apply_patch(*before, write.patch);
  if (!draft) return std::move(draft).error();
  return update(*before, *std::move(draft));
}

core::Result<Item> Ledger::run(const RemoveItem& write) {
  core::Result<Item> before = current(write.id, write.when);
  if (!before) return before;
  put(*before, false);
  --books_.total;
  log(Change::Kind::deleted, *before);
  return before;
}

core::Result<Item> Ledger::current(ItemId id, const Precondition& when) const {
  const Item* item = nullptr;
  if (const auto touched = touched_.find(id); touched != touched_.end()) {
    if (touched->second.exists) item = &touched->second.item;
  } else if (const auto read = books_.items.find(id); read != books_.items.end()) {
    item = &read->second;
  }
  if (item == nullptr) return not_found();
  if (!allows(when, item->version)) return moved_on();
  return *item;
}

Item Ledger::update(const Item& before, Draft draft) {
  // A clock that was set back makes no change older than the one before.
  const core::WallTime now = std::max(books_.now, before.updated_at);
  Item item{before.id,
            std::move(draft.name),
            std::move(draft.description),
            std::move(draft.data),
            before.version + 1,
            before.created_at,
            now};
  put(item, true);
  log(Change::Kind::updated, item);
  return item;
}

void Ledger::put(const Item& item, bool exists) {
  const auto [at, fresh] = touched_.try_emplace(item.id);
  if (fresh) at->second.existed = books_.items.contains(item.id);
  at->second.exists = exists;
  at->second.item = item;
}

void Ledger::log(Change::Kind kind, const Item& item) {
  changes_.push_back({books_.next_change++, kind, std::make_shared<const std::string>(to_json(item))});
}

std::vector<Item> Ledger::created() const {
  std::vector<Item> items;
  for (const auto& [id, touched] : touched_) {
    if (!touched.existed && touched.exists) items.push_back(touched.item);
  }
  return items;
}

std::vector<Item> Ledger::updated() const {
  std::vector<Item> items;
  for (const auto& [id, touched] : touched_) {
    if (touched.existed && touched.exists) items.push_back(touched.item);
  }
  return items;
}

std::vector<ItemId> Ledger::removed() const {
  std::vector<ItemId> ids;
  for (const auto& [id, touched] : touched_) {
    if (touched.existed && !touched.exists) ids.push_back(id);
  }
  return ids;
}

}  // namespace grtc::items::postgres
