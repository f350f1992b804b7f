#include "items/sqlite/sqlite_store.hpp"

#include <limits>
#include <utility>

#include "items/sqlite/inline_readers.hpp"
#include "items/sqlite/problems.hpp"
#include "items/sqlite/read_pool.hpp"
#include "items/sqlite/store_state.hpp"
#include "items/sqlite/write_thread.hpp"

namespace grtc::items::sqlite {
namespace {

/// What a page read on an I/O thread may have; measured in docs/adr/0003-point-reads-on-the-io-thread.md.
constexpr std::uint32_t kInlineRows = 100;
constexpr std::size_t kInlineBytes = 128 * 1024;

/// A missing item and a bad cursor are answers; a problem of the file is the pool's to tell, which waits for locks.
bool is_answer(const core::Problem& problem) noexcept {
  return problem.code == core::Code::not_found || problem.code == core::Code::unprocessable;
}

}  // namespace

struct SqliteStore::Parts {
  SqliteOptions options;
  StoreState state;
  std::unique_ptr<WriteThread> writer;  // closes last, and thereby writes the WAL back
  std::unique_ptr<InlineReaders> inline_readers;
  std::unique_ptr<ReadPool> pool;

  [[nodiscard]] std::uint64_t total() const noexcept {
    return static_cast<std::uint64_t>(state.total.load(std::memory_order_relaxed));
  }

  /// Runs `read` on the pool and `done` with its result on `on`.
  template <class T, class Read>
  void in_pool(core::Executor& on, Done<T> done, Read read) {
    ReadPool::Task task = [this, &on, done, read = std::move(read)](const core::Result<ItemReader*>& reader) mutable {
      core::Result<T> result = reader ? read(**reader) : core::Result<T>(reader.error());
      state.reads_ok.store(result || is_answer(result.error()), std::memory_order_relaxed);
      // Moved: what `done` holds is let go on its own executor, not here.
      on.post([done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
    };
    if (pool->submit(task)) return;
    state.refused_reads.fetch_add(1, std::memory_order_relaxed);
    on.post([done = std::move(done)] { done(unavailable("Too many reads are waiting.")); });
  }
};

SqliteStore::SqliteStore(Opening /*key*/, std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SqliteStore::~SqliteStore() = default;

core::Result<std::unique_ptr<SqliteStore>> SqliteStore::open(SqliteOptions options) {
  auto parts = std::make_unique<Parts>();
  parts->options = std::move(options);
  auto writer = WriteThread::start(parts->options, parts->state);
  if (!writer) {
    core::Problem problem = std::move(writer).error();
    problem.sentence = "DATABASE_PATH=" + parts->options.path + ": " + problem.sentence;
    return problem;
  }
  parts->writer = std::move(*writer);
  parts->inline_readers = std::make_unique<InlineReaders>(parts->options.path, parts->state);
  parts->pool = std::make_unique<ReadPool>(parts->options, parts->state);
  return std::make_unique<SqliteStore>(Opening(), std::move(parts));
}

void SqliteStore::create(Draft draft, std::optional<Idempotency> once, core::Executor& on, Done<Item> done) {
  parts_->writer->submit({CreateItem{std::move(draft), std::move(once)}, &on, std::move(done)});
}

void SqliteStore::replace(ItemId id, Draft draft, Precondition when, core::Executor& on, Done<Item> done) {
  parts_->writer->submit({ReplaceItem{id, std::move(draft), std::move(when)}, &on, std::move(done)});
}

void SqliteStore::patch(ItemId id, JsonPatch patch, Precondition when, core::Executor& on, Done<Item> done) {
  parts_->writer->submit({PatchItem{id, std::move(patch), std::move(when)}, &on, std::move(done)});
}

void SqliteStore::remove(ItemId id, Precondition when, core::Executor& on, Done<Item> done) {
  parts_->writer->submit({RemoveItem{id, std::move(when)}, &on, std::move(done)});
}

void SqliteStore::get(ItemId id, core::Executor& on, Done<Item> done) {
  parts_->in_pool<Item>(on, std::move(done), [id](ItemReader& reader) { return reader.get(id); });
}

void SqliteStore::list(ListQuery query, core::Executor& on, Done<Page> done) {
  parts_->in_pool<Page>(on, std::move(done), [parts = parts_.get(), query = std::move(query)](ItemReader& reader) {
    return *reader.list(query, parts->total(), std::numeric_limits<std::size_t>::max());
  });
}

void SqliteStore::changes_after(std::optional<std::int64_t> change_id, core::Executor& on, Done<ChangeSlice> done) {
  parts_->in_pool<ChangeSlice>(on, std::move(done),
                               [change_id](ItemReader& reader) { return reader.changes_after(change_id); });
}

std::optional<core::Result<Item>> SqliteStore::try_get_now(ItemId id, core::Executor& on) {
  ItemReader* reader = parts_->inline_readers->of(on);
  if (reader == nullptr) return std::nullopt;
  core::Result<Item> item = reader->get(id);
  if (!item && !is_answer(item.error())) return std::nullopt;
  return item;
}

std::optional<core::Result<Page>> SqliteStore::try_list_now(const ListQuery& query, core::Executor& on) {
  if (query.limit > kInlineRows || !query.q.empty() || query.name) return std::nullopt;
  ItemReader* reader = parts_->inline_readers->of(on);
  if (reader == nullptr) return std::nullopt;
  std::optional<core::Result<Page>> page = reader->list(query, parts_->total(), kInlineBytes);
  if (page && !*page && !is_answer(page->error())) return std::nullopt;
  return page;
}

void SqliteStore::subscribe(std::function<void(const std::vector<Change>&)> heard) {
  parts_->writer->subscribe(std::move(heard));
}

bool SqliteStore::readable() const {
  return parts_->state.file_ok.load(std::memory_order_relaxed) &&
         parts_->state.reads_ok.load(std::memory_order_relaxed);
}

SqliteMetrics SqliteStore::metrics() const {
  const StoreState& state = parts_->state;
  SqliteMetrics metrics;
  metrics.writes = state.writes.load(std::memory_order_relaxed);
  metrics.failed_writes = state.failed_writes.load(std::memory_order_relaxed);
  metrics.refused_writes = state.refused_writes.load(std::memory_order_relaxed);
  metrics.refused_reads = state.refused_reads.load(std::memory_order_relaxed);
  metrics.write_queue = parts_->writer->queued();
  metrics.read_queue = parts_->pool->queued();
  metrics.batch_size = state.batch_size.read();
  metrics.commit_us = state.commit_us.read();
  return metrics;
}

}  // namespace grtc::items::sqlite
