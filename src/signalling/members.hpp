#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/json_scan.hpp"
#include "signalling/envelope.hpp"

namespace grtc::signalling {

/// One member of a JSON object, as places in its text.
struct Member {
  std::string_view name;   ///< decoded
  std::string_view value;  ///< as it came
  std::string_view whole;  ///< name, colon and value, as they came
};

enum class ObjectFault : std::uint8_t { none, not_json, too_deep, not_object };
[[nodiscard]] std::string_view name_of(ObjectFault fault) noexcept;

/// The text of a JSON string value; nothing when `value` is no string, or holds a lone surrogate.
[[nodiscard]] std::optional<std::string> string_of(std::string_view value);
/// The names of an object's member may be written with escapes.
[[nodiscard]] std::string_view decoded_name(std::string_view raw, std::string& storage);

/// Calls `visit(Member)` for each member of the object that `text` (valid UTF-8) is, in order: of equal names the last
/// one counts, as for the parsers that the receivers have. What was visited before a fault means nothing.
template <class Visit>
[[nodiscard]] ObjectFault each_member(std::string_view text, Visit&& visit) {
  const auto fault_of = [](core::JsonError error) {
    return error == core::JsonError::too_deep ? ObjectFault::too_deep : ObjectFault::not_json;
  };
  core::JsonScan scan(text, kMaxDepth);
  if (!scan.enter('{')) {
    const core::JsonError error = core::json_check(text, kMaxDepth);
    return error == core::JsonError::none ? ObjectFault::not_object : fault_of(error);
  }
  std::string storage;
  std::string_view key;
  while (scan.next_key(key)) {
    const auto begin = static_cast<std::size_t>(key.data() - 1 - text.data());
    const std::string_view value = scan.value();
    if (scan.error() != core::JsonError::none) break;
    const auto end = static_cast<std::size_t>(value.data() + value.size() - text.data());
    visit(Member{decoded_name(key, storage), value, text.substr(begin, end - begin)});
  }
  if (scan.error() != core::JsonError::none) return fault_of(scan.error());
  return scan.at_end() ? ObjectFault::none : ObjectFault::not_json;
}

}  // namespace grtc::signalling
