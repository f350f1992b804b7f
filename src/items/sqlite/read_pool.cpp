#include "items/sqlite/read_pool.hpp"

#include <algorithm>
#include <utility>

#include "items/sqlite/current_reader.hpp"
#include "items/sqlite/problems.hpp"

namespace grtc::items::sqlite {

ReadPool::ReadPool(const SqliteOptions& options, const StoreState& state) : options_(options), state_(state) {
  for (unsigned i = 0; i < std::max(options.readers, 1U); ++i) threads_.emplace_back([this] { run(); });
}

ReadPool::~ReadPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  waiting_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  for (Task& task : queue_) task(unavailable("The server is shutting down."));
}

bool ReadPool::submit(Task& task) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= options_.max_queued_reads || stopping_) return false;
    queue_.push_back(std::move(task));
  }
  waiting_.notify_one();
  return true;
}

std::size_t ReadPool::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void ReadPool::run() {
  CurrentReader reader(options_.path, state_, options_.busy_timeout);
  std::unique_lock lock(mutex_);
  for (;;) {
    waiting_.wait(lock, [this] { return !queue_.empty() || stopping_; });
    if (stopping_) return;
    Task task = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    task(reader.get());
    task = nullptr;  // what it holds goes before the lock is taken
    lock.lock();
  }
}

}  // namespace grtc::items::sqlite
