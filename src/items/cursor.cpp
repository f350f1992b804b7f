#include "items/cursor.hpp"

#include <array>
#include <optional>
#include <string_view>

#include <simdjson.h>

namespace grtc::items {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kMaxCursor = 2048;  // a name of 200 characters has at most 800 bytes
constexpr std::size_t kFixedPart = 24;    // list_key, id, time: 8 bytes each; the name follows

std::string to_base64url(std::string_view bytes) {
  std::string out;
  std::uint32_t bits = 0;
  unsigned have = 0;
  for (const char byte : bytes) {
    bits = bits << 8U | static_cast<unsigned char>(byte);
    for (have += 8; have >= 6; have -= 6) out += kAlphabet[bits >> (have - 6) & 63U];
  }
  if (have > 0) out += kAlphabet[bits << (6 - have) & 63U];
  return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  unsigned have = 0;
  for (const char c : text) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    have += 6;
    if (have >= 8) {
      have -= 8;
      out += static_cast<char>(bits >> have & 0xFFU);
    }
  }
  return out;
}

void append_number(std::string& out, std::uint64_t number) {
  for (unsigned shift = 64; shift > 0; shift -= 8) out += static_cast<char>(number >> (shift - 8) & 0xFFU);
}

std::uint64_t number_at(std::string_view bytes, std::size_t from) {
  std::uint64_t number = 0;
  for (std::size_t i = from; i < from + 8; ++i) number = number << 8U | static_cast<unsigned char>(bytes[i]);
  return number;
}

/// FNV-1a, 64 bits, of what a cursor belongs to. It tells mistakes, not attacks: a forged position shows nothing that
/// the list itself doesn't.
std::uint64_t list_key(const ListQuery& query) {
  std::string text = "v1";
  text += static_cast<char>('a' + static_cast<int>(query.sort));
  text += query.descending ? '-' : '+';
  text += query.q;
  text += '\0';
  if (query.name) text += '=' + *query.name;
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

core::Problem bad_cursor() {
  return {core::Code::unprocessable,
          "The cursor is none of this list.",
          {{"cursor", "must be a next_cursor of the same sort, q and name"}},
          0};
}

}  // namespace

std::string make_cursor(const ListQuery& query, const Item& last) {
  const bool by_creation = query.sort == SortKey::created_at;
  const bool by_update = query.sort == SortKey::updated_at;
  const core::WallTime time = by_creation ? last.created_at : last.updated_at;
  std::string bytes;
  append_number(bytes, list_key(query));
  append_number(bytes, static_cast<std::uint64_t>(last.id));
  append_number(bytes, by_creation || by_update ? static_cast<std::uint64_t>(time.time_since_epoch().count()) : 0);
  if (query.sort == SortKey::name) bytes += last.name;
  return to_base64url(bytes);
}

core::Result<Position> parse_cursor(const ListQuery& query) {
  if (query.cursor.size() > kMaxCursor) return bad_cursor();
  const std::optional<std::string> bytes = from_base64url(query.cursor);
  if (!bytes || bytes->size() < kFixedPart || number_at(*bytes, 0) != list_key(query)) return bad_cursor();
  Position position;
  position.id = static_cast<ItemId>(number_at(*bytes, 8));
  position.time_ms = static_cast<std::int64_t>(number_at(*bytes, 16));
  position.name = bytes->substr(kFixedPart);
  if (!simdjson::validate_utf8(position.name)) return bad_cursor();
  if (query.sort != SortKey::name && !position.name.empty()) return bad_cursor();
  return position;
}

}  // namespace grtc::items
