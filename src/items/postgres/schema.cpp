#include "items/postgres/schema.hpp"

#include <array>
#include <random>
#include <string>
#include <utility>

#include "items/postgres/problems.hpp"

namespace grtc::items::postgres {
namespace {

/// "gRTC items" as a number: other programs that lock by advice in this database use others.
constexpr std::string_view kLock = "SELECT pg_advisory_xact_lock(7444830427131)";

/// One entry a version, oldest first; one that has been released is never edited.
constexpr auto kMigrations = std::to_array<const char*>({
    // 1. Text is compared by its bytes, as SQLite's is; times are milliseconds since 1970 UTC.
    // grtc.words() splits and folds as SQLite's unicode61 tokenizer does: letters and numbers (the ranges are those
    // that
    // are no digits: fractions, Roman, circled) make words, case and the marks on a to z don't count. By ICU, so that
    // it is the same whatever locale the database was made with.
    // grtc.store has one row: counters, and the lock that orders all writes. Its rows are dead after each batch, hence
    // the room on its page. changes is what a feed resumes from; kind 3 marks where the log began.
    R"(CREATE SCHEMA grtc;
       CREATE FUNCTION grtc.words(text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
         SELECT coalesce(array_agg(DISTINCT left(word, 255)), '{}') FROM unnest(string_to_array(regexp_replace(
           lower(normalize(regexp_replace(normalize($1, NFD), '([A-Za-z])[\u0300-\u036f]+', '\1', 'g'), NFC)
             COLLATE "und-x-icu"),
           '[^[:alnum:]\u00b2\u00b3\u00b9\u00bc-\u00be\u2070\u2074-\u2079\u2080-\u2089\u2150-\u2189\u2460-\u249b'
           '\u24ea-\u24ff\u2776-\u2793\u3007\u3021-\u3029]+', ' ', 'g'), ' ')) AS word WHERE word <> '' $$;
       CREATE FUNCTION grtc.index_of(text, text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
         SELECT array_to_tsvector(grtc.words($1 || ' ' || $2)) $$;
       CREATE FUNCTION grtc.query(text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
         SELECT string_agg('''' || word || ''':*', ' & ')::tsquery FROM unnest(grtc.words($1)) AS word $$;
       CREATE TABLE grtc.items(
         id bigint PRIMARY KEY,
         name text COLLATE "C" NOT NULL,
         description text COLLATE "C" NOT NULL,
         data text COLLATE "C" NOT NULL,
         version bigint NOT NULL,
         created_at bigint NOT NULL,
         updated_at bigint NOT NULL,
         words tsvector GENERATED ALWAYS AS (grtc.index_of(name, description)) STORED);
       CREATE INDEX items_by_name ON grtc.items(name, id);
       CREATE INDEX items_by_created_at ON grtc.items(created_at, id);
       CREATE INDEX items_by_updated_at ON grtc.items(updated_at, id);
       CREATE INDEX items_by_words ON grtc.items USING gin(words);
       CREATE TABLE grtc.changes(id bigint PRIMARY KEY, kind int NOT NULL, item text COLLATE "C" NOT NULL);
       CREATE TABLE grtc.idempotency(
         key text COLLATE "C" PRIMARY KEY,
         at bigint NOT NULL,
         fingerprint text COLLATE "C" NOT NULL,
         item_id bigint NOT NULL,
         name text COLLATE "C" NOT NULL,
         description text COLLATE "C" NOT NULL,
         data text COLLATE "C" NOT NULL);
       CREATE INDEX idempotency_by_at ON grtc.idempotency(at);
       CREATE TABLE grtc.store(
         only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
         schema_version bigint NOT NULL,
         history bigint NOT NULL,
         next_item bigint NOT NULL,
         next_change bigint NOT NULL,
         total bigint NOT NULL) WITH (fillfactor=10, autovacuum_vacuum_threshold=1000);)",
});

core::Problem with(std::string_view what, const core::Problem& problem) {
  return {core::Code::unavailable, std::string(what) + problem.sentence, {}, 0};
}

/// 0: there is no schema of ours yet.
core::Result<std::int64_t> stored_version(Session& session) {
  // Not by to_regclass(): within a transaction that may answer from a cache, from before a lock was waited for.
  const auto there = session.query(
      "SELECT EXISTS(SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid=c.relnamespace "
      "WHERE n.nspname='grtc' AND c.relname='store')");
  if (!there) return there.error();
  if (!there->boolean(0, 0)) return 0;
  const auto version = session.query("SELECT schema_version FROM grtc.store");
  if (!version) return with("The schema grtc can't be read: ", version.error());
  if (version->size() != 1) return unavailable("The schema grtc of this database is no gRTC's.");
  if (version->integer(0, 0) <= schema_version()) return version->integer(0, 0);
  return unavailable("The database has schema version " + std::to_string(version->integer(0, 0)) +
                     ", made by a newer gRTC; this one knows up to " + std::to_string(schema_version()) + ".");
}

core::Result<void> check_encoding(Session& session) {
  const auto encoding = session.query("SHOW server_encoding");
  if (!encoding) return encoding.error();
  if (encoding->text(0, 0) == "UTF8") return {};
  return unavailable("The database must have the encoding UTF8, and has " + std::string(encoding->text(0, 0)) + ".");
}

core::Result<void> run_migrations(Session& session, std::int64_t from) {
  for (auto version = static_cast<std::size_t>(from); version < kMigrations.size(); ++version) {
    if (auto done = session.execute(kMigrations[version]); !done) return done;
    if (version != 0) continue;
    // A log begins at a random place, so that an id that a feed knows from another database is found in none of its
    // rows.
    std::random_device random;
    const std::int64_t first = 1 + static_cast<std::int64_t>(random() & 0x7FFF'FFFFU);
    const std::int64_t history = (std::int64_t{random()} << 20U) ^ random();
    const auto begun = session.query("INSERT INTO grtc.store VALUES(true,1,$1::bigint,1,$2::bigint+1,0)",
                                     {std::to_string(history), std::to_string(first)});
    if (!begun) return begun.error();
    const auto marked = session.query("INSERT INTO grtc.changes VALUES($1::bigint,3,'')", {std::to_string(first)});
    if (!marked) return marked.error();
  }
  return session.execute("UPDATE grtc.store SET schema_version=" + std::to_string(schema_version()));
}

}  // namespace

std::int64_t schema_version() noexcept {
  return static_cast<std::int64_t>(kMigrations.size());
}

core::Result<void> migrate(Session& session) {
  core::Result<std::int64_t> version = stored_version(session);
  if (!version) return version.error();
  if (*version == schema_version()) return {};
  if (auto utf8 = check_encoding(session); !utf8) return utf8;

  if (auto begun = session.execute("BEGIN"); !begun) return begun;
  auto done = session.execute(std::string(kLock));
  if (done) {
    // Asked again: another replica may have migrated while this one waited for the lock.
    version = stored_version(session);
    done = version ? run_migrations(session, *version) : core::Result<void>(version.error());
  }
  if (done) return session.execute("COMMIT");
  const core::Problem problem = with("The tables of the items can't be made: ", done.error());
  [[maybe_unused]] const auto ignored = session.execute("ROLLBACK");  // the first failure is the one to tell
  return problem;
}

void leave_gap(Session& session) {
  std::random_device random;
  const std::string gap = std::to_string(1 + (random() & 0x7FFF'FFFFU));
  // On a standby there is nothing to be told apart: its primary does it.
  [[maybe_unused]] const auto ignored = session.execute("UPDATE grtc.store SET next_change=next_change+" + gap);
}

core::Result<std::int64_t> version_of(Session& session) {
  core::Result<std::int64_t> version = stored_version(session);
  if (!version || *version > 0) return version;
  return unavailable("The database holds no items of gRTC.");
}

}  // namespace grtc::items::postgres
