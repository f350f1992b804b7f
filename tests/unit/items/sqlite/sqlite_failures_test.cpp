#include <atomic>
#include <filesystem>
#include <mutex>
#include <string>
#include <sys/mount.h>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "items/sqlite/connection.hpp"
#include "support/soon.hpp"
#include "unit/items/sqlite/sqlite_world.hpp"

namespace grtc::test {
namespace {

using core::Code;
using items::sqlite::Connection;
using items::sqlite::SqliteStore;
using testing::AllOf;
using testing::HasSubstr;

/// What a start on `path` says; "" when it starts.
std::string start_error(const std::string& path) {
  const auto store = SqliteStore::open({.path = path, .busy_timeout = std::chrono::milliseconds(50)});
  return store ? std::string() : store.error().sentence;
}

void run_sql(const std::string& path, const char* sql) {
  auto db = Connection::open(path, Connection::Mode::create, std::chrono::seconds(5));
  ASSERT_TRUE(db);
  const auto done = db->execute(sql);
  ASSERT_TRUE(done) << done.error().sentence;
}

SqliteWorld::Options quick() {
  SqliteWorld::Options options;
  options.busy_timeout = std::chrono::milliseconds(50);
  options.idle_checkpoint = std::chrono::milliseconds(10);
  options.watch = std::chrono::milliseconds(10);
  return options;
}

TEST(SqliteStart, MakesTheDirectoriesOfThePath) {
  const ScratchFolder folder;
  EXPECT_EQ(start_error(folder.file("a/b/items.db")), "");
  EXPECT_TRUE(std::filesystem::exists(folder.file("a/b/items.db")));
}

TEST(SqliteStart, RefusesWhatIsNoDatabaseOfOursAndLeavesItAlone) {
  const ScratchFolder folder;
  const std::string path = folder.file("items.db");
  const auto refuses = [&](const std::string& because) {
    const std::string before = bytes_of(path);
    EXPECT_THAT(start_error(path), AllOf(HasSubstr("DATABASE_PATH=" + path + ": "), HasSubstr(because)));
    EXPECT_EQ(bytes_of(path), before);
    std::filesystem::remove(path);
  };
  overwrite(path, std::string(10'000, 'x'));
  refuses("no SQLite database");

  run_sql(path, "CREATE TABLE items(sku TEXT); INSERT INTO items VALUES('1'); PRAGMA user_version=900");
  refuses("another program");

  ASSERT_EQ(start_error(path), "");
  run_sql(path, "PRAGMA user_version=9999; PRAGMA journal_mode=DELETE");
  refuses("newer gRTC");

  ASSERT_EQ(start_error(path), "");
  std::string damaged = bytes_of(path);
  damaged.replace(100, 3900, std::string(3900, '\xa5'));
  overwrite(path, damaged);
  refuses("damaged");
}

TEST(SqliteStart, SaysWhyAPathCannotBeUsed) {
  const ScratchFolder folder;
  overwrite(folder.file("file"), "x");
  EXPECT_THAT(start_error(folder.path()), HasSubstr("DATABASE_PATH=" + folder.path() + ": "));
  EXPECT_THAT(start_error(folder.file("file/items.db")), HasSubstr("DATABASE_PATH="));
}

TEST(SqliteStart, SaysThatAnotherProcessHoldsTheLock) {
  const ScratchFolder folder;
  const std::string path = folder.file("items.db");
  auto other = Connection::open(path, Connection::Mode::create, std::chrono::seconds(1));
  ASSERT_TRUE(other);
  ASSERT_TRUE(other->execute("PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE"));
  EXPECT_THAT(start_error(path), HasSubstr("locked by another process"));
  ASSERT_TRUE(other->execute("ROLLBACK"));
}

TEST(SqliteStart, BringsAnEmptyFileToTheLatestSchemaOnce) {
  SqliteWorld world;
  ItemCalls calls(world.store());
  ASSERT_TRUE(calls.create("kept"));
  world.reopen();
  ItemCalls again(world.store());
  EXPECT_EQ(names_of(*again.list()), std::vector<std::string>{"kept"});
  auto db = Connection::open(world.path(), Connection::Mode::read_only, std::chrono::seconds(1));
  EXPECT_EQ(*db->integer("PRAGMA user_version"), 1);
  EXPECT_EQ(*db->integer("PRAGMA application_id"), 0x67525443);
  EXPECT_EQ(*db->integer("SELECT count(*) FROM changes WHERE kind=3"), 1) << "the log begins once";
}

TEST(SqliteFailure, OfALockAnswersUnavailableAndWritesGoOnAfterIt) {
  SqliteWorld world(quick());
  ItemCalls calls(world.store());
  const auto id = calls.create("kept")->id;
  auto other = Connection::open(world.path(), Connection::Mode::read_write, std::chrono::seconds(1));
  ASSERT_TRUE(other->execute("BEGIN IMMEDIATE"));
  const auto refused = calls.create("waits");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::unavailable);
  EXPECT_GT(refused.error().retry_after_s, 0U);
  EXPECT_THAT(refused.error().sentence, HasSubstr("locked by another process"));
  EXPECT_TRUE(calls.get(id));
  EXPECT_TRUE(world.store().readable());
  ASSERT_TRUE(other->execute("ROLLBACK"));
  EXPECT_TRUE(calls.create("goes on"));
}

TEST(SqliteFailure, OfAFullDatabaseIsStorageFullForThoseThatDoNotFit) {
  SqliteWorld::Options options = quick();
  options.max_pages = 60;
  SqliteWorld world(options);
  ItemCalls calls(world.store());
  const items::Draft large{"large", "", R"({"pad":")" + std::string(60'000, 'x') + "\"}"};
  core::Result<items::Item> last = calls.create(large);
  int kept = 0;
  for (; last && kept < 100; ++kept) last = calls.create(large);
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().code, Code::storage_full);
  EXPECT_THAT(last.error().sentence, HasSubstr("full"));

