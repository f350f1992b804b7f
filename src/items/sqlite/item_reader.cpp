#include "items/sqlite/item_reader.hpp"

#include <utility>

#include "items/cursor.hpp"
#include "items/refusals.hpp"
#include "items/retention.hpp"
#include "items/sqlite/full_text.hpp"
#include "items/sqlite/item_rows.hpp"

namespace grtc::items::sqlite {
namespace {

// Parameters of a page's statement.
constexpr int kMatch = 1;
constexpr int kName = 2;
constexpr int kAfterKey = 3;
constexpr int kAfterId = 4;
constexpr int kLimit = 5;

std::string_view column_of(SortKey key) noexcept {
  switch (key) {
    case SortKey::name:
      return "name";
    case SortKey::created_at:
      return "created_at";
    case SortKey::updated_at:
      return "updated_at";
    default:
      return "id";
  }
}

std::string filters_of(const ListQuery& query) {
  std::string sql = " FROM items WHERE 1";
  if (!query.q.empty()) sql += " AND id IN (SELECT rowid FROM items_fts WHERE items_fts MATCH ?1)";
  if (query.name) sql += " AND name=?2";
  return sql;
}

/// Keyset: the page begins after the last row of the one before, wherever that row's neighbours have gone since.
std::string page_sql(const ListQuery& query) {
  const std::string column(column_of(query.sort));
  const std::string direction = query.descending ? " DESC" : "";
  const std::string beyond = query.descending ? " < " : " > ";
  std::string sql = "SELECT ";
  sql += kItemColumns;
  sql += filters_of(query);
  if (query.sort == SortKey::id) {
    if (!query.cursor.empty()) sql += " AND id" + beyond + "?4";
    sql += " ORDER BY id" + direction;
  } else {
    if (!query.cursor.empty()) sql += " AND (" + column + ",id)" + beyond + "(?3,?4)";
    sql += " ORDER BY " + column + direction + ",id" + direction;
  }
  return sql + " LIMIT ?5";
}

unsigned shape_of(const ListQuery& query) noexcept {
  return static_cast<unsigned>(query.sort) | (query.descending ? 4U : 0U) | (query.q.empty() ? 0U : 8U) |
         (query.name ? 16U : 0U) | (query.cursor.empty() ? 0U : 32U);
}

void bind_filters(Statement& statement, const ListQuery& query, const std::string& match) {
  if (!query.q.empty()) statement.bind(kMatch, match);
  if (query.name) statement.bind(kName, *query.name);
}

void bind_position(Statement& statement, const ListQuery& query, const Position& position) {
  if (query.cursor.empty()) return;
  if (query.sort == SortKey::name) statement.bind(kAfterKey, position.name);
  if (query.sort == SortKey::created_at || query.sort == SortKey::updated_at) {
    statement.bind(kAfterKey, position.time_ms);
  }
  statement.bind(kAfterId, position.id);
}

}  // namespace

core::Result<std::unique_ptr<ItemReader>> ItemReader::open(const std::string& path,
                                                           std::chrono::milliseconds busy_timeout) {
  auto connection = Connection::open(path, Connection::Mode::read_only, busy_timeout);
  if (!connection) return std::move(connection).error();
  auto reader = std::make_unique<ItemReader>(Opening(), std::move(*connection));
  // Memory-mapped reads would be a little faster, but end the process with SIGBUS when someone truncates the file.
  if (auto set = reader->db_.execute("PRAGMA cache_size=-2000; PRAGMA temp_store=MEMORY"); !set) return set.error();
  const std::string one = "SELECT " + std::string(kItemColumns) + " FROM items WHERE id=?1";
  const std::pair<Statement*, std::string_view> statements[] = {
      {&reader->by_id_, one},
      {&reader->newest_change_, "SELECT max(id) FROM changes"},
      {&reader->has_change_, "SELECT 1 FROM changes WHERE id=?1"},
      {&reader->changes_, "SELECT id,kind,item FROM changes WHERE id>?1 ORDER BY id LIMIT ?2"},
  };
  for (const auto& [statement, sql] : statements) {
    core::Result<Statement> prepared = reader->db_.prepare(sql);
    if (!prepared) return std::move(prepared).error();
    *statement = std::move(*prepared);
  }
  return reader;
}

core::Result<Item> ItemReader::get(ItemId id) {
  const ResetAtEnd reset(by_id_);
  switch (by_id_.bind(1, id).step()) {
    case Step::row:
      return read_item(by_id_);
    case Step::done:
      return not_found();
    default:
      return db_.problem();
  }
}

core::Result<Statement*> ItemReader::page_statement(const ListQuery& query) {
  const unsigned shape = shape_of(query);
  if (const auto known = pages_.find(shape); known != pages_.end()) return &known->second;
  core::Result<Statement> prepared = db_.prepare(page_sql(query));
  if (!prepared) return std::move(prepared).error();
  return &pages_.emplace(shape, std::move(*prepared)).first->second;
}

core::Result<std::uint64_t> ItemReader::count(const ListQuery& query) {
  core::Result<Statement> statement = db_.prepare("SELECT count(*)" + filters_of(query));
  if (!statement) return std::move(statement).error();
  const std::string match = match_expression(query.q);
  bind_filters(*statement, query, match);
  if (statement->step() != Step::row) return db_.problem();
  return static_cast<std::uint64_t>(statement->integer(0));
}

std::optional<core::Result<Page>> ItemReader::list(const ListQuery& query, std::uint64_t total, std::size_t max_bytes) {
  Position position;
  if (!query.cursor.empty()) {
    core::Result<Position> parsed = parse_cursor(query);
    if (!parsed) return std::move(parsed).error();
    position = std::move(*parsed);
  }
  core::Result<Statement*> prepared = page_statement(query);
  if (!prepared) return std::move(prepared).error();
  Statement& rows = **prepared;
  const std::string match = match_expression(query.q);
  bind_filters(rows, query, match);
  bind_position(rows, query, position);
  rows.bind(kLimit, std::int64_t{query.limit} + 1);  // one more tells whether there is a next page

  Page page;
  page.items.reserve(query.limit);
  std::size_t bytes = 0;
  Step step = Step::row;
  {
    const ResetAtEnd reset(rows);
    while ((step = rows.step()) == Step::row && page.items.size() < query.limit) {
      const Item& item = page.items.emplace_back(read_item(rows));
      bytes += item.name.size() + item.description.size() + item.data.size();
      if (bytes > max_bytes) return std::nullopt;
    }
    if (step == Step::failed) return db_.problem();
  }
  if (step == Step::row) page.next_cursor = make_cursor(query, page.items.back());
  page.total = total;
  if (!query.q.empty() || query.name) {
    core::Result<std::uint64_t> counted = count(query);
    if (!counted) return std::move(counted).error();
    page.total = *counted;
  }
  return page;
}

bool ItemReader::known(std::int64_t change_id) {
  const ResetAtEnd reset(has_change_);
  return has_change_.bind(1, change_id).step() == Step::row;
}

core::Result<ChangeSlice> ItemReader::changes_after(std::optional<std::int64_t> change_id) {
  ChangeSlice slice;
  // One snapshot for all: a change between the statements would be in `changes` and beyond `last_id`.
  if (auto begun = db_.execute("BEGIN"); !begun) return begun.error();
  struct End {
    Connection& db;
    ~End() { [[maybe_unused]] const auto ignored = db.execute("COMMIT"); }
  } const end{db_};
  {
    const ResetAtEnd reset(newest_change_);
    if (newest_change_.step() != Step::row) return db_.problem();
    slice.last_id = newest_change_.integer(0);
  }
  if (!change_id) return slice;
  // Ids of another history (before a restore) and those already pruned are none of this log: see write_thread.cpp.
  slice.complete = known(*change_id);
  if (!slice.complete) return slice;

  const ResetAtEnd reset(changes_);
  changes_.bind(1, *change_id).bind(2, kSliceChanges);
  std::size_t bytes = 0;
  Step step = Step::row;
  while (bytes < kSliceBytes && (step = changes_.step()) == Step::row) {
    auto text = std::make_shared<const std::string>(changes_.text(2));
    bytes += text->size();
    slice.changes.push_back({changes_.integer(0), static_cast<Change::Kind>(changes_.integer(1)), std::move(text)});
  }
  if (step == Step::failed) return db_.problem();
  return slice;
}

}  // namespace grtc::items::sqlite
