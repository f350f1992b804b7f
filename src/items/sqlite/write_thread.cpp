#include "items/sqlite/write_thread.hpp"

#include <iterator>
#include <utility>

#include "items/sqlite/problems.hpp"

namespace grtc::items::sqlite {
namespace {

core::WallTime now_of(const SqliteOptions& options) {
  if (options.clock) return options.clock();
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

/// The first failure that is the database's, not the request's.
std::optional<core::Problem> database_problem(const std::vector<core::Result<Item>>& results) {
  for (const core::Result<Item>& result : results) {
    if (result) continue;
    const core::Code code = result.error().code;
    if (code == core::Code::storage_full || code == core::Code::unavailable || code == core::Code::internal) {
      return result.error();
    }
  }
  return std::nullopt;
}

}  // namespace

core::Result<std::unique_ptr<WriteThread>> WriteThread::start(const SqliteOptions& options, StoreState& state) {
  auto database = WritableDatabase::open(options, state, true);
  if (!database) return std::move(database).error();
  return std::make_unique<WriteThread>(Opening(), options, state, std::move(*database));
}

WriteThread::WriteThread(Opening /*key*/, const SqliteOptions& options, StoreState& state,
                         std::unique_ptr<WritableDatabase> database)
    : options_(options), state_(state), database_(std::move(database)), thread_([this] { run(); }) {}

WriteThread::~WriteThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  waiting_.notify_one();
  thread_.join();
}

void WriteThread::submit(Write write) {
  const std::size_t weight = weight_of(write);
  {
    const std::lock_guard lock(mutex_);
    const bool room = queue_.size() < options_.max_queued_writes && queued_bytes_ + weight <= options_.max_queued_bytes;
    if (room && !stopping_) {
      queued_bytes_ += weight;
      queue_.push_back(std::move(write));
      // Only the first has to wake the writer: it takes all that has come by then.
      if (queue_.size() == 1) waiting_.notify_one();
      return;
    }
  }
  state_.refused_writes.fetch_add(1, std::memory_order_relaxed);
  write.on->post([done = std::move(write.done)] { done(unavailable("Too many writes are waiting.")); });
}

void WriteThread::subscribe(std::function<void(const std::vector<Change>&)> heard) {
  const std::lock_guard lock(subscribers_mutex_);
  subscribers_.push_back(std::move(heard));
}

std::size_t WriteThread::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void WriteThread::run() {
  while (std::optional<std::vector<Write>> batch = wait()) {
    if (batch->empty()) {
      look_after();
    } else {
      commit(std::move(*batch));
    }
  }
  if (database_) database_->checkpoint_all();
  database_.reset();
}

std::optional<std::vector<Write>> WriteThread::wait() {
  std::unique_lock lock(mutex_);
  const auto pause = database_ && database_->has_wal() ? options_.idle_checkpoint : options_.watch;
  waiting_.wait_for(lock, pause, [this] { return !queue_.empty() || stopping_; });
  if (queue_.empty()) return stopping_ ? std::nullopt : std::optional<std::vector<Write>>(std::in_place);
  std::vector<Write> batch;
  if (queue_.size() <= options_.max_batch) {
    batch.swap(queue_);
    queued_bytes_ = 0;
  } else {
    const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(options_.max_batch);
    batch.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
    queue_.erase(queue_.begin(), end);
    for (const Write& write : batch) queued_bytes_ -= weight_of(write);
  }
  return batch;
}

void WriteThread::commit(std::vector<Write> batch) {
  const std::optional<core::Problem> problem = out_of_order();
  if (problem) {
    state_.failed_writes.fetch_add(batch.size(), std::memory_order_relaxed);
    std::vector<core::Result<Item>> results(batch.size(), core::Result<Item>(*problem));
    answer_all(std::move(batch), std::move(results));
    return;
  }
  std::vector<core::Result<Item>> results = database_->apply(batch, now_of(options_));
  report(reported_write_, database_problem(results));
  const std::vector<Change> changes = database_->take_changes();
  answer_all(std::move(batch), std::move(results));
  if (!changes.empty()) tell(changes);
  database_->checkpoint_if_large();
}

void WriteThread::tell(const std::vector<Change>& changes) {
  const std::lock_guard lock(subscribers_mutex_);
  for (const auto& heard : subscribers_) heard(changes);
}

void WriteThread::look_after() {
  const std::optional<core::Problem> problem = out_of_order();
  if (problem) return;
  database_->checkpoint_all();
  if (!state_.reads_ok.load(std::memory_order_relaxed) && database_->probe()) state_.reads_ok.store(true);
}

std::optional<core::Problem> WriteThread::out_of_order() {
  std::optional<core::Problem> problem = look_at_file();
  state_.file_ok.store(!problem, std::memory_order_relaxed);
  report(reported_file_, problem);
  return problem;
}

std::optional<core::Problem> WriteThread::look_at_file() {
  if (!database_) return reopen();
  switch (database_->look()) {
    case WritableDatabase::Found::same:
      return std::nullopt;
    // Nothing is written into a file that no path leads to: its 2xx would not survive the process.
    case WritableDatabase::Found::missing:
      return unavailable("The items database file has been deleted.");
    case WritableDatabase::Found::overwritten:
      return unavailable("The items database file was overwritten: restart the server.");
    case WritableDatabase::Found::replaced:
      break;
  }
  // The WAL lies beside the path, not the file: it must be empty before another file gets that place.
  if (!database_->checkpoint_all()) return unavailable("The items database file has been replaced.");
  database_.reset();
  next_attempt_ = {};
  return reopen();
}

std::optional<core::Problem> WriteThread::reopen() {
  const auto now = Clock::now();
  if (now < next_attempt_) return last_problem_;
  auto database = WritableDatabase::open(options_, state_, false);
  if (!database) {
    next_attempt_ = now + options_.watch;
    last_problem_ = std::move(database).error();
    return last_problem_;
  }
  database_ = std::move(*database);
  state_.generation.fetch_add(1, std::memory_order_release);
  tell({});
  return std::nullopt;
}

void WriteThread::report(std::optional<core::Code>& reported, const std::optional<core::Problem>& problem) const {
  const std::optional<core::Code> code = problem ? std::optional(problem->code) : std::nullopt;
  if (std::exchange(reported, code) == code || !options_.report) return;
  const std::string sentence = problem ? problem->sentence : "The items database can be used again.";
  options_.report(problem.has_value(), "DATABASE_PATH=" + options_.path + ": " + sentence);
}

}  // namespace grtc::items::sqlite