  // A small one that waits beside a large one is not refused with it.
  int answers = 0;
  std::vector<bool> taken(3);
  for (std::size_t i = 0; i < 3; ++i) {
    world.store().create(i == 1 ? large : items::Draft{"small", "", "{}"}, std::nullopt, calls.loop(),
                         [&, i](const core::Result<items::Item>& item) {
                           taken[i] = item.has_value();
                           ++answers;
                         });
  }
  calls.loop().run_until([&] { return answers == 3; });
  EXPECT_EQ(taken, (std::vector{true, false, true}));

  EXPECT_EQ(calls.list()->total, static_cast<std::uint64_t>(kept) + 2);
  EXPECT_TRUE(calls.get(1));
  EXPECT_TRUE(world.store().readable());
  ASSERT_TRUE(calls.remove(1));
  EXPECT_TRUE(calls.create("room again"));
}

TEST(SqliteFailure, OfAFullDiskIsStorageFullAndEndsWithIt) {
  const ScratchFolder folder;
  if (::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=4m") != 0) GTEST_SKIP() << "may not mount a tmpfs";
  struct Unmount {
    const std::string& path;
    ~Unmount() { ::umount2(path.c_str(), MNT_DETACH); }
  } const unmount{folder.path()};
  overwrite(folder.file("filler"), std::string(2'500'000, 'x'));
  SqliteWorld::Options options = quick();
  options.path = folder.file("items.db");
  std::mutex mutex;
  std::vector<std::string> reports;
  options.report = [&](bool bad, const std::string& sentence) {
    const std::lock_guard lock(mutex);
    reports.push_back((bad ? "bad: " : "good: ") + sentence);
  };
  std::vector<items::ItemId> kept;
  SqliteWorld world(options);
  ItemCalls calls(world.store());
  core::Result<items::Item> last = calls.create("first");
  while (last && kept.size() < 200) {
    kept.push_back(last->id);
    last = calls.create({"x", "", R"({"pad":")" + std::string(60'000, 'x') + "\"}"});
  }
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().code, Code::storage_full) << last.error().sentence;
  for (const auto id : kept) EXPECT_TRUE(calls.get(id));
  EXPECT_TRUE(world.store().readable());
  std::filesystem::remove(folder.file("filler"));
  EXPECT_TRUE(calls.create("room again"));
  world.close();
  EXPECT_THAT(reports, testing::ElementsAre(AllOf(HasSubstr("bad: DATABASE_PATH="), HasSubstr("full")),
                                            HasSubstr("good: DATABASE_PATH=")));
  world.open();
  ItemCalls again(world.store());
  for (const auto id : kept) EXPECT_TRUE(again.get(id));
}

