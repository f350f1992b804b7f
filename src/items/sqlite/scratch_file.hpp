#pragma once
#include <string>

#include "core/problem.hpp"

namespace grtc::items::sqlite {

/// A new file beside another, removed with what SQLite puts next to it unless it took that file's place.
class ScratchFile {
 public:
  /// Makes `<beside>.XXXXXX`, readable and writable for its owner only, empty.
  [[nodiscard]] static core::Result<ScratchFile> make(const std::string& beside);
  ScratchFile(ScratchFile&& other) noexcept;
  ScratchFile& operator=(ScratchFile&&) = delete;
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile();

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// Fills it with all that `descriptor` gives.
  [[nodiscard]] core::Result<void> fill_from(int descriptor) const;
  /// Gives all of it to `descriptor`.
  [[nodiscard]] core::Result<void> pour_into(int descriptor) const;
  /// Makes it durable and gives it the name `target`, with the mode and owner of the file that had it. One step: at any
  /// moment `target` is the old file or the new one.
  [[nodiscard]] core::Result<void> rename_to(const std::string& target);

 private:
  explicit ScratchFile(std::string path) : path_(std::move(path)) {}
  std::string path_;  ///< empty: nothing to remove
};

}  // namespace grtc::items::sqlite
