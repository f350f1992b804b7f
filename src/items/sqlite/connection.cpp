#include "items/sqlite/connection.hpp"

#include <cerrno>
#include <utility>

#include <sqlite3.h>

#include "items/sqlite/problems.hpp"

namespace grtc::items::sqlite {
namespace {

bool shm_lock(sqlite3* db, int flags) noexcept {
  constexpr int kCheckpointLock = 1;  // WAL_CKPT_LOCK
  sqlite3_file* file = nullptr;
  sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (file == nullptr || file->pMethods == nullptr || file->pMethods->iVersion < 2) return false;
  return file->pMethods->xShmLock(file, kCheckpointLock, 1, flags) == SQLITE_OK;
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

Statement& Statement::bind(int index, std::int64_t value) noexcept {
  sqlite3_bind_int64(statement_.get(), index, value);
  return *this;
}

Statement& Statement::bind(int index, std::string_view text) noexcept {
  // A null pointer would bind NULL, and an empty view may have one.
  const char* data = text.data() == nullptr ? "" : text.data();
  sqlite3_bind_text64(statement_.get(), index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Step Statement::step() noexcept {
  switch (sqlite3_step(statement_.get())) {
    case SQLITE_ROW:
      return Step::row;
    case SQLITE_DONE:
      return Step::done;
    default:
      return Step::failed;
  }
}

void Statement::reset() noexcept {
  sqlite3_reset(statement_.get());
}

bool Statement::run() noexcept {
  Step step = Step::row;
  while (step == Step::row) step = this->step();
  reset();
  return step == Step::done;
}

std::int64_t Statement::integer(int column) const noexcept {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::text(int column) const noexcept {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

void Connection::Close::operator()(sqlite3* db) const noexcept {
  sqlite3_close_v2(db);
}

core::Result<Connection> Connection::open(const std::string& path, Mode mode, std::chrono::milliseconds busy_timeout) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (mode == Mode::create) flags |= SQLITE_OPEN_CREATE;
  sqlite3* db = nullptr;
  const int opened = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
  Connection connection(db);
  if (opened != SQLITE_OK) return problem_of(opened, db == nullptr ? errno : sqlite3_system_errno(db));
  connection.set_busy_timeout(busy_timeout);
  return connection;
}

core::Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int size = static_cast<int>(sql.size());
  if (sqlite3_prepare_v3(db_.get(), sql.data(), size, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
    return problem();
  }
  return Statement(statement);
}

core::Result<void> Connection::execute(const char* sql) {
  if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return problem();
  return {};
}

core::Result<std::int64_t> Connection::integer(std::string_view sql) {
  core::Result<Statement> statement = prepare(sql);
  if (!statement) return std::move(statement).error();
  switch (statement->step()) {
    case Step::row:
      return statement->integer(0);
    case Step::done:
      return 0;
    default:
      return problem();
  }
}

core::Problem Connection::problem() const {
  return problem_of(sqlite3_extended_errcode(db_.get()), sqlite3_system_errno(db_.get()));
}

bool Connection::in_transaction() const noexcept {
  return sqlite3_get_autocommit(db_.get()) == 0;
}
std::int64_t Connection::last_insert_id() const noexcept {
  return sqlite3_last_insert_rowid(db_.get());
}

void Connection::set_busy_timeout(std::chrono::milliseconds timeout) noexcept {
  sqlite3_busy_timeout(db_.get(), static_cast<int>(timeout.count()));
}

void Connection::watch_wal(int* pages) noexcept {
  sqlite3_wal_hook(
      db_.get(),
      [](void* into, sqlite3*, const char*, int in_wal) {
        *static_cast<int*>(into) = in_wal;
        return SQLITE_OK;
      },
      pages);
}

bool Connection::checkpoint_and_truncate() noexcept {
  return sqlite3_wal_checkpoint_v2(db_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr) == SQLITE_OK;
}

void Connection::checkpoint_passively() noexcept {
  sqlite3_wal_checkpoint_v2(db_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

bool Connection::hold_checkpoint_lock() noexcept {
  return shm_lock(db_.get(), SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE);
}

void Connection::release_checkpoint_lock() noexcept {
  shm_lock(db_.get(), SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE);
}

void Connection::forbid_checkpoint_on_close() noexcept {
  sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

}  // namespace grtc::items::sqlite
