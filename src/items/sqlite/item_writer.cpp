#include "items/sqlite/item_writer.hpp"

#include <algorithm>
#include <utility>

#include "items/precondition.hpp"
#include "items/refusals.hpp"
#include "items/retention.hpp"
#include "items/rules.hpp"
#include "items/sqlite/item_rows.hpp"

namespace grtc::items::sqlite {
namespace {

/// Keys go a bounded number at a time, so that no batch of writes waits for a day's worth of them.
constexpr std::chrono::seconds kBetweenKeyPrunings{1};

}  // namespace

core::Result<std::unique_ptr<ItemWriter>> ItemWriter::prepare(Connection& db, std::int64_t first_change) {
  auto writer = std::make_unique<ItemWriter>(Opening(), db);
  if (auto done = writer->prepare_all(); !done) return done.error();
  const auto logged = db.integer("SELECT count(*) FROM changes");
  if (!logged) return logged.error();
  writer->logged_ = *logged;
  writer->next_change_ = first_change;
  return writer;
}

core::Result<void> ItemWriter::prepare_all() {
  const std::string by_id = "SELECT " + std::string(kItemColumns) + " FROM items WHERE id=?1";
  const std::pair<Statement*, std::string_view> statements[] = {
      {&by_id_, by_id},
      {&insert_, "INSERT INTO items(name,description,data,version,created_at,updated_at) VALUES(?1,?2,?3,1,?4,?4)"},
      {&update_, "UPDATE items SET name=?2,description=?3,data=?4,version=?5,updated_at=?6 WHERE id=?1"},
      {&delete_, "DELETE FROM items WHERE id=?1"},
      {&index_, "INSERT INTO items_fts(rowid,name,description) VALUES(?1,?2,?3)"},
      // External content: the index can't ask for the old text, it has to be told.
      {&unindex_, "INSERT INTO items_fts(items_fts,rowid,name,description) VALUES('delete',?1,?2,?3)"},
      {&log_, "INSERT INTO changes(id,kind,item) VALUES(?1,?2,?3)"},
      {&drop_oldest_changes_, "DELETE FROM changes WHERE id IN (SELECT id FROM changes ORDER BY id LIMIT ?1)"},
      {&find_key_, "SELECT item_id,name,description,data,1,at,at,fingerprint FROM idempotency WHERE key=?1 AND at>?2"},
      {&remember_key_,
       "INSERT INTO idempotency(at,key,fingerprint,item_id,name,description,data) VALUES(?1,?2,?3,?4,?5,?6,?7)"},
      {&drop_key_, "DELETE FROM idempotency WHERE key=?1"},
      {&drop_old_keys_,
       "DELETE FROM idempotency WHERE rowid IN (SELECT rowid FROM idempotency ORDER BY rowid LIMIT 1000) AND at<=?1"},
  };
  for (const auto& [statement, sql] : statements) {
    core::Result<Statement> prepared = db_.prepare(sql);
    if (!prepared) return std::move(prepared).error();
    *statement = std::move(*prepared);
  }
  return {};
}

void ItemWriter::start(core::WallTime now) {
  now_ = now;
  broken_ = false;
  growth_ = 0;
  dropped_ = 0;
  changes_.clear();
}

core::Problem ItemWriter::broke() {
  core::Problem problem = db_.problem();
  broken_ = true;
  return problem;
}

core::Result<Item> ItemWriter::create(const Draft& draft, const std::optional<Idempotency>& once) {
  if (once) {
    core::Result<std::optional<Item>> before = answered(*once);
    if (!before) return std::move(before).error();
    if (*before) return std::move(**before);
  }
  insert_.bind(1, draft.name).bind(2, draft.description).bind(3, draft.data).bind(4, to_ms(now_));
  if (!insert_.run()) return broke();
  Item item{db_.last_insert_id(), draft.name, draft.description, draft.data, 1, now_, now_};
  const bool kept = index(item) && log(Change::Kind::created, item) && (!once || remember(*once, item));
  if (!kept) return broke();
  ++growth_;
  return item;
}

core::Result<Item> ItemWriter::replace(ItemId id, const Draft& draft, const Precondition& when) {
  core::Result<Item> before = current(id, when);
  if (!before) return before;
  return update(*before, draft);
}

core::Result<Item> ItemWriter::patch(ItemId id, const JsonPatch& patch, const Precondition& when) {
  core::Result<Item> before = current(id, when);
  if (!before) return before;
  core::Result<Draft> draft = apply_patch(*before, patch);
  if (!draft) return std::move(draft).error();
  return update(*before, std::move(*draft));
}

core::Result<Item> ItemWriter::remove(ItemId id, const Precondition& when) {
  core::Result<Item> before = current(id, when);
  if (!before) return before;
  if (!unindex(*before) || !delete_.bind(1, id).run() || !log(Change::Kind::deleted, *before)) return broke();
  --growth_;
  return before;
}

core::Result<Item> ItemWriter::current(ItemId id, const Precondition& when) {
  const ResetAtEnd reset(by_id_);
  switch (by_id_.bind(1, id).step()) {
    case Step::row:
      break;
    case Step::done:
      return not_found();
    default:
      return broke();
  }
  Item item = read_item(by_id_);
  if (!allows(when, item.version)) return moved_on();
  return item;
}

core::Result<Item> ItemWriter::update(const Item& before, Draft draft) {
  Item item{before.id,          std::move(draft.name), std::move(draft.description),     std::move(draft.data),
            before.version + 1, before.created_at,     std::max(now_, before.updated_at)};  // a clock set back doesn't
                                                                                            // make a change older than
                                                                                            // the one before
  update_.bind(1, item.id).bind(2, item.name).bind(3, item.description).bind(4, item.data);
  update_.bind(5, item.version).bind(6, to_ms(item.updated_at));
  if (!update_.run()) return broke();
  if (item.name != before.name || item.description != before.description) {
    if (!unindex(before) || !index(item)) return broke();
  }
  if (!log(Change::Kind::updated, item)) return broke();
  return item;
}

bool ItemWriter::index(const Item& item) {
  return index_.bind(1, item.id).bind(2, item.name).bind(3, item.description).run();
}

bool ItemWriter::unindex(const Item& item) {
  return unindex_.bind(1, item.id).bind(2, item.name).bind(3, item.description).run();
}

bool ItemWriter::log(Change::Kind kind, const Item& item) {
  const std::int64_t id = next_change_ + static_cast<std::int64_t>(changes_.size());
  auto json = std::make_shared<const std::string>(to_json(item));
  if (!log_.bind(1, id).bind(2, static_cast<std::int64_t>(kind)).bind(3, *json).run()) return false;
  changes_.push_back({id, kind, std::move(json)});
  return true;
}

core::Result<std::optional<Item>> ItemWriter::answered(const Idempotency& once) {
  const ResetAtEnd reset(find_key_);
  switch (find_key_.bind(1, once.key).bind(2, to_ms(now_ - kKeptKeys)).step()) {
    case Step::row:
      break;
    case Step::done:
      return std::optional<Item>();
    default:
      return broke();
  }
  if (find_key_.text(7) != once.fingerprint) return key_used();
  return std::optional<Item>(read_item(find_key_));
}

bool ItemWriter::remember(const Idempotency& once, const Item& item) {
  // One that is too old to count may still be there: pruning takes its time.
  if (!drop_key_.bind(1, once.key).run()) return false;
  remember_key_.bind(1, to_ms(now_)).bind(2, once.key).bind(3, once.fingerprint).bind(4, item.id);
  remember_key_.bind(5, item.name).bind(6, item.description).bind(7, item.data);
  return remember_key_.run();
}

core::Result<void> ItemWriter::prune() {
  const std::int64_t over = logged_ + static_cast<std::int64_t>(changes_.size()) - kKeptChanges;
  if (over > 0) {
    if (!drop_oldest_changes_.bind(1, over).run()) return broke();
    dropped_ = over;
  }
  if (now_ - keys_pruned_at_ < kBetweenKeyPrunings && now_ >= keys_pruned_at_) return {};
  if (!drop_old_keys_.bind(1, to_ms(now_ - kKeptKeys)).run()) return broke();
  keys_pruned_at_ = now_;
  return {};
}

std::vector<Change> ItemWriter::take_changes() {
  const auto made = static_cast<std::int64_t>(changes_.size());
  next_change_ += made;
  logged_ += made - dropped_;
  return std::exchange(changes_, {});
}

}  // namespace grtc::items::sqlite
