#include "items/sqlite/db_tools.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "items/sqlite/connection.hpp"
#include "items/sqlite/put_in_place.hpp"
#include "items/sqlite/schema.hpp"
#include "items/sqlite/scratch_file.hpp"
#include "items/sqlite/tool.hpp"

namespace grtc::items::sqlite {
namespace {

constexpr std::size_t kMaxFaults = 20;

core::Result<void> copy_to(const std::string& path, const ScratchFile& copy) {
  core::Result<Connection> db = Connection::open(path, Connection::Mode::read_only, kToolBusyTimeout);
  if (!db) return about(path, std::move(db).error());
  if (const auto version = version_of(*db); !version) return about(path, version.error());
  // One read transaction: the copy is the database of one moment, however much is written meanwhile.
  core::Result<Statement> vacuum = db->prepare("VACUUM INTO ?1");
  if (!vacuum) return about(path, std::move(vacuum).error());
  if (!vacuum->bind(1, std::string_view(copy.path())).run()) return about(copy.path(), db->problem());
  return {};
}

/// What the database says that is wrong with it.
std::vector<std::string> faults_of(Connection& db) {
  std::vector<std::string> faults;
  core::Result<Statement> pages = db.prepare("PRAGMA integrity_check(20)");
  if (!pages) return {pages.error().sentence};
  Step step = Step::row;
  while ((step = pages->step()) == Step::row && faults.size() < kMaxFaults) {
    if (pages->text(0) != "ok") faults.emplace_back(pages->text(0));
  }
  if (step == Step::failed) faults.push_back(db.problem().sentence);
  pages->reset();
  if (!faults.empty()) return faults;
  // https://sqlite.org/fts5.html#the_integrity_check_command: rank 1 also compares with the items.
  if (auto same = db.execute("INSERT INTO items_fts(items_fts,rank) VALUES('integrity-check',1)"); !same) {
    faults.push_back("The full text index does not fit the items: " + same.error().sentence);
  }
  return faults;
}

core::Result<CheckReport> report_on(const std::string& path) {
  core::Result<Connection> db = Connection::open(path, Connection::Mode::read_write, kToolBusyTimeout);
  if (!db) return std::move(db).error();
  CheckReport report;
  const auto version = version_of(*db);
  if (!version) return version.error();
  report.schema_version = *version;
  report.faults = faults_of(*db);
  if (const auto items = db->integer("SELECT count(*) FROM items")) report.items = *items;
  return report;
}

core::Result<void> prove(const std::string& copy) {
  const core::Result<CheckReport> report = report_on(copy);
  if (!report) return about("the backup", report.error());
  if (!report->faults.empty()) {
    return core::Problem{core::Code::unprocessable, "the backup is damaged: " + report->faults.front(), {}, 0};
  }
  // A copy of a running server's file says that it has a WAL. One file, and nothing beside it, is what is moved.
  auto db = Connection::open(copy, Connection::Mode::read_write, kToolBusyTimeout);
  if (!db) return about("the backup", std::move(db).error());
  return db->execute("PRAGMA journal_mode=DELETE");
}

}  // namespace

core::Result<void> backup_to_file(const std::string& path, const std::string& file) {
  core::Result<ScratchFile> copy = ScratchFile::make(file);
  if (!copy) return std::move(copy).error();
  if (auto copied = copy_to(path, *copy); !copied) return copied;
  return copy->rename_to(file);
}

core::Result<void> backup_to_descriptor(const std::string& path, int descriptor) {
  // Beside the database: where it has room, a copy most likely has too.
  core::Result<ScratchFile> copy = ScratchFile::make(path);
  if (!copy) return std::move(copy).error();
  if (auto copied = copy_to(path, *copy); !copied) return copied;
  return copy->pour_into(descriptor);
}

core::Result<void> restore_from_descriptor(const std::string& path, int descriptor) {
  if (auto free = refuse_while_in_use(path); !free) return free;
  std::error_code error;
  const std::filesystem::path directory = std::filesystem::path(path).parent_path();
  if (!directory.empty()) std::filesystem::create_directories(directory, error);
  core::Result<ScratchFile> copy = ScratchFile::make(path);
  if (!copy) return std::move(copy).error();
  if (auto filled = copy->fill_from(descriptor); !filled) return filled;
  if (auto proved = prove(copy->path()); !proved) return proved;
  return put_in_place(*copy, path);
}

core::Result<void> restore_from_file(const std::string& path, const std::string& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return core::Problem{core::Code::unavailable, file + ": " + std::strerror(errno) + ".", {}, 0};
  }
  auto restored = restore_from_descriptor(path, descriptor);
  ::close(descriptor);
  return restored;
}

core::Result<CheckReport> check(const std::string& path) {
  core::Result<CheckReport> report = report_on(path);
  if (!report) return about(path, std::move(report).error());
  return report;
}

}  // namespace grtc::items::sqlite
