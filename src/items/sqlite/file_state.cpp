#include "items/sqlite/file_state.hpp"

#include <sys/stat.h>

namespace grtc::items::sqlite {

std::optional<FileState> state_of(const std::string& path) noexcept {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return std::nullopt;
  constexpr std::int64_t kNanos = 1'000'000'000;
  return FileState{found.st_dev, found.st_ino, found.st_size, found.st_mtim.tv_sec * kNanos + found.st_mtim.tv_nsec};
}

}  // namespace grtc::items::sqlite
