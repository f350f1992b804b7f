#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/problem.hpp"

namespace grtc::items::sqlite {

/// What `grtc db` does. All block, for as long as the disk takes; a server may run on the same file unless said
/// otherwise. Sentences name the file.

/// Writes a whole copy of the database at `path` as it is now to `file`, which is replaced in one step.
[[nodiscard]] core::Result<void> backup_to_file(const std::string& path, const std::string& file);
/// The same to a descriptor that may be a pipe. Nothing is written when the copy fails.
[[nodiscard]] core::Result<void> backup_to_descriptor(const std::string& path, int descriptor);

/// Puts what `descriptor` gives (a file or a pipe, read to its end) in the place of the database at `path`, in one
/// step, after it has proved to be a whole database of ours. Refused while a server has the old one open.
[[nodiscard]] core::Result<void> restore_from_descriptor(const std::string& path, int descriptor);
[[nodiscard]] core::Result<void> restore_from_file(const std::string& path, const std::string& file);

struct CheckReport {
  std::int64_t schema_version = 0;
  std::int64_t items = 0;
  std::vector<std::string> faults;  ///< a sentence each, at most 20; empty: all is well
};
/// Reads every page, row and index entry. Holds the write lock while it compares the full text with the items.
/// @return a problem when the file can't be opened as a database of ours
[[nodiscard]] core::Result<CheckReport> check(const std::string& path);

}  // namespace grtc::items::sqlite
