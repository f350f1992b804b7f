#include "items/sqlite/sqlite_store.hpp"

#include <filesystem>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "items/sqlite/connection.hpp"
#include "items/sqlite/db_tools.hpp"
#include "support/soon.hpp"
#include "unit/items/sqlite/sqlite_world.hpp"

namespace grtc::test {
namespace {

using items::sqlite::Connection;
using testing::HasSubstr;

SqliteWorld::Options idle_soon() {
  SqliteWorld::Options options;
  options.idle_checkpoint = std::chrono::milliseconds(10);
  options.watch = std::chrono::milliseconds(10);
  return options;
}

/// Never writes its WAL back by itself.
SqliteWorld::Options never_idle() {
  SqliteWorld::Options options;
  options.idle_checkpoint = std::chrono::hours(1);
  options.watch = std::chrono::hours(1);
  return options;
}

bool wal_is_empty(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path + "-wal", error);
  return error || size == 0;
}

std::vector<std::string> names_in(const std::string& path) {
  auto store = items::sqlite::SqliteStore::open({.path = path});
  if (!store) return {store.error().sentence};
  ItemCalls calls(**store);
  return names_of(*calls.list());
}

/// Runs `work` in a process of its own: its locks are another's. What it returns is the exit code.
int in_another_process(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(GroupCommit, SharesOneTransactionAmongAllThatWait) {
  SqliteWorld world;
  ItemCalls calls(world.store());
  const auto before = world.store().metrics();
  int answers = 0;
  for (int i = 0; i < 2000; ++i) {
    world.store().create({"x", "", "{}"}, std::nullopt, calls.loop(),
                         [&](const core::Result<items::Item>& item) { answers += item ? 1 : 0; });
  }
  calls.loop().run_until([&] { return answers == 2000; });
  const auto after = world.store().metrics();
  std::uint64_t commits = 0;
  for (std::size_t i = 0; i < after.batch_size.counts.size(); ++i) {
    commits += after.batch_size.counts[i] - before.batch_size.counts[i];
  }
  EXPECT_EQ(after.writes - before.writes, 2000U);
  EXPECT_EQ(after.batch_size.sum - before.batch_size.sum, 2000U);
  EXPECT_LT(commits, 1000U);
  EXPECT_GT(commits, 3U) << "a batch is bounded";
}

TEST(Checkpoint, LeavesAWholeFileAloneOnceNobodyWrites) {
  SqliteWorld world(idle_soon());
  ItemCalls calls(world.store());
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(calls.create("n" + std::to_string(i)));
  ASSERT_TRUE(soon([&] { return wal_is_empty(world.path()); }));
  const std::string copy = world.folder().file("copy.db");
  overwrite(copy, bytes_of(world.path()));
  const auto report = items::sqlite::check(copy);
  ASSERT_TRUE(report) << report.error().sentence;
  EXPECT_THAT(report->faults, testing::IsEmpty());
  EXPECT_EQ(report->items, 100);
  EXPECT_TRUE(calls.create("and writing goes on"));
}

TEST(Checkpoint, LeavesOnlyTheFileWhenTheStoreCloses) {
  SqliteWorld world(never_idle());
  {
    ItemCalls calls(world.store());
    ASSERT_TRUE(calls.create("kept"));
    EXPECT_FALSE(wal_is_empty(world.path()));
  }
  world.close();
  EXPECT_FALSE(std::filesystem::exists(world.path() + "-wal"));
  EXPECT_EQ(names_in(world.path()), std::vector<std::string>{"kept"});
}

TEST(Checkpoint, KeepsTheWalBoundedUnderConstantWrites) {
  SqliteWorld world(never_idle());
  ItemCalls calls(world.store());
  const items::Draft large{"x", "", R"({"pad":")" + std::string(60'000, 'x') + "\"}"};
  int answers = 0;
  for (int i = 0; i < 600; ++i) {
    world.store().create(large, std::nullopt, calls.loop(), [&](const core::Result<items::Item>&) { ++answers; });
    if (i % 100 == 99) calls.loop().run_until([&, i] { return answers == i + 1; });
  }
  EXPECT_LT(std::filesystem::file_size(world.path() + "-wal"), 40U * 1024 * 1024) << "of 80 MB that were written";
}

TEST(PlainCopy, OverAnIdleStoreIsTakenUp) {
  SqliteWorld world(idle_soon());
  ItemCalls calls(world.store());
  ASSERT_TRUE(calls.create("kept"));
  ASSERT_TRUE(soon([&] { return wal_is_empty(world.path()); }));
  const std::string backup = bytes_of(world.path());
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(calls.create("later"));
  ASSERT_TRUE(soon([&] { return wal_is_empty(world.path()); }));
  // waits: it is promised for a store that was idle for a second
  std::this_thread::sleep_for(std::chrono::seconds(1));
  overwrite(world.path(), backup);
  EXPECT_TRUE(soon([&] {
    const auto page = calls.list();
    return page && page->items.size() == 1 && page->total == 1;
  })) << "even without a restart";
  world.close();
  EXPECT_EQ(names_in(world.path()), std::vector<std::string>{"kept"});
}

TEST(PlainCopy, ThatIsSlowIsWaitedFor) {
  SqliteWorld world(idle_soon());
  ItemCalls calls(world.store());
  ASSERT_TRUE(calls.create("kept"));
  ASSERT_TRUE(soon([&] { return wal_is_empty(world.path()); }));
  const std::string backup = bytes_of(world.path());
  // waits: it is promised for a store that was idle for a second
  std::this_thread::sleep_for(std::chrono::seconds(1));
  for (const std::size_t so_far : {std::size_t{0}, backup.size() / 2}) {
    overwrite(world.path(), backup.substr(0, so_far));
    EXPECT_TRUE(soon([&] { return !calls.create("into what?"); })) << so_far << " bytes are no database";
  }
  overwrite(world.path(), backup);
  EXPECT_TRUE(soon([&] {
    const auto page = calls.list();
    return page && page->items.size() == 1 && page->total == 1;
  }));
  world.close();
  EXPECT_EQ(names_in(world.path()), std::vector<std::string>{"kept"});
}

TEST(PlainCopy, OverAStoreThatHasJustWrittenIsNotMixedWithItsWal) {
  SqliteWorld world(never_idle());
  std::string backup;
  {
    ItemCalls calls(world.store());
    ASSERT_TRUE(calls.create("kept"));
    world.reopen();
    backup = bytes_of(world.path());
  }
  {
    ItemCalls calls(world.store());
    for (int i = 0; i < 300; ++i) ASSERT_TRUE(calls.create({"later", std::string(300, 'y'), "{}"}));
    overwrite(world.path(), backup);
    const auto refused = calls.create("into which of the two?");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().sentence, HasSubstr("restart"));
  }
  world.close();
  EXPECT_EQ(bytes_of(world.path()), backup);
  EXPECT_EQ(names_in(world.path()), std::vector<std::string>{"kept"});
  EXPECT_TRUE(std::filesystem::exists(world.path() + "-wal.overwritten"));
}

