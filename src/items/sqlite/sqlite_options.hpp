#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "core/time.hpp"

namespace grtc::items::sqlite {

/// How the SQLite store works. The path is a setting (DATABASE_PATH), the rest are bounds with their reasons.
struct SqliteOptions {
  std::string path;  ///< DATABASE_PATH; directories are made

  unsigned readers = 2;  ///< threads that search and list; more only help when many searches run at once
  std::size_t max_queued_writes = 8192;             ///< above: 503 with Retry-After
  std::size_t max_queued_bytes = 32 * 1024 * 1024;  ///< of queued writes; the large ones must not fill the memory
  std::size_t max_queued_reads = 4096;
  std::size_t max_batch = 512;  ///< writes a transaction: bounds how long the first of them waits for the last

  std::chrono::milliseconds busy_timeout{2000};    ///< a lock of another process (backup tools) is waited for
  std::chrono::milliseconds idle_checkpoint{300};  ///< without a write, until the WAL is written back and cut to 0
  std::chrono::milliseconds watch{1000};           ///< how often an idle writer looks whether the file is still there

  std::int64_t max_pages = 0;  ///< PRAGMA max_page_count; 0: SQLite's own

  std::function<core::WallTime()> clock = {};  ///< empty: the system's
  std::function<std::uint64_t()> random = {};  ///< empty: the system's
  /// Told on the writer's thread, once each time the state changes: a sentence with the path for the log.
  /// `bad` is false when it works again.
  std::function<void(bool bad, const std::string& sentence)> report = {};
};

}  // namespace grtc::items::sqlite
