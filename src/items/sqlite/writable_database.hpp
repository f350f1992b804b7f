#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/problem.hpp"
#include "items/sqlite/connection.hpp"
#include "items/sqlite/file_state.hpp"
#include "items/sqlite/item_writer.hpp"
#include "items/sqlite/sqlite_options.hpp"
#include "items/sqlite/store_state.hpp"
#include "items/write.hpp"

namespace grtc::items::sqlite {

/// The database file as its one writer has it open. Thread: the writer (open() may be called before it starts).
class WritableDatabase {
  struct Opening {};  // only its own factory can make one

 public:
  enum class Found : std::uint8_t {
    same,         ///< what was opened
    missing,      ///< deleted or moved away
    replaced,     ///< another file lies there, or this one was overwritten while the WAL was empty
    overwritten,  ///< past SQLite, while the WAL held writes: the two no longer belong together
  };

  /// Opens, migrates, turns on WAL.
  /// @param create  whether a missing file may be made; an existing one that is no database of ours is never touched
  [[nodiscard]] static core::Result<std::unique_ptr<WritableDatabase>> open(const SqliteOptions& options,
                                                                            StoreState& state, bool create);
  WritableDatabase(Opening, const SqliteOptions& options, StoreState& state, Connection connection);
  WritableDatabase(const WritableDatabase&) = delete;
  WritableDatabase& operator=(const WritableDatabase&) = delete;
  ~WritableDatabase();

  /// Does `writes` in order as one transaction, durable when this returns. When the transaction fails for a reason
  /// that may lie in one of them, each is tried by itself, so that one too many doesn't fail the others.
  [[nodiscard]] std::vector<core::Result<Item>> apply(std::span<const Write> writes, core::WallTime now);
  /// The changes of the transactions since the last call.
  [[nodiscard]] std::vector<Change> take_changes() { return std::exchange(changes_, {}); }

  /// Looks at the path, costs one stat().
  [[nodiscard]] Found look() const noexcept;
  /// Whether a row can be read.
  [[nodiscard]] bool probe();

  /// Keeps the WAL from growing without end; called after a commit.
  void checkpoint_if_large();
  /// Writes the WAL back and cuts it to 0 bytes: then the database file alone is the whole database.
  /// True: done, or there was nothing to do. False also when the file was overwritten: it is left as it is.
  bool checkpoint_all();
  [[nodiscard]] bool has_wal() const noexcept { return *wal_pages_ > 0; }

 private:
  [[nodiscard]] core::Result<void> prepare();
  /// Takes the file as it is now for ours, and keeps others from writing into it.
  void note_file() noexcept;
  [[nodiscard]] core::Result<void> transact(std::span<const Write> writes, core::WallTime now,
                                            std::span<core::Result<Item>> results);
  [[nodiscard]] core::Result<Item> run(const Write& write);
  void roll_back() noexcept;

  const SqliteOptions& options_;
  StoreState& state_;
  std::unique_ptr<int> wal_pages_ = std::make_unique<int>(0);  // outlives db_, which writes it
  Connection db_;
  Statement begin_, commit_, rollback_;
  std::unique_ptr<ItemWriter> writer_;
  std::vector<Change> changes_;
  std::optional<FileState> file_;
  bool guarded_ = false;  ///< we hold the checkpoint lock
  int checkpoint_at_ = 0;
};

}  // namespace grtc::items::sqlite