TEST(AnotherProcess, DoesNotWriteOurWalBackBehindUs) {
  SqliteWorld world(never_idle());
  ItemCalls calls(world.store());
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(calls.create("x"));
  EXPECT_EQ(in_another_process([&] {
              auto other = Connection::open(world.path(), Connection::Mode::read_write, std::chrono::seconds(1));
              if (!other || !other->execute("UPDATE items SET description='theirs' WHERE id=1")) return 1;
              return other->checkpoint_and_truncate() ? 2 : 0;
            }),
            0);
  EXPECT_EQ(calls.get(1)->description, "theirs");
  EXPECT_TRUE(calls.create("goes on"));
  EXPECT_EQ(calls.list()->items.size(), 50U);
}

TEST(DbTools, CopyAWholeDatabaseWhileOthersWrite) {
  SqliteWorld world;
  ItemCalls calls(world.store());
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(calls.create("n" + std::to_string(i)));
  int answers = 0;
  for (int i = 0; i < 500; ++i) {
    world.store().create({"more", "", "{}"}, std::nullopt, calls.loop(),
                         [&](const core::Result<items::Item>&) { ++answers; });
  }
  const std::string backup = world.folder().file("backup.db");
  const auto done = items::sqlite::backup_to_file(world.path(), backup);
  ASSERT_TRUE(done) << done.error().sentence;
  calls.loop().run_until([&] { return answers == 500; });
  const auto report = items::sqlite::check(backup);
  ASSERT_TRUE(report) << report.error().sentence;
  EXPECT_THAT(report->faults, testing::IsEmpty());
  EXPECT_GE(report->items, 50);
}

