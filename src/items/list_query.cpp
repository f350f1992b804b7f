#include "items/list_query.hpp"

#include <array>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include <simdjson.h>

#include "items/cursor.hpp"
#include "items/rules.hpp"

namespace grtc::items {
namespace {

using Errors = std::vector<core::FieldError>;

constexpr auto kSortKeys = std::to_array<std::pair<std::string_view, SortKey>>({
    {"id", SortKey::id},
    {"name", SortKey::name},
    {"created_at", SortKey::created_at},
    {"updated_at", SortKey::updated_at},
});

void read_limit(std::string_view text, ListQuery& query, Errors& errors) {
  std::uint32_t limit = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || limit < 1 || limit > kMaxPageSize) {
    errors.push_back({"limit", "must be a whole number from 1 to " + std::to_string(kMaxPageSize)});
  } else {
    query.limit = limit;
  }
}

void read_sort(std::string_view text, ListQuery& query, Errors& errors) {
  query.descending = text.starts_with('-');
  if (query.descending) text.remove_prefix(1);
  for (const auto& [name, key] : kSortKeys) {
    if (name == text) {
      query.sort = key;
      return;
    }
  }
  errors.push_back({"sort", "must be id, name, created_at or updated_at, with - before it for descending order"});
}

bool is_plain_text(std::string_view text, std::size_t max_chars) {
  return simdjson::validate_utf8(text) && count_chars(text) <= max_chars;
}

core::Problem invalid(Errors errors) {
  std::string sentence = "The query breaks a rule:";
  for (const core::FieldError& error : errors) sentence += ' ' + error.field + ' ' + error.message + ';';
  sentence.back() = '.';
  return {core::Code::unprocessable, std::move(sentence), std::move(errors), 0};
}

}  // namespace

core::Result<ListQuery> parse_list_query(
    const std::function<std::optional<std::string_view>(std::string_view)>& parameter) {
  ListQuery query;
  Errors errors;
  if (const auto limit = parameter("limit")) read_limit(*limit, query, errors);
  if (const auto sort = parameter("sort")) read_sort(*sort, query, errors);
  if (const auto q = parameter("q")) {
    if (!is_plain_text(*q, kMaxSearchChars)) {
      errors.push_back({"q", "must be text of at most " + std::to_string(kMaxSearchChars) + " characters"});
    }
    // White space alone is no search.
    if (q->find_first_not_of(" \t\r\n") != std::string_view::npos) query.q = *q;
  }
  if (const auto name = parameter("name")) {
    if (!is_plain_text(*name, kMaxNameChars)) {
      errors.push_back({"name", "must be text of at most " + std::to_string(kMaxNameChars) + " characters"});
    }
    query.name = std::string(*name);
  }
  if (const auto cursor = parameter("cursor")) query.cursor = *cursor;
  if (!query.cursor.empty() && errors.empty()) {
    // Also read by the store; checked here so that a bad one costs no place in its queue.
    if (auto position = parse_cursor(query); !position) return std::move(position).error();
  }
  if (!errors.empty()) return invalid(std::move(errors));
  return query;
}

}  // namespace grtc::items
