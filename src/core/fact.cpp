#include "core/fact.hpp"

#include <array>
#include <charconv>

namespace grtc::core {
namespace {

std::string_view take_field(std::string_view& rest) {
  const std::size_t end = rest.find(kFieldMark);
  const std::string_view field = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return field;
}

constexpr std::size_t kMaxDigits = 20;

void append_number(std::string& text, std::uint64_t number) {
  std::array<char, kMaxDigits> digits;
  char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  text.append(digits.data(), end);
}

/// With place for `more` bytes.
std::string begin_fact(Fact::Kind kind, std::string_view origin, std::uint64_t operation, std::string_view peer,
                       std::size_t more) {
  std::string text;
  text.reserve(4 + origin.size() + kMaxDigits + peer.size() + more);  // the kind, and three marks
  text += static_cast<char>(kind);
  (text += kFieldMark).append(origin) += kFieldMark;
  append_number(text, operation);
  (text += kFieldMark).append(peer);
  return text;
}

}  // namespace

bool is_for(const Fact& fact, std::string_view peer_id) {
  if (fact.kind == Fact::Kind::told) return fact.peer == peer_id;
  if (fact.kind == Fact::Kind::taken_over) return false;
  if (fact.kind != Fact::Kind::message) return fact.peer != peer_id;
  if (fact.fields[0].empty()) return fact.peer != peer_id;
  bool named = false;
  each_name(fact.fields[0], [&](std::string_view name) { named = named || name == peer_id; });
  return named;
}

std::optional<Fact> read_fact(std::string_view text) {
  Fact fact;
  const std::string_view kind = take_field(text);
  static constexpr std::string_view kKinds = "JAZDGULXMT";
  if (kind.size() != 1 || kKinds.find(kind.front()) == std::string_view::npos) return std::nullopt;
  fact.kind = static_cast<Fact::Kind>(kind.front());
  fact.origin = take_field(text);
  const std::string_view number = take_field(text);
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), fact.operation);
  if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
  fact.peer = take_field(text);
  for (std::string_view& field : fact.fields) field = take_field(text);
  return fact;
}

std::string write_fact(Fact::Kind kind, std::string_view origin, std::uint64_t operation, std::string_view peer,
                       std::initializer_list<std::string_view> fields) {
  std::size_t size = 0;
  for (const std::string_view field : fields) size += 1 + field.size();
  std::string text = begin_fact(kind, origin, operation, peer, size);
  for (const std::string_view field : fields) (text += kFieldMark).append(field);
  return text;
}

std::string write_message(std::string_view origin, std::uint64_t operation, std::string_view peer,
                          const MessageParts& parts) {
  std::size_t size = 3 + parts.to.size() + kMaxDigits;
  for (const std::string_view slice : parts.members) size += slice.size();
  std::string text = begin_fact(Fact::Kind::message, origin, operation, peer, size);
  (text += kFieldMark).append(parts.to) += kFieldMark;
  for (const std::string_view slice : parts.members) text += slice;
  text += kFieldMark;
  append_number(text, parts.id);
  return text;
}

std::string join_names(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) {
    if (!text.empty()) text += kNameMark;
    text += name;
  }
  return text;
}

}  // namespace grtc::core
