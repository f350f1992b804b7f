#pragma once
#include <string>
#include <vector>

#include "core/mailroom.hpp"
#include "core/problem.hpp"

namespace grtc::signalling {

/// Where letters wait for a restarted server. Blocking: called only before the loops begin and after they ended.

/// No letters: no file.
[[nodiscard]] core::Result<void> save_letters(const std::string& path, const std::vector<core::SavedLetter>& letters,
                                              core::WallTime now);
/// Reads the file and removes it. The time between the two runs counts as waited.
/// @return a sentence for the log when the file was not one of ours or damaged
[[nodiscard]] core::Result<std::vector<core::SavedLetter>> take_letters(const std::string& path, core::WallTime now);

}  // namespace grtc::signalling