TEST(DbTools, PipeACopyOutAndBackIn) {
  SqliteWorld world;
  {
    ItemCalls calls(world.store());
    ASSERT_TRUE(calls.create("kept"));
  }
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  std::thread writer([&] {
    EXPECT_TRUE(items::sqlite::backup_to_descriptor(world.path(), ends[1]));
    ::close(ends[1]);
  });
  const std::string other = world.folder().file("folder/that/is/made/other.db");
  const auto restored = items::sqlite::restore_from_descriptor(other, ends[0]);
  writer.join();
  ::close(ends[0]);
  ASSERT_TRUE(restored) << restored.error().sentence;
  EXPECT_EQ(names_in(other), std::vector<std::string>{"kept"});
  for (const auto& entry : std::filesystem::directory_iterator(world.folder().file("folder/that/is/made"))) {
    EXPECT_THAT(entry.path().filename().string(), testing::StartsWith("other.db")) << "nothing is left over";
  }
}

TEST(DbTools, RestoreOverWhatACrashLeft) {
  SqliteWorld world(never_idle());
  const std::string backup = world.folder().file("backup.db");
  ItemCalls calls(world.store());
  ASSERT_TRUE(calls.create("kept"));
  ASSERT_TRUE(items::sqlite::backup_to_file(world.path(), backup));
  ASSERT_TRUE(calls.create("later"));
  // As a kill leaves it: with a WAL.
  const std::string crashed = world.folder().file("crashed.db");
  overwrite(crashed, bytes_of(world.path()));
  overwrite(crashed + "-wal", bytes_of(world.path() + "-wal"));
  const auto restored = items::sqlite::restore_from_file(crashed, backup);
  ASSERT_TRUE(restored) << restored.error().sentence;
  EXPECT_EQ(names_in(crashed), std::vector<std::string>{"kept"});
}

TEST(DbTools, RefuseARestoreUnderARunningServer) {
  SqliteWorld world;
  ItemCalls calls(world.store());
  ASSERT_TRUE(calls.create("kept"));
  const std::string backup = world.folder().file("backup.db");
  ASSERT_TRUE(items::sqlite::backup_to_file(world.path(), backup));
  ASSERT_TRUE(calls.create("later"));
  EXPECT_EQ(in_another_process([&] {
              const auto restored = items::sqlite::restore_from_file(world.path(), backup);
              return !restored && restored.error().code == core::Code::conflict ? 0 : 1;
            }),
            0);
  EXPECT_EQ(calls.list()->total, 2U);
}

