#include "items/sqlite/schema.hpp"

#include <array>
#include <string>
#include <utility>

#include "items/sqlite/problems.hpp"

namespace grtc::items::sqlite {
namespace {

/// "gRTC": `file items.db` shows whose database it is, and we see whether it is ours.
constexpr std::int64_t kApplicationId = 0x67525443;

/// One entry a version, oldest first; one that has been released is never edited.
constexpr auto kMigrations = std::to_array<const char*>({
    // 1. AUTOINCREMENT: an id is never used again. Times are milliseconds since 1970 UTC.
    // items_fts has its text from items (external content), so the text is stored once.
    // changes is what a feed that was cut off resumes from; kind as Change::Kind, 3 marks where the log began.
    // idempotency keeps the first answer to a key, whose item may have changed since.
    R"(CREATE TABLE items(
         id INTEGER PRIMARY KEY AUTOINCREMENT,
         name TEXT NOT NULL,
         description TEXT NOT NULL,
         data TEXT NOT NULL,
         version INTEGER NOT NULL,
         created_at INTEGER NOT NULL,
         updated_at INTEGER NOT NULL) STRICT;
       CREATE INDEX items_by_name ON items(name);
       CREATE INDEX items_by_created_at ON items(created_at);
       CREATE INDEX items_by_updated_at ON items(updated_at);
       CREATE VIRTUAL TABLE items_fts USING fts5(
         name, description, content='items', content_rowid='id', tokenize='unicode61 remove_diacritics 2');
       CREATE TABLE changes(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, item TEXT NOT NULL) STRICT;
       CREATE TABLE idempotency(
         at INTEGER NOT NULL,
         key TEXT NOT NULL UNIQUE,
         fingerprint TEXT NOT NULL,
         item_id INTEGER NOT NULL,
         name TEXT NOT NULL,
         description TEXT NOT NULL,
         data TEXT NOT NULL) STRICT;)",
});

core::Result<void> check_owner(Connection& db, std::int64_t version) {
  const core::Result<std::int64_t> owner = db.integer("PRAGMA application_id");
  if (!owner) return owner.error();
  if (*owner == kApplicationId) {
    if (version <= schema_version()) return {};
    return core::Problem{core::Code::unavailable,
                         "The database has schema version " + std::to_string(version) +
                             ", made by a newer gRTC; this one knows up to " + std::to_string(schema_version()) + ".",
                         {},
                         0};
  }
  const core::Result<std::int64_t> tables = db.integer("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables.error();
  if (*tables == 0 && *owner == 0 && version == 0) return {};
  return core::Problem{core::Code::unavailable, "The file is the database of another program.", {}, 0};
}

core::Result<void> run_migrations(Connection& db, std::int64_t from, std::int64_t first_change) {
  for (auto version = static_cast<std::size_t>(from); version < kMigrations.size(); ++version) {
    if (auto done = db.execute(kMigrations[version]); !done) return done;
    if (version != 0) continue;
    const std::string begin = "INSERT INTO changes VALUES(" + std::to_string(first_change) + ",3,'');" +
                              "PRAGMA application_id=" + std::to_string(kApplicationId);
    if (auto done = db.execute(begin.c_str()); !done) return done;
  }
  return db.execute(("PRAGMA user_version=" + std::to_string(schema_version())).c_str());
}

}  // namespace

std::int64_t schema_version() noexcept {
  return static_cast<std::int64_t>(kMigrations.size());
}

core::Result<void> migrate(Connection& db, std::int64_t first_change) {
  core::Result<std::int64_t> version = db.integer("PRAGMA user_version");
  if (!version) return version.error();
  if (auto ours = check_owner(db, *version); !ours || *version == schema_version()) return ours;

  if (auto begun = db.execute("BEGIN IMMEDIATE"); !begun) return begun;
  // Asked again: another process may have migrated while this one waited for the lock.
  version = db.integer("PRAGMA user_version");
  auto done = version ? run_migrations(db, *version, first_change) : core::Result<void>(version.error());
  if (done) done = db.execute("COMMIT");
  if (!done && db.in_transaction()) {
    [[maybe_unused]] const auto ignored = db.execute("ROLLBACK");  // the first failure is the one to tell
  }
  return done;
}

core::Result<std::int64_t> version_of(Connection& db) {
  core::Result<std::int64_t> version = db.integer("PRAGMA user_version");
  if (!version) return version;
  if (auto ours = check_owner(db, *version); !ours) return ours.error();
  if (*version > 0) return version;
  return core::Problem{core::Code::unavailable, "The file is empty: it holds no items database.", {}, 0};
}

}  // namespace grtc::items::sqlite
