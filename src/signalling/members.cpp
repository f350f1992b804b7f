#include "signalling/members.hpp"

#include <array>

namespace grtc::signalling {

std::string_view name_of(ObjectFault fault) noexcept {
  static constexpr std::array<std::string_view, 4> kNames{"none", "no JSON", "nested over 32 deep", "no object"};
  return kNames[static_cast<std::size_t>(fault)];
}

std::optional<std::string> string_of(std::string_view value) {
  if (value.size() < 2 || value.front() != '"') return std::nullopt;
  const std::string_view raw = value.substr(1, value.size() - 2);
  if (raw.find('\\') == raw.npos) return std::string(raw);
  return core::json_unescape(raw);
}

std::string_view decoded_name(std::string_view raw, std::string& storage) {
  if (raw.find('\\') == raw.npos) return raw;
  storage = core::json_unescape(raw).value_or(std::string());
  return storage;
}

}  // namespace grtc::signalling
