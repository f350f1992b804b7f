#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/problem.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace grtc::items::sqlite {

enum class Step : std::uint8_t { row, done, failed };

/// A prepared statement. Indexes of parameters begin at 1, of columns at 0. Outlived by its Connection.
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  Statement& bind(int index, std::int64_t value) noexcept;
  /// The text is not copied: it must live until reset() or run().
  Statement& bind(int index, std::string_view text) noexcept;

  [[nodiscard]] Step step() noexcept;
  void reset() noexcept;
  /// Steps to the end and resets. False: failed, and the connection's problem() says why.
  [[nodiscard]] bool run() noexcept;

  [[nodiscard]] std::int64_t integer(int column) const noexcept;
  /// Until the next step(), reset() or bind().
  [[nodiscard]] std::string_view text(int column) const noexcept;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// Resets a statement when the scope ends: one left in the middle of its rows keeps its read transaction open.
class ResetAtEnd {
 public:
  explicit ResetAtEnd(Statement& statement) : statement_(statement) {}
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;
  ~ResetAtEnd() { statement_.reset(); }

 private:
  Statement& statement_;
};

/// One SQLite connection, used by one thread at a time. All problems are sentences without the file's path: they reach
/// HTTP clients; whoever reports a failed start puts the path before them.
class Connection {
 public:
  enum class Mode : std::uint8_t { read_only, read_write, create };

  /// Closed.
  Connection() = default;
  /// @param busy_timeout  how long a lock of another process is waited for
  [[nodiscard]] static core::Result<Connection> open(const std::string& path, Mode mode,
                                                     std::chrono::milliseconds busy_timeout);

  [[nodiscard]] core::Result<Statement> prepare(std::string_view sql);
  /// Runs all statements of `sql`; rows are dropped.
  [[nodiscard]] core::Result<void> execute(const char* sql);
  /// The first column of the first row as an integer; 0 without a row.
  [[nodiscard]] core::Result<std::int64_t> integer(std::string_view sql);

  /// Why the latest call failed: Code::storage_full, unavailable or internal.
  [[nodiscard]] core::Problem problem() const;
  [[nodiscard]] bool in_transaction() const noexcept;
  [[nodiscard]] std::int64_t last_insert_id() const noexcept;

  void set_busy_timeout(std::chrono::milliseconds timeout) noexcept;
  /// Keeps the number of pages in the WAL, as of each commit, in `*pages`, which outlives the connection.
  void watch_wal(int* pages) noexcept;
  /// Writes the WAL back into the database file and cuts it to 0 bytes. False: a reader or a failure was in the way.
  [[nodiscard]] bool checkpoint_and_truncate() noexcept;
  /// Writes back what no reader holds on to; never waits.
  void checkpoint_passively() noexcept;

  /// Takes or gives back the lock of the WAL's checkpointer (https://sqlite.org/walformat.html#wal_locks). While it is
  /// held nobody writes into the database file, so a file that changes all the same was overwritten past SQLite.
  /// The connection's own checkpoints need it: give it back before them.
  [[nodiscard]] bool hold_checkpoint_lock() noexcept;
  void release_checkpoint_lock() noexcept;
  /// Closing then leaves WAL and database file as they are.
  void forbid_checkpoint_on_close() noexcept;

  [[nodiscard]] sqlite3* native() const noexcept { return db_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* db) const noexcept;
  };
  explicit Connection(sqlite3* db) : db_(db) {}
  std::unique_ptr<sqlite3, Close> db_;
};

}  // namespace grtc::items::sqlite