TEST(DbTools, RefuseABackupThatIsNone) {
  SqliteWorld world;
  {
    ItemCalls calls(world.store());
    ASSERT_TRUE(calls.create("kept"));
  }
  world.close();
  const std::string before = bytes_of(world.path());
  const std::string file = world.folder().file("file");
  for (const std::string& bytes :
       {std::string(), std::string("garbage"), std::string(9000, 'x'), before.substr(0, 8192)}) {
    overwrite(file, bytes);
    const auto restored = items::sqlite::restore_from_file(world.path(), file);
    ASSERT_FALSE(restored) << bytes.size();
    EXPECT_FALSE(restored.error().sentence.empty());
    EXPECT_EQ(bytes_of(world.path()), before);
  }
  EXPECT_FALSE(items::sqlite::restore_from_file(world.path(), world.folder().file("absent")));
  EXPECT_FALSE(items::sqlite::backup_to_file(world.path(), world.folder().file("no/such/folder/b.db")));
  EXPECT_FALSE(items::sqlite::backup_to_file(world.folder().file("absent.db"), world.folder().file("b.db")));
  EXPECT_FALSE(items::sqlite::check(world.folder().file("absent.db")));
  EXPECT_FALSE(std::filesystem::exists(world.folder().file("absent.db")));
}

TEST(DbTools, TellWhatIsDamaged) {
  SqliteWorld world;
  {
    ItemCalls calls(world.store());
    for (int i = 0; i < 300; ++i) ASSERT_TRUE(calls.create({"n", std::string(1000, 'x'), "{}"}));
  }
  world.close();
  const auto healthy = items::sqlite::check(world.path());
  ASSERT_TRUE(healthy);
  EXPECT_EQ(healthy->items, 300);
  EXPECT_EQ(healthy->schema_version, 1);
  EXPECT_THAT(healthy->faults, testing::IsEmpty());
  std::string bytes = bytes_of(world.path());
  for (std::size_t page = 20; page < 60; ++page) bytes.replace(page * 4096 + 8, 1992, std::string(1992, '\x5a'));
  overwrite(world.path(), bytes);
  const auto report = items::sqlite::check(world.path());
  EXPECT_TRUE(!report || !report->faults.empty());
}

TEST(DbTools, TellThatTheSearchFindsOtherThanTheItems) {
  SqliteWorld world;
  {
    ItemCalls calls(world.store());
    ASSERT_TRUE(calls.create("kept"));
  }
  world.close();
  {
    auto db = Connection::open(world.path(), Connection::Mode::read_write, std::chrono::seconds(1));
    ASSERT_TRUE(db->execute("UPDATE items SET name='changed behind the index'"));
  }
  const auto report = items::sqlite::check(world.path());
  ASSERT_TRUE(report);
  EXPECT_THAT(report->faults, testing::ElementsAre(HasSubstr("full text")));
}

TEST(ChangeLog, KeepsTheNewestAndSaysWhenOneIsTooFarBehind) {
  SqliteWorld world;
  ItemCalls calls(world.store());
  ASSERT_TRUE(calls.create("first"));
  const std::int64_t early = calls.changes_after(std::nullopt)->last_id;
  std::int64_t late = 0;
  int answers = 0;
  for (int i = 0; i < 11'000; ++i) {
    world.store().create({"x", "", "{}"}, std::nullopt, calls.loop(),
                         [&](const core::Result<items::Item>& item) { answers += item ? 1 : 0; });
    if (i % 1000 != 999) continue;
    calls.loop().run_until([&, i] { return answers == i + 1; });
    if (i < 3000) late = calls.changes_after(std::nullopt)->last_id;
  }
  EXPECT_FALSE(calls.changes_after(early)->complete);
  std::size_t read = 0;
  for (std::int64_t from = late;;) {
    const auto slice = calls.changes_after(from);
    ASSERT_TRUE(slice && slice->complete);
    ASSERT_LE(slice->changes.size(), 1000U) << "a slice is bounded";
    read += slice->changes.size();
    if (slice->changes.empty()) break;
    from = slice->changes.back().id;
    if (from == slice->last_id) break;
  }
  EXPECT_EQ(read, 8000U);
  auto db = Connection::open(world.path(), Connection::Mode::read_only, std::chrono::seconds(1));
  EXPECT_EQ(*db->integer("SELECT count(*) FROM changes"), 10'000);
}

}  // namespace
}  // namespace grtc::test
