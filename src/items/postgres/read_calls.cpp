#include "items/postgres/read_calls.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "items/cursor.hpp"
#include "items/retention.hpp"

namespace grtc::items::postgres {
namespace {

const Statement kGet{"get", "SELECT " + std::string(kItemColumns) + " FROM grtc.items WHERE id=ANY($1::bigint[])"};

// One statement, one snapshot. The bytes are bounded by the server: 500 large items are not fetched to be thrown away.
const Statement kChanges{"changes",
                         "SELECT s.history,(SELECT max(id) FROM grtc.changes),EXISTS(SELECT 1 FROM grtc.changes WHERE "
                         "id=$1::bigint),c.id,c.kind,c.item "
                         "FROM grtc.store s LEFT JOIN LATERAL (SELECT id,kind,item FROM ("
                         "SELECT id,kind,item,sum(octet_length(item)) OVER (ORDER BY id)-octet_length(item) AS before "
                         "FROM grtc.changes WHERE id>$1::bigint ORDER BY id LIMIT " +
                             std::to_string(kSliceChanges) + ") w WHERE before<" + std::to_string(kSliceBytes) +
                             ") c ON true ORDER BY c.id"};

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

unsigned shape_of(const ListQuery& query) noexcept {
  return static_cast<unsigned>(query.sort) | (query.descending ? 4U : 0U) | (query.q.empty() ? 0U : 8U) |
         (query.name ? 16U : 0U) | (query.cursor.empty() ? 0U : 32U);
}

/// SQL and the parameters it names, which have to agree.
struct Text {
  std::string sql;
  std::vector<std::string> parameters;

  std::string add(std::string parameter, const char* type) {
    parameters.push_back(std::move(parameter));
    return "$" + std::to_string(parameters.size()) + "::" + type;
  }
};

std::string key_of(const ListQuery& query, const Position& position) {
  return query.sort == SortKey::name ? to_stored(position.name) : std::to_string(position.time_ms);
}

Text page_text(const ListQuery& query, const Position& position) {
  Text text;
  std::string filters = " FROM grtc.items WHERE true";
  if (!query.q.empty()) filters += " AND words @@ grtc.query(" + text.add(to_stored(query.q), "text") + ")";
  if (query.name) filters += " AND name=" + text.add(to_stored(*query.name), "text");

  const std::string column(column_of(query.sort));
  const std::string direction = query.descending ? " DESC" : "";
  const std::string beyond = query.descending ? " < " : " > ";
  std::string rows = "SELECT " + std::string(kItemColumns) + filters;
  std::string order = " ORDER BY id" + direction;
  if (query.sort != SortKey::id) order = " ORDER BY " + column + direction + ",id" + direction;
  if (!query.cursor.empty()) {
    // Keyset: the page begins after the last row of the one before, wherever its neighbours have gone since.
    const char* type = query.sort == SortKey::name ? "text" : "bigint";
    std::string left = "id";
    std::string right;
    if (query.sort == SortKey::id) {
      right = text.add(std::to_string(position.id), "bigint");
    } else {
      left = "(" + column + ",id)";
      right = "(" + text.add(key_of(query, position), type);
      right += "," + text.add(std::to_string(position.id), "bigint") + ")";
    }
    rows += " AND " + left + beyond + right;
  }
  // One more tells whether there is a next page.
  rows += order + " LIMIT " + text.add(std::to_string(query.limit + 1), "bigint");
  const bool filtered = !query.q.empty() || query.name;
  const std::string total = filtered ? "SELECT count(*) AS total" + filters : "SELECT total FROM grtc.store";
  text.sql = "SELECT t.total,i.* FROM (" + total + ") t LEFT JOIN LATERAL (" + rows + ") i ON true" + order;
  return text;
}

}  // namespace

Call get_call(const std::vector<ItemId>& ids) {
  return {&kGet, {array_of(ids)}};
}

std::map<ItemId, Item> read_items(const Rows& answer) {
  std::map<ItemId, Item> items;
  for (int row = 0; row < answer.size(); ++row) {
    Item item = read_item(answer, row, 0);
    const ItemId id = item.id;
    items.emplace(id, std::move(item));
  }
  return items;
}

core::Result<Call> Pages::call(const ListQuery& query) {
  Position position;
  if (!query.cursor.empty()) {
    core::Result<Position> parsed = parse_cursor(query);
    if (!parsed) return std::move(parsed).error();
    position = *std::move(parsed);
  }
  Text text = page_text(query, position);
  const unsigned shape = shape_of(query);
  const auto known = statements_.try_emplace(shape, Statement{"page" + std::to_string(shape), std::move(text.sql)});
  return Call{&known.first->second, std::move(text.parameters)};
}

Page Pages::read(const ListQuery& query, const Rows& answer) {
  Page page;
  page.total = static_cast<std::uint64_t>(answer.integer(0, 0));
  const bool empty = answer.is_null(0, 1);
  const int rows = empty ? 0 : answer.size();
  const int shown = std::min(rows, static_cast<int>(query.limit));
  page.items.reserve(static_cast<std::size_t>(shown));
  for (int row = 0; row < shown; ++row) page.items.push_back(read_item(answer, row, 1));
  if (rows > shown) page.next_cursor = make_cursor(query, page.items.back());
  return page;
}

Call changes_call(std::int64_t change_id) {
  return {&kChanges, {std::to_string(change_id)}};
}

LogSlice read_changes(const Rows& answer) {
  LogSlice log;
  log.history = answer.integer(0, 0);
  log.slice.last_id = answer.integer(0, 1);
  log.slice.complete = answer.boolean(0, 2);
  if (!log.slice.complete || answer.is_null(0, 3)) return log;
  for (int row = 0; row < answer.size(); ++row) {
    log.slice.changes.push_back({answer.integer(row, 3), static_cast<Change::Kind>(answer.integer(row, 4)),
                                 std::make_shared<const std::string>(answer.text(row, 5))});
  }
  return log;
}

}  // namespace grtc::items::postgres
