// Bodies of items: what passes the rules makes an item whose JSON a parser
// reads, and a merge patch that was applied once changes nothing when it is
// applied again (RFC 7396).

#include <algorithm>

#include <simdjson.h>

#include "fuzz.hpp"
#include "items/item.hpp"
#include "items/rules.hpp"

namespace {

using grtc::fuzz::require;
using grtc::items::Draft;
using grtc::items::Item;
namespace dom = simdjson::dom;

void check(const Draft& draft) {
  const std::size_t name = grtc::items::count_chars(draft.name);
  require(name >= 1 && name <= grtc::items::kMaxNameChars, "the name is within its bounds");
  require(grtc::items::count_chars(draft.description) <= grtc::items::kMaxDescriptionChars, "so is the description");
  require(draft.data.size() <= grtc::items::kMaxDataBytes, "so is the data");
}

Item item_of(const Draft& draft) {
  Item item;
  item.id = 1;
  item.name = draft.name;
  item.description = draft.description;
  item.data = draft.data;
  return item;
}

void check_json(const Item& item) {
  // `data` may hold numbers that simdjson's DOM has no value for, so the rest
  // is read without it.
  Item without_data = item;
  without_data.data = "{}";
  dom::parser parser;
  dom::object object;
  require(parser.parse(grtc::items::to_json(without_data)).get(object) == simdjson::SUCCESS, "an item is an object");
  std::string_view text;
  require(object["name"].get(text) == simdjson::SUCCESS && text == item.name, "its name is kept");
  require(object["description"].get(text) == simdjson::SUCCESS && text == item.description, "so is its description");
  require(grtc::items::to_json(item).find("\"data\":" + item.data) != std::string::npos, "so is its data");
}

bool same(const Draft& a, const Draft& b) {
  return a.name == b.name && a.description == b.description && a.data == b.data;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A body, a line feed, a patch.
  const std::string_view input = grtc::fuzz::text_of(data, size);
  const std::size_t cut = std::min(input.find('\n'), input.size());
  const auto draft = grtc::items::parse_draft(input.substr(0, cut));
  if (draft) {
    check(*draft);
    check_json(item_of(*draft));
  }
  const auto patch = grtc::items::parse_patch(input.substr(std::min(cut + 1, input.size())));
  if (!draft || !patch) return 0;
  const auto once = grtc::items::apply_patch(item_of(*draft), *patch);
  if (!once) return 0;
  check(*once);
  const auto twice = grtc::items::apply_patch(item_of(*once), *patch);
  require(twice && same(*once, *twice), "a patch that was applied changes nothing more");
  return 0;
}
