#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "core/problem.hpp"
#include "items/sqlite/item_reader.hpp"
#include "items/sqlite/sqlite_options.hpp"
#include "items/sqlite/store_state.hpp"

namespace grtc::items::sqlite {

/// Threads for the reads that can take long: searches, large pages, the change log. Any thread submits.
class ReadPool {
 public:
  /// Runs once on a thread of the pool, with its reader or the reason why there is none; also at shutdown.
  using Task = std::function<void(core::Result<ItemReader*>)>;

  ReadPool(const SqliteOptions& options, const StoreState& state);
  ReadPool(const ReadPool&) = delete;
  ReadPool& operator=(const ReadPool&) = delete;
  /// Ends what runs; what waits is told that the store is closed.
  ~ReadPool();

  /// False: the queue is full, and the task is as it was.
  [[nodiscard]] bool submit(Task& task);
  [[nodiscard]] std::size_t queued() const;

 private:
  void run();

  const SqliteOptions& options_;
  const StoreState& state_;
  mutable std::mutex mutex_;
  std::condition_variable waiting_;
  std::deque<Task> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace grtc::items::sqlite
