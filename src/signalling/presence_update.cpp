#include "signalling/presence_update.hpp"

#include "core/json_scan.hpp"
#include "signalling/envelope.hpp"
#include "signalling/names.hpp"

namespace grtc::signalling {
namespace {

core::Problem bad(std::string sentence) {
  return {core::Code::bad_message, std::move(sentence), {}, 0};
}

core::Result<std::string> read_name(std::string_view value) {
  if (value == "null") return std::string();
  if (value.front() != '"') return bad("'name' must be a string.");
  auto name = core::json_unescape(value.substr(1, value.size() - 2));
  if (!name) return bad("'name' must be valid Unicode.");
  if (const auto fault = display_name_fault(*name)) return bad("'name' " + std::string(*fault) + ".");
  return std::move(*name);
}

}  // namespace

core::Result<PresenceUpdate> read_presence_update(std::string_view message) {
  PresenceUpdate update;
  core::JsonScan scan(message, kMaxDepth);
  std::string_view key;
  if (!scan.enter('{')) return bad("A message must be a JSON object.");
  while (scan.next_key(key)) {
    const std::string_view value = scan.value();
    const std::string name = core::json_unescape(key).value_or(std::string());
    if (name == "name") {
      auto read = read_name(value);
      if (read.has_error()) return read.error();
      update.name = std::move(*read);
    } else if (name == "meta") {
      if (value.size() > kMaxMeta) return bad("'meta' must be at most 4096 bytes of JSON.");
      update.meta = value == "null" ? std::string("{}") : std::string(value);
    }
  }
  if (!update.name && !update.meta) return bad("An update needs a 'name' or a 'meta'.");
  return update;
}

}  // namespace grtc::signalling
