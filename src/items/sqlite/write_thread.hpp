#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/problem.hpp"
#include "items/sqlite/sqlite_options.hpp"
#include "items/sqlite/store_state.hpp"
#include "items/sqlite/writable_database.hpp"
#include "items/write.hpp"

namespace grtc::items::sqlite {

/// The one writer: takes all that waits as one transaction (group commit), answers after it is durable.
/// Any thread submits; the rest is the writer's own thread.
class WriteThread {
  struct Opening {};  // only its own factory can make one

 public:
  /// Opens the database on the calling thread, so that a start fails with its sentence, then starts the thread.
  [[nodiscard]] static core::Result<std::unique_ptr<WriteThread>> start(const SqliteOptions& options,
                                                                        StoreState& state);
  WriteThread(Opening, const SqliteOptions& options, StoreState& state, std::unique_ptr<WritableDatabase> database);
  WriteThread(const WriteThread&) = delete;
  WriteThread& operator=(const WriteThread&) = delete;
  /// Finishes what waits, writes the WAL back, and closes the database.
  ~WriteThread();

  /// A full queue answers with Code::unavailable.
  void submit(Write write);
  void subscribe(std::function<void(const std::vector<Change>&)> heard);
  [[nodiscard]] std::size_t queued() const;

 private:
  using Clock = std::chrono::steady_clock;

  void run();
  /// What waits now, at most max_batch; empty when there was only time to look after the file. Nothing: stop.
  [[nodiscard]] std::optional<std::vector<Write>> wait();
  void commit(std::vector<Write> batch);
  void tell(const std::vector<Change>& changes);
  /// Between writes: write the WAL back, see whether the file is still there.
  void look_after();
  /// Why the database can't be written now; reopens it when its file was replaced.
  [[nodiscard]] std::optional<core::Problem> out_of_order();
  [[nodiscard]] std::optional<core::Problem> look_at_file();
  [[nodiscard]] std::optional<core::Problem> reopen();
  /// Reports when what was wrong with the file, or with writing, has changed.
  void report(std::optional<core::Code>& reported, const std::optional<core::Problem>& problem) const;

  const SqliteOptions& options_;
  StoreState& state_;
  std::unique_ptr<WritableDatabase> database_;  ///< null: the file that lies there now can't be used
  Clock::time_point next_attempt_;              ///< to open it
  std::optional<core::Problem> last_problem_;
  std::optional<core::Code> reported_file_;
  std::optional<core::Code> reported_write_;

  mutable std::mutex mutex_;  ///< of the members from here to thread_
  std::condition_variable waiting_;
  std::vector<Write> queue_;
  std::size_t queued_bytes_ = 0;
  bool stopping_ = false;
  std::mutex subscribers_mutex_;
  std::vector<std::function<void(const std::vector<Change>&)>> subscribers_;

  std::thread thread_;
};

}  // namespace grtc::items::sqlite
