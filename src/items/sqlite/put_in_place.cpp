#include "items/sqlite/put_in_place.hpp"

#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <unistd.h>

#include "items/sqlite/connection.hpp"
#include "items/sqlite/tool.hpp"

namespace grtc::items::sqlite {
namespace {

/// Whether another process has `path` open in SQLite: each connection of a WAL database keeps a read lock on it
/// (https://sqlite.org/walformat.html#file_locks). By a lock of the open file (fcntl F_OFD_*), which conflicts with
/// SQLite's whoever holds it.
bool in_use(const std::string& path) {
  constexpr off_t kPendingByte = 0x40000000;
  constexpr off_t kLockBytes = 512;
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return false;
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = kPendingByte;
  lock.l_len = kLockBytes;
  const bool used = ::fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  ::close(fd);
  return used;
}

/// Leaves the old database without WAL, so that none is found beside the new one. What a crash left in the WAL is
/// written back first: when the next step fails, the old database is whole.
void settle(const std::string& path) {
  if (auto old = Connection::open(path, Connection::Mode::read_write, kToolBusyTimeout)) {
    static_cast<void>(old->checkpoint_and_truncate());
  }
  std::error_code ignored;
  for (const char* suffix : {"-wal", "-shm", "-journal"}) std::filesystem::remove(path + suffix, ignored);
}

}  // namespace

core::Result<void> refuse_while_in_use(const std::string& path) {
  if (!in_use(path)) return {};
  return core::Problem{core::Code::conflict, path + ": a server has it open: stop that first.", {}, 0};
}

core::Result<void> put_in_place(ScratchFile& copy, const std::string& path) {
  settle(path);
  return copy.rename_to(path);
}

}  // namespace grtc::items::sqlite
