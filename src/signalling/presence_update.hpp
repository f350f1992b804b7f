#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/problem.hpp"

namespace grtc::signalling {

/// Largest `meta`, in bytes of its JSON text.
inline constexpr std::size_t kMaxMeta = 4096;

/// What an `update` message changes. Nothing: stays as it is.
struct PresenceUpdate {
  std::optional<std::string> name;
  std::optional<std::string> meta;  ///< JSON text as it came
};

/// Reads an `update` message that scan_envelope() let pass. `null` clears a member.
/// @return bad_message when a member breaks its rule or there is neither
[[nodiscard]] core::Result<PresenceUpdate> read_presence_update(std::string_view message);

}  // namespace grtc::signalling
