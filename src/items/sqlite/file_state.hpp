#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace grtc::items::sqlite {

/// What tells one state of a file from another without reading it.
struct FileState {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t changed_ns = 0;  ///< mtime

  [[nodiscard]] bool same_file(const FileState& other) const noexcept {
    return device == other.device && inode == other.inode;
  }
  friend bool operator==(const FileState&, const FileState&) = default;
};

/// Nothing when there is no such file.
[[nodiscard]] std::optional<FileState> state_of(const std::string& path) noexcept;

}  // namespace grtc::items::sqlite
