#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/scripts.hpp"
#include "core/room.hpp"
#include "core/room_journal.hpp"

namespace grtc::cluster {

struct ClusterOptions;

/// The arguments that all scripts begin with: see scripts.hpp.
[[nodiscard]] std::vector<std::string> head_of(const ClusterOptions& options, std::string_view origin,
                                               std::uint64_t operation);

/// The script that carries an operation out, with its own arguments. Not for a relay: see RelayBatch.
struct ScriptCall {
  const redis::Script& script;
  std::vector<std::string> arguments;
};
[[nodiscard]] ScriptCall call_of(const core::Operation& operation, const core::RoomLimits& limits);

}  // namespace grtc::cluster
