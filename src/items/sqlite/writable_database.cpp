#include "items/sqlite/writable_database.hpp"

#include <chrono>
#include <filesystem>
#include <random>
#include <system_error>
#include <utility>

#include <sqlite3.h>

#include "items/sqlite/problems.hpp"
#include "items/sqlite/schema.hpp"

namespace grtc::items::sqlite {
namespace {

/// A WAL of 16 MiB: a checkpoint syncs the database file once for all that is in it, so rare is cheap.
constexpr int kCheckpointPages = 4000;
constexpr int kCheckpointStep = 1000;     ///< tried again after so many when readers kept it from finishing
constexpr int kTooManyPages = 64 * 1024;  ///< 256 MiB: now readers are waited for

/// A restored backup repeats the ids of its change log in another history. Each opening therefore leaves a random gap,
/// so that an id that a feed remembers from the other history is found in none of this log's rows.
std::int64_t gap(const SqliteOptions& options) {
  std::random_device system;
  const std::uint64_t random = options.random ? options.random() : system();
  return 1 + static_cast<std::int64_t>(random & 0x7FFF'FFFFU);
}

std::uint64_t microseconds_since(std::chrono::steady_clock::time_point then) {
  const auto passed = std::chrono::steady_clock::now() - then;
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(passed).count());
}

core::Result<void> make_directories(const std::string& path) {
  const std::filesystem::path directory = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (!directory.empty()) std::filesystem::create_directories(directory, error);
  if (!error) return {};
  return core::Problem{core::Code::unavailable,
                       "the directory " + directory.string() + " cannot be made (" + error.message() + ").",
                       {},
                       0};
}

}  // namespace

core::Result<std::unique_ptr<WritableDatabase>> WritableDatabase::open(const SqliteOptions& options, StoreState& state,
                                                                       bool create) {
  if (create) {
    if (auto made = make_directories(options.path); !made) return made.error();
  }
  const auto mode = create ? Connection::Mode::create : Connection::Mode::read_write;
  core::Result<Connection> connection = Connection::open(options.path, mode, options.busy_timeout);
  if (!connection) return std::move(connection).error();
  if (!create) {
    // `cat backup.db > items.db` begins with nothing. A schema in it would be what is left in the end; a file of which
    // only a part is there SQLite refuses by itself.
    const auto pages = connection->integer("PRAGMA page_count");
    if (!pages) return pages.error();
    if (*pages == 0) return unavailable("The items database file is empty.");
  }
  auto database = std::make_unique<WritableDatabase>(Opening(), options, state, std::move(*connection));
  if (auto prepared = database->prepare(); !prepared) return prepared.error();
  return database;
}

WritableDatabase::WritableDatabase(Opening /*key*/, const SqliteOptions& options, StoreState& state,
                                   Connection connection)
    : options_(options), state_(state), db_(std::move(connection)), checkpoint_at_(kCheckpointPages) {}

WritableDatabase::~WritableDatabase() {
  if (guarded_) db_.release_checkpoint_lock();
  if (look() != Found::overwritten) return;  // closing the last connection writes the WAL back
  // `cat backup.db > items.db` on a server that had just written: its WAL belongs to what was overwritten. Writing it
  // back would mix the two; so would finding it there at the next start. It is kept aside for whoever misses something.
  db_.forbid_checkpoint_on_close();
  std::error_code ignored;
  std::filesystem::rename(options_.path + "-wal", options_.path + "-wal.overwritten", ignored);
  std::filesystem::remove(options_.path + "-shm", ignored);
}

core::Result<void> WritableDatabase::prepare() {
  if (sqlite3_db_readonly(db_.native(), "main") == 1) return unavailable("The items database is read-only.");
  // Before anything is changed, journal_mode included: the file may be another program's.
  if (auto done = migrate(db_, gap(options_)); !done) return done;
  std::string settings =
      "PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-8000;"
      "PRAGMA secure_delete=FAST;";
  if (options_.max_pages > 0) settings += "PRAGMA max_page_count=" + std::to_string(options_.max_pages);
  if (auto done = db_.execute(settings.c_str()); !done) return done;
  {
    core::Result<Statement> wal = db_.prepare("PRAGMA journal_mode=WAL");
    if (!wal) return std::move(wal).error();
    if (wal->step() != Step::row) return db_.problem();
    if (wal->text(0) != "wal") return unavailable("The file system of the items database cannot share memory (WAL).");
  }
  const auto newest = db_.integer("SELECT max(id) FROM changes");
  if (!newest) return newest.error();
  const auto total = db_.integer("SELECT count(*) FROM items");
  if (!total) return total.error();
  core::Result<std::unique_ptr<ItemWriter>> writer = ItemWriter::prepare(db_, *newest + gap(options_));
  if (!writer) return std::move(writer).error();
  writer_ = std::move(*writer);
  const std::pair<Statement*, const char*> statements[] = {
      {&begin_, "BEGIN IMMEDIATE"}, {&commit_, "COMMIT"}, {&rollback_, "ROLLBACK"}};
  for (const auto& [statement, sql] : statements) {
    core::Result<Statement> prepared = db_.prepare(sql);
    if (!prepared) return std::move(prepared).error();
    *statement = std::move(*prepared);
  }
  db_.watch_wal(wal_pages_.get());
  *wal_pages_ = 1;  // the migration's, or what a kill left behind: the first idle time sees to it
  note_file();
  state_.total.store(*total);
  return {};
}

std::vector<core::Result<Item>> WritableDatabase::apply(std::span<const Write> writes, core::WallTime now) {
  std::vector<core::Result<Item>> results(writes.size());
  core::Result<void> done = transact(writes, now, results);
  if (done) return results;
  if (writes.size() > 1 && concerns_one_write(done.error())) {
    for (std::size_t i = 0; i < writes.size(); ++i) results[i] = std::move(apply(writes.subspan(i, 1), now).front());
    return results;
  }
  for (core::Result<Item>& result : results) result = done.error();
  state_.failed_writes.fetch_add(writes.size(), std::memory_order_relaxed);
  return results;
}

core::Result<void> WritableDatabase::transact(std::span<const Write> writes, core::WallTime now,
                                              std::span<core::Result<Item>> results) {
  const auto started = std::chrono::steady_clock::now();
  if (!begin_.run()) return db_.problem();
  writer_->start(now);
  for (std::size_t i = 0; i < writes.size(); ++i) {
    results[i] = run(writes[i]);
    if (writer_->broken()) {
      roll_back();
      return results[i].error();
    }
  }
  if (auto pruned = writer_->prune(); !pruned) {
    roll_back();
    return pruned;
  }
  if (!commit_.run()) {
    core::Problem problem = db_.problem();
    roll_back();
    return problem;
  }
  state_.total.fetch_add(writer_->growth(), std::memory_order_relaxed);
  state_.writes.fetch_add(writes.size(), std::memory_order_relaxed);
  state_.batch_size.observe(writes.size());
  state_.commit_us.observe(microseconds_since(started));
  std::vector<Change> made = writer_->take_changes();
  changes_.insert(changes_.end(), std::make_move_iterator(made.begin()), std::make_move_iterator(made.end()));
  return {};
}

core::Result<Item> WritableDatabase::run(const Write& write) {
  struct Run {
    ItemWriter& to;
    core::Result<Item> operator()(const CreateItem& w) const { return to.create(w.draft, w.once); }
    core::Result<Item> operator()(const ReplaceItem& w) const { return to.replace(w.id, w.draft, w.when); }
    core::Result<Item> operator()(const PatchItem& w) const { return to.patch(w.id, w.patch, w.when); }
    core::Result<Item> operator()(const RemoveItem& w) const { return to.remove(w.id, w.when); }
  };
  return std::visit(Run{*writer_}, write.what);
}

void WritableDatabase::roll_back() noexcept {
  // A full disk or an I/O error may already have ended the transaction (https://sqlite.org/lang_transaction.html).
  if (db_.in_transaction()) static_cast<void>(rollback_.run());
}

WritableDatabase::Found WritableDatabase::look() const noexcept {
  const std::optional<FileState> now = state_of(options_.path);
  if (!now) return Found::missing;
  if (!file_ || *now == *file_) return Found::same;
  if (!now->same_file(*file_) || !has_wal()) return Found::replaced;
  // Without the lock another process may have written our WAL back for us.
  return guarded_ ? Found::overwritten : Found::same;
}

bool WritableDatabase::probe() {
  return static_cast<bool>(db_.integer("SELECT id FROM items LIMIT 1"));
}

void WritableDatabase::checkpoint_if_large() {
  if (*wal_pages_ < kCheckpointPages) checkpoint_at_ = kCheckpointPages;  // it has begun anew
  if (*wal_pages_ < checkpoint_at_) return;
  if (*wal_pages_ > kTooManyPages) {
    checkpoint_all();
  } else {
    if (look() != Found::same) return;
    if (std::exchange(guarded_, false)) db_.release_checkpoint_lock();
    db_.checkpoint_passively();
    note_file();
  }
  checkpoint_at_ = *wal_pages_ + kCheckpointStep;
}

bool WritableDatabase::checkpoint_all() {
  if (!has_wal()) return true;
  if (look() == Found::overwritten) return false;
  if (std::exchange(guarded_, false)) db_.release_checkpoint_lock();
  // Readers need microseconds; a search may take longer, and then the next idle time is as good.
  db_.set_busy_timeout(std::chrono::milliseconds(50));
  const bool done = db_.checkpoint_and_truncate();
  db_.set_busy_timeout(options_.busy_timeout);
  if (done) *wal_pages_ = 0;
  note_file();
  return done;
}

void WritableDatabase::note_file() noexcept {
  guarded_ = db_.hold_checkpoint_lock();
  const std::optional<FileState> now = state_of(options_.path);
  // What has taken the path meanwhile is not ours: look() will say so.
  if (!file_ || (now && now->same_file(*file_))) file_ = now;
}

}  // namespace grtc::items::sqlite
