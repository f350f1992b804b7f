#pragma once
#include <string>
#include <vector>

#include "core/room.hpp"

namespace grtc::signalling {

/// Where sessions wait for a restarted server: a small file beside the database. Blocking: called only before the
/// loops begin and after they ended.

/// Writes the rooms to `path`, whole or not at all (a new file takes its place by rename, readable by its owner only:
/// it holds session tokens).
[[nodiscard]] core::Result<std::size_t> save_sessions(const std::string& path,
                                                      const std::vector<core::SavedRoom>& rooms, core::WallTime now);

/// Reads the file and removes it, so that no later start takes the same sessions again. No file is no rooms.
/// @param max_age  older files are as good as none: their clients have long begun anew
/// @return a sentence for the log when the file was not one of ours or damaged
[[nodiscard]] core::Result<std::vector<core::SavedRoom>> take_sessions(const std::string& path, core::WallTime now,
                                                                       std::chrono::seconds max_age);

}  // namespace grtc::signalling
