#include "items/postgres/write_calls.hpp"

#include <array>
#include <string>
#include <utility>

#include "items/postgres/item_arrays.hpp"
#include "items/postgres/read_calls.hpp"
#include "items/postgres/schema.hpp"
#include "items/retention.hpp"

namespace grtc::items::postgres {
namespace {

const Statement kBegin{"begin", "BEGIN"};
const Statement kCommit{"commit", "COMMIT"};
const Statement kRollback{"rollback", "ROLLBACK"};
// The row's lock orders the changes of all replicas: a change's id is given and committed under it, so whoever sees an
// id sees all below it.
const Statement kLockChanges{"lock",
                             "SELECT next_item,next_change,total,"
                             "floor(extract(epoch FROM clock_timestamp())*1000)::bigint FROM grtc.store FOR UPDATE"};
const Statement kAnswered{"answered",
                          "SELECT item_id,name,description,data,1,at,at,fingerprint,key FROM grtc.idempotency "
                          "WHERE key=ANY($1::text[])"};

const Statement kInsert{
    "insert", "INSERT INTO grtc.items(" + std::string(kItemColumns) + ") SELECT * FROM " + std::string(kItemArrays)};
const Statement kUpdate{"update",
                        "UPDATE grtc.items AS i SET name=u.name,description=u.description,data=u.data,"
                        "version=u.version,updated_at=u.updated_at FROM " +
                            std::string(kItemArrays) + " AS u(" + std::string(kItemColumns) + ") WHERE i.id=u.id"};
const Statement kDelete{"delete", "DELETE FROM grtc.items WHERE id=ANY($1::bigint[])"};
const Statement kLog{"log",
                     "INSERT INTO grtc.changes(id,kind,item) SELECT * FROM unnest($1::bigint[],$2::int[],$3::text[])"};
// By rows, as ids have gaps where a server began.
const Statement kForget{"forget",
                        "DELETE FROM grtc.changes WHERE id<="
                        "(SELECT id FROM grtc.changes ORDER BY id DESC OFFSET $1::bigint LIMIT 1)"};
const Statement kRemember{
    "remember",
    "INSERT INTO grtc.idempotency(item_id,name,description,data,key,fingerprint,at) "
    "SELECT *,$7::bigint FROM unnest($1::bigint[],$2::text[],$3::text[],$4::text[],$5::text[],$6::text[]) "
    "ON CONFLICT(key) DO UPDATE SET item_id=excluded.item_id,name=excluded.name,description=excluded.description,"
    "data=excluded.data,fingerprint=excluded.fingerprint,at=excluded.at"};
const Statement kPrune{"prune",
                       "DELETE FROM grtc.idempotency WHERE key IN "
                       "(SELECT key FROM grtc.idempotency WHERE at<=$1::bigint ORDER BY at LIMIT 1000)"};
const Statement kSave{"save", "UPDATE grtc.store SET next_item=$1::bigint,next_change=$2::bigint,total=$3::bigint"};
const Statement kNotify{"notify", "SELECT pg_notify('" + std::string(kChannel) + "','')"};

std::optional<ItemId> named_by(const Write& write) {
  struct Named {
    std::optional<ItemId> operator()(const CreateItem& /*write*/) const { return std::nullopt; }
    std::optional<ItemId> operator()(const ReplaceItem& write) const { return write.id; }
    std::optional<ItemId> operator()(const PatchItem& write) const { return write.id; }
    std::optional<ItemId> operator()(const RemoveItem& write) const { return write.id; }
  };
  return std::visit(Named(), write.what);
}

Call log_call(const std::vector<Change>& changes) {
  std::vector<std::int64_t> ids;
  std::vector<std::int64_t> kinds;
  std::vector<std::string> texts;
  for (const Change& change : changes) {
    ids.push_back(change.id);
    kinds.push_back(static_cast<std::int64_t>(change.kind));
    texts.push_back(*change.item_json);
  }
  return {&kLog, {array_of(ids), array_of(kinds), array_of(texts)}};
}

Call remember_call(const Ledger& ledger) {
  std::vector<std::int64_t> ids;
  std::array<std::vector<std::string>, 5> texts;
  for (const auto& [key, answer] : ledger.kept()) {
    ids.push_back(answer.item.id);
    texts[0].push_back(to_stored(answer.item.name));
    texts[1].push_back(to_stored(answer.item.description));
    texts[2].push_back(answer.item.data);
    texts[3].push_back(key);
    texts[4].push_back(answer.fingerprint);
  }
  return {&kRemember,
          {array_of(ids), array_of(texts[0]), array_of(texts[1]), array_of(texts[2]), array_of(texts[3]),
           array_of(texts[4]), std::to_string(to_ms(ledger.books().now))}};
}

}  // namespace

std::vector<Call> opening_calls(std::span<const Write> writes) {
  std::vector<std::int64_t> ids;
  std::vector<std::string> keys;
  for (const Write& write : writes) {
    if (const auto id = named_by(write)) ids.push_back(*id);
    const auto* create = std::get_if<CreateItem>(&write.what);
    if (create != nullptr && create->once) keys.push_back(create->once->key);
  }
  std::vector<Call> calls{{&kBegin}, {&kLockChanges}};
  // Always four, so that an answer has its place: an empty array costs a few microseconds.
  calls.push_back(get_call(ids));
  calls.push_back({&kAnswered, {array_of(keys)}});
  return calls;
}

Books read_books(const std::vector<Rows>& answers, const std::function<core::WallTime()>& clock) {
  const Rows& store = answers[1];
  Books books;
  books.next_item = store.integer(0, 0);
  books.next_change = store.integer(0, 1);
  books.total = store.integer(0, 2);
  books.now = clock ? clock() : from_ms(store.integer(0, 3));
  books.items = read_items(answers[2]);
  for (int row = 0; row < answers[3].size(); ++row) {
    // One that is too old to count may still be there: pruning takes its time.
    if (from_ms(answers[3].integer(row, 5)) <= books.now - kKeptKeys) continue;
    books.answered.emplace(
        answers[3].text(row, kItemWidth + 1),
        Books::Answered{std::string(answers[3].text(row, kItemWidth)), read_item(answers[3], row, 0)});
  }
  return books;
}

std::vector<Call> closing_calls(const Ledger& ledger, bool prunes) {
  std::vector<Call> calls;
  if (const auto created = ledger.created(); !created.empty()) calls.push_back({&kInsert, columns_of(created)});
  if (const auto updated = ledger.updated(); !updated.empty()) calls.push_back({&kUpdate, columns_of(updated)});
  if (const auto removed = ledger.removed(); !removed.empty()) calls.push_back({&kDelete, {array_of(removed)}});
  const Books& books = ledger.books();
  calls.push_back(log_call(ledger.changes()));
  if (!ledger.kept().empty()) calls.push_back(remember_call(ledger));
  if (prunes) {
    calls.push_back({&kForget, {std::to_string(kKeptChanges)}});
    calls.push_back({&kPrune, {std::to_string(to_ms(books.now - kKeptKeys))}});
  }
  calls.push_back(
      {&kSave, {std::to_string(books.next_item), std::to_string(books.next_change), std::to_string(books.total)}});
  calls.push_back({&kNotify});
  calls.push_back({&kCommit});
  return calls;
}

std::vector<Call> rollback_call() {
  return {{&kRollback}};
}

}  // namespace grtc::items::postgres
