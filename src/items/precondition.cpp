#include "items/precondition.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

namespace grtc::items {
namespace {

struct Tag {
  bool weak;
  std::string_view opaque;  ///< with its quotes
};

constexpr std::string_view kSpace = " \t";

std::string_view trimmed(std::string_view text) noexcept {
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

/// RFC 9110 §8.8.3 `entity-tag`, off the front of `rest`.
std::optional<Tag> take_tag(std::string_view& rest) noexcept {
  const bool weak = rest.starts_with("W/");
  const std::size_t open = weak ? 2 : 0;
  if (rest.size() <= open || rest[open] != '"') return std::nullopt;
  const std::size_t close = rest.find('"', open + 1);
  if (close == std::string_view::npos) return std::nullopt;
  const Tag tag{weak, rest.substr(open, close + 1 - open)};
  rest.remove_prefix(close + 1);
  return tag;
}

/// RFC 9110 §5.6.1 `#entity-tag`: empty elements are let through. Nothing: it is no such list.
std::optional<std::vector<Tag>> parse_tags(std::string_view header) {
  std::vector<Tag> tags;
  for (;;) {
    header.remove_prefix(std::min(header.find_first_not_of(" \t,"), header.size()));
    if (header.empty()) return tags;
    const std::optional<Tag> tag = take_tag(header);
    if (!tag) return std::nullopt;
    tags.push_back(*tag);
    header.remove_prefix(std::min(header.find_first_not_of(kSpace), header.size()));
    if (!header.empty() && header.front() != ',') return std::nullopt;
  }
}

/// The version of `"<id>-<version>"` when it is one of this item.
std::optional<std::int64_t> version_in(std::string_view opaque, ItemId id) {
  const std::string prefix = '"' + std::to_string(id) + '-';
  if (!opaque.starts_with(prefix)) return std::nullopt;
  std::int64_t version = 0;
  std::from_chars(opaque.data() + prefix.size(), opaque.data() + opaque.size(), version);
  // Tags are equal character by character: "7-01" is none of ours.
  if (opaque != prefix + std::to_string(version) + '"') return std::nullopt;
  return version;
}

bool is_any(std::string_view header) noexcept {
  return trimmed(header) == "*";
}

}  // namespace

Precondition parse_precondition(ItemId id, std::optional<std::string_view> if_match,
                                std::optional<std::string_view> if_none_match) {
  Precondition when;
  if (if_match && !is_any(*if_match)) {
    when.any = false;
    for (const Tag& tag : parse_tags(*if_match).value_or(std::vector<Tag>{})) {
      const auto version = version_in(tag.opaque, id);
      if (!tag.weak && version) when.versions.push_back(*version);
    }
  }
  if (if_none_match && is_any(*if_none_match)) {
    when = {.any = false, .versions = {}, .except = {}};
  } else if (if_none_match) {
    for (const Tag& tag : parse_tags(*if_none_match).value_or(std::vector<Tag>{})) {
      if (const auto version = version_in(tag.opaque, id)) when.except.push_back(*version);
    }
  }
  return when;
}

bool names_etag(std::string_view if_none_match, std::string_view etag) {
  if (is_any(if_none_match)) return true;
  const auto tags = parse_tags(if_none_match).value_or(std::vector<Tag>{});
  return std::any_of(tags.begin(), tags.end(), [&](const Tag& tag) { return tag.opaque == etag; });
}

bool allows(const Precondition& when, std::int64_t version) noexcept {
  const auto has = [version](const std::vector<std::int64_t>& versions) {
    return std::find(versions.begin(), versions.end(), version) != versions.end();
  };
  return (when.any || has(when.versions)) && !has(when.except);
}

}  // namespace grtc::items