TEST(SqliteFailure, OfAReadOnlyDiskIsAStartErrorThatSaysSo) {
  const ScratchFolder folder;
  if (::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=4m") != 0) GTEST_SKIP() << "may not mount a tmpfs";
  struct Unmount {
    const std::string& path;
    ~Unmount() { ::umount2(path.c_str(), MNT_DETACH); }
  } const unmount{folder.path()};
  ASSERT_EQ(start_error(folder.file("items.db")), "");
  ASSERT_EQ(::mount("tmpfs", folder.path().c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr), 0);
  EXPECT_THAT(start_error(folder.file("items.db")), HasSubstr("read-only"));
}

TEST(SqliteFailure, OfADeletedFileRefusesWritesUntilAFileIsThereAgain) {
  SqliteWorld world(quick());
  ItemCalls calls(world.store());
  ASSERT_TRUE(calls.create("kept"));
  auto db = Connection::open(world.path(), Connection::Mode::read_only, std::chrono::seconds(1));
  const std::string backup = world.folder().file("backup.db");
  ASSERT_TRUE(db->execute(("VACUUM INTO '" + backup + "'").c_str()));
  ASSERT_TRUE(calls.create("later"));
  const std::int64_t seen = calls.changes_after(std::nullopt)->last_id;
  std::atomic<bool> start_over{false};
  world.store().subscribe(
      [&](const std::vector<items::Change>& changes) { start_over = start_over || changes.empty(); });

  std::filesystem::remove(world.path());
  const auto refused = calls.create("lost");
  ASSERT_FALSE(refused) << "a 2xx would promise what the next start can't find";
  EXPECT_EQ(refused.error().code, Code::unavailable);
  EXPECT_THAT(refused.error().sentence, HasSubstr("deleted"));
  EXPECT_TRUE(soon([&] { return !world.store().readable(); }));

  std::filesystem::rename(backup, world.path());
  EXPECT_TRUE(soon([&] { return world.store().readable(); })) << "by itself";
  EXPECT_EQ(names_of(*calls.list()), std::vector<std::string>{"kept"});
  EXPECT_TRUE(start_over) << "who listens has to list again";
  ASSERT_TRUE(calls.create("goes on"));
  EXPECT_EQ(calls.list()->total, 2U);
  EXPECT_FALSE(calls.changes_after(seen)->complete) << "that id is of another history";
}

TEST(SqliteFailure, OfADamagedPageIsToldAndNothingElseIsLost) {
  SqliteWorld world(quick());
  {
    ItemCalls calls(world.store());
    for (int i = 0; i < 300; ++i) ASSERT_TRUE(calls.create({"n", std::string(1000, 'x'), "{}"}));
  }
  world.close();
  std::string bytes = bytes_of(world.path());
  for (std::size_t page = bytes.size() / 4096 / 2; page < bytes.size() / 4096; ++page) {
    bytes.replace(page * 4096, 2000, std::string(2000, '\x5a'));
  }
  overwrite(world.path(), bytes);
  try {
    world.open();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("damaged"));
    return;
  }
  ItemCalls calls(world.store());
  items::ListQuery all;
  all.limit = 500;
  const auto page = calls.list(all);
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, Code::unavailable);
  EXPECT_THAT(page.error().sentence, HasSubstr("damaged"));
}

TEST(SqliteQueue, RefusesWhatItCannotHold) {
  SqliteWorld::Options options = quick();
  options.max_queued_writes = 10;
  options.max_queued_reads = 10;
  options.readers = 1;
  SqliteWorld world(options);
  ItemCalls calls(world.store());
  ASSERT_TRUE(calls.create("x"));
  auto other = Connection::open(world.path(), Connection::Mode::read_write, std::chrono::seconds(1));
  ASSERT_TRUE(other->execute("BEGIN IMMEDIATE"));
  int answers = 0;
  int too_many = 0;
  for (int i = 0; i < 100; ++i) {
    world.store().create({"x", "", "{}"}, std::nullopt, calls.loop(), [&](const core::Result<items::Item>& item) {
      ++answers;
      if (!item && item.error().sentence == "Too many writes are waiting.") ++too_many;
    });
  }
  calls.loop().run_until([&] { return answers == 100; });
  EXPECT_GE(too_many, 70) << "only what is in the queue, or was just taken from it, waits for the lock";
  EXPECT_EQ(world.store().metrics().refused_writes, static_cast<std::uint64_t>(too_many));
  ASSERT_TRUE(other->execute("ROLLBACK"));
  EXPECT_TRUE(calls.create("goes on"));
}

}  // namespace
}  // namespace grtc::test
