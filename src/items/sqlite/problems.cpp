#include "items/sqlite/problems.hpp"

#include <cerrno>
#include <cstring>
#include <string>

#include <sqlite3.h>

namespace grtc::items::sqlite {
namespace {

// Long enough not to add to a load that is the cause, short enough for a person who waits.
constexpr std::uint32_t kRetryAfterS = 1;

bool is_full(int code, int system_errno) noexcept {
  // The shared-memory file is grown with ftruncate and posix_fallocate, whose ENOSPC SQLite calls an I/O error.
  const bool no_room = system_errno == ENOSPC || system_errno == EDQUOT;
  return (code & 0xFF) == SQLITE_FULL || ((code & 0xFF) == SQLITE_IOERR && no_room);
}

std::string with_reason(const char* sentence, int code, int system_errno) {
  std::string text = sentence;
  text += " (";
  text += system_errno != 0 ? std::strerror(system_errno) : sqlite3_errstr(code);
  return text + ").";
}

}  // namespace

core::Problem unavailable(const char* sentence) {
  return {core::Code::unavailable, sentence, {}, kRetryAfterS};
}

core::Problem problem_of(int code, int system_errno) {
  if (is_full(code, system_errno)) {
    return {core::Code::storage_full, "The disk that holds the items is full.", {}, 0};
  }
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return unavailable("The items database is locked by another process.");
    case SQLITE_READONLY:
      return unavailable("The items database is read-only.");
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return unavailable("The server may not access the items database.");
    case SQLITE_CORRUPT:
      return unavailable("The items database is damaged: restore a backup.");
    case SQLITE_NOTADB:
      return unavailable("The file is no SQLite database.");
    case SQLITE_CANTOPEN:
      return {core::Code::unavailable,
              with_reason("The items database cannot be opened", code, system_errno),
              {},
              kRetryAfterS};
    case SQLITE_IOERR:
      return {core::Code::unavailable,
              with_reason("The items database cannot be read or written", code, system_errno),
              {},
              kRetryAfterS};
    default:
      return {core::Code::internal, with_reason("The items database refused a statement", code, 0), {}, 0};
  }
}

bool concerns_one_write(const core::Problem& problem) noexcept {
  return problem.code == core::Code::storage_full || problem.code == core::Code::internal;
}

}  // namespace grtc::items::sqlite
