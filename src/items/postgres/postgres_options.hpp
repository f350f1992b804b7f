#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "core/time.hpp"

namespace grtc::items::postgres {

/// How the PostgreSQL store works. The first three are settings, the rest are bounds with their reasons.
struct PostgresOptions {
  std::string url;    ///< DATABASE_URL: a libpq connection URI; holds a password
  unsigned pool = 3;  ///< DATABASE_POOL: connections; one writes, one listens, the rest read. At least 3
  std::chrono::milliseconds timeout{1};  ///< DATABASE_TIMEOUT_MS: of a statement, of an answer, of a connection attempt

  std::size_t max_queued_writes = 8192;             ///< above: 503 with Retry-After
  std::size_t max_queued_bytes = 32 * 1024 * 1024;  ///< of queued writes; the large ones must not fill the memory
  std::size_t max_queued_reads = 4096;
  std::size_t max_batch = 512;  ///< writes a transaction: bounds how long the first of them waits for the last
  std::size_t max_batch_bytes = 4 * 1024 * 1024;  ///< of a transaction, beyond its first write
  std::size_t max_pipelined = 4;                  ///< reads a connection: what waits behind a slow search is few

  std::chrono::milliseconds poll{1000};      ///< how often the change log is read when no notification comes
  std::chrono::milliseconds first_wait{50};  ///< before connecting again; doubles up to last_wait, with jitter
  std::chrono::milliseconds last_wait{2000};
  std::chrono::milliseconds open_patience{10'000};  ///< a server that is still starting is waited for at the start

  std::function<core::WallTime()> clock = {};  ///< empty: the database's, which replicas share
  /// Told on the store's thread, once each time the state changes: a sentence for the log, without the password.
  /// `bad` is false when it works again.
  std::function<void(bool bad, const std::string& sentence)> report = {};
};

}  // namespace grtc::items::postgres
