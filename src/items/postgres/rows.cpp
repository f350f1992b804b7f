#include "items/postgres/rows.hpp"

#include <charconv>

#include "items/postgres/libpq.hpp"

namespace grtc::items::postgres {
namespace {

constexpr char kMark = '\x01';

}  // namespace

void Rows::Free::operator()(pg_result* result) const noexcept {
  pq().clear(result);
}

std::string_view Rows::command() const noexcept {
  return pq().cmd_status(result_.get());
}

int Rows::size() const noexcept {
  return pq().ntuples(result_.get());
}

bool Rows::is_null(int row, int column) const noexcept {
  return pq().getisnull(result_.get(), row, column) == 1;
}

std::string_view Rows::text(int row, int column) const noexcept {
  return {pq().getvalue(result_.get(), row, column),
          static_cast<std::size_t>(pq().getlength(result_.get(), row, column))};
}

std::int64_t Rows::integer(int row, int column) const noexcept {
  const std::string_view digits = text(row, column);
  std::int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

Item read_item(const Rows& rows, int row, int column) {
  Item item;
  item.id = rows.integer(row, column);
  item.name = from_stored(rows.text(row, column + 1));
  item.description = from_stored(rows.text(row, column + 2));
  item.data = rows.text(row, column + 3);
  item.version = rows.integer(row, column + 4);
  item.created_at = from_ms(rows.integer(row, column + 5));
  item.updated_at = from_ms(rows.integer(row, column + 6));
  return item;
}

std::string to_stored(std::string_view text) {
  std::string stored;
  stored.reserve(text.size());
  for (const char c : text) {
    if (c == '\0' || c == kMark) stored += kMark;
    stored += c == '\0' ? kMark : c == kMark ? '\x02' : c;
  }
  return stored;
}

std::string from_stored(std::string_view text) {
  std::string original;
  original.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == kMark && i + 1 < text.size()) {
      original += text[++i] == kMark ? '\0' : kMark;
    } else {
      original += text[i];
    }
  }
  return original;
}

}  // namespace grtc::items::postgres
