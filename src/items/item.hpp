#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/problem.hpp"
#include "core/time.hpp"

namespace grtc::items {

using ItemId = std::int64_t;

/// An item as it is stored. Text is valid UTF-8; `data` is the minified text of one JSON object, numbers as they came.
struct Item {
  ItemId id = 0;
  std::string name;
  std::string description;
  std::string data = "{}";
  std::int64_t version = 1;
  core::WallTime created_at;
  core::WallTime updated_at;
};

/// What a client may set: the rules have been checked (rules.hpp makes them).
struct Draft {
  std::string name;
  std::string description;
  std::string data = "{}";
};

/// `"<id>-<version>"` with its quotes (RFC 9110 §8.8.3, strong).
[[nodiscard]] std::string etag_of(const Item& item);
/// The item as http-api.md shows it: one JSON object, members in the documented order.
[[nodiscard]] std::string to_json(const Item& item);

}  // namespace grtc::items
