#include "items/sqlite/scratch_file.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace grtc::items::sqlite {
namespace {

core::Problem failed(const std::string& what) {
  const core::Code code = errno == ENOSPC || errno == EDQUOT ? core::Code::storage_full : core::Code::unavailable;
  return {code, what + ": " + std::strerror(errno) + ".", {}, 0};
}

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

/// @return false with errno
bool write_all(int descriptor, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t written = ::write(descriptor, bytes, size);
    if (written < 0 && errno != EINTR) return false;
    if (written < 0) continue;
    bytes += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

core::Result<void> copy(int from, const std::string& from_name, int to, const std::string& to_name) {
  std::array<char, 64 * 1024> buffer;
  for (;;) {
    const ssize_t got = ::read(from, buffer.data(), buffer.size());
    if (got == 0) return {};
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(from_name + " cannot be read");
    if (!write_all(to, buffer.data(), static_cast<std::size_t>(got))) return failed(to_name + " cannot be written");
  }
}

core::Result<void> sync(const std::string& path, int flags) {
  const Descriptor file(path, flags);
  if (file.get() < 0 || ::fsync(file.get()) != 0) return failed(path + " cannot be made durable");
  return {};
}

}  // namespace

core::Result<ScratchFile> ScratchFile::make(const std::string& beside) {
  std::string path = beside + ".XXXXXX";
  const int fd = ::mkostemp(path.data(), O_CLOEXEC);
  if (fd < 0) return failed("a file beside " + beside + " cannot be made");
  ::close(fd);
  return ScratchFile(std::move(path));
}

ScratchFile::ScratchFile(ScratchFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}

ScratchFile::~ScratchFile() {
  if (path_.empty()) return;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) ::unlink((path_ + suffix).c_str());
}

core::Result<void> ScratchFile::fill_from(int descriptor) const {
  const Descriptor file(path_, O_WRONLY | O_TRUNC);
  if (file.get() < 0) return failed(path_ + " cannot be opened");
  return copy(descriptor, "the backup", file.get(), path_);
}

core::Result<void> ScratchFile::pour_into(int descriptor) const {
  const Descriptor file(path_, O_RDONLY);
  if (file.get() < 0) return failed(path_ + " cannot be opened");
  return copy(file.get(), path_, descriptor, "the backup");
}

core::Result<void> ScratchFile::rename_to(const std::string& target) {
  struct stat old {};
  const bool existed = ::stat(target.c_str(), &old) == 0;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (::chmod(path_.c_str(), existed ? old.st_mode & 07777U : 0666U & ~mask) != 0) return failed(path_);
  // Only root may, and only root's restore would otherwise take the file from the server's user.
  if (existed && ::chown(path_.c_str(), old.st_uid, old.st_gid) != 0 && ::geteuid() == 0) return failed(path_);
  if (auto synced = sync(path_, O_RDONLY); !synced) return synced;
  if (::rename(path_.c_str(), target.c_str()) != 0) return failed(target + " cannot be replaced");
  path_.clear();
  const std::string directory = std::filesystem::path(target).parent_path().string();
  return sync(directory.empty() ? "." : directory, O_RDONLY | O_DIRECTORY);
}

}  // namespace grtc::items::sqlite
