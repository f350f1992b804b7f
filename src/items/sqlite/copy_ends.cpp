#include "items/sqlite/copy_ends.hpp"

#include <filesystem>
#include <random>
#include <string_view>
#include <system_error>
#include <utility>

#include "items/sqlite/connection.hpp"
#include "items/sqlite/item_rows.hpp"
#include "items/sqlite/put_in_place.hpp"
#include "items/sqlite/schema.hpp"
#include "items/sqlite/scratch_file.hpp"
#include "items/sqlite/tool.hpp"

namespace grtc::items::sqlite {
namespace {

class Source final : public ItemSource {
 public:
  Source(std::string path, Connection db) : path_(std::move(path)), db_(std::move(db)) {}

  core::Result<void> begin() {
    if (auto begun = db_.execute("BEGIN"); !begun) return about(path_, begun.error());
    core::Result<Statement> page =
        db_.prepare("SELECT " + std::string(kItemColumns) + " FROM items WHERE id>?1 ORDER BY id LIMIT ?2");
    if (!page) return about(path_, std::move(page).error());
    page_ = *std::move(page);
    return {};
  }

  core::Result<std::vector<Item>> next(std::size_t most) override {
    std::vector<Item> items;
    const ResetAtEnd reset(page_);
    page_.bind(1, last_).bind(2, static_cast<std::int64_t>(most));
    Step step = Step::row;
    while ((step = page_.step()) == Step::row) items.push_back(read_item(page_));
    if (step == Step::failed) return about(path_, db_.problem());
    if (!items.empty()) last_ = items.back().id;
    return items;
  }

  core::Result<ItemId> next_item() override {
    const core::Result<std::int64_t> last = db_.integer("SELECT seq FROM sqlite_sequence WHERE name='items'");
    if (!last) return about(path_, last.error());
    return *last + 1;
  }

 private:
  std::string path_;
  Connection db_;
  Statement page_;
  ItemId last_ = 0;
};

class Target final : public ItemTarget {
 public:
  Target(std::string path, ScratchFile copy, Connection db)
      : path_(std::move(path)), copy_(std::move(copy)), db_(std::move(db)) {}

  core::Result<void> begin() {
    // One that restored the same file before has other ids in its change log: see writable_database.cpp.
    std::random_device random;
    if (auto made = migrate(db_, 1 + static_cast<std::int64_t>(random() & 0x7FFF'FFFFU)); !made) return made;
    if (auto begun = db_.execute("BEGIN"); !begun) return begun;
    core::Result<Statement> insert = db_.prepare(
        "INSERT INTO items(id,name,description,data,version,created_at,updated_at) VALUES(?1,?2,?3,?4,?5,?6,?7)");
    if (!insert) return std::move(insert).error();
    insert_ = *std::move(insert);
    return {};
  }

  core::Result<void> add(std::span<const Item> items) override {
    for (const Item& item : items) {
      insert_.bind(1, item.id).bind(2, item.name).bind(3, item.description).bind(4, item.data);
      insert_.bind(5, item.version).bind(6, to_ms(item.created_at)).bind(7, to_ms(item.updated_at));
      if (!insert_.run()) return about(path_, db_.problem());
    }
    return {};
  }

  core::Result<void> finish(ItemId next_item) override {
    const std::string end =
        "INSERT INTO items_fts(items_fts) VALUES('rebuild');"
        "DELETE FROM sqlite_sequence WHERE name='items';"
        "INSERT INTO sqlite_sequence VALUES('items'," +
        std::to_string(next_item - 1) + ");COMMIT";
    insert_ = {};
    if (auto done = db_.execute(end.c_str()); !done) return about(path_, done.error());
    { const Connection closed = std::exchange(db_, Connection()); }
    return put_in_place(copy_, path_);
  }

 private:
  std::string path_;
  ScratchFile copy_;
  Connection db_;
  Statement insert_;
};

/// Whether a new database may take the place of what lies at `path`.
core::Result<void> check_free(const std::string& path) {
  std::error_code error;
  const std::filesystem::path directory = std::filesystem::path(path).parent_path();
  if (!directory.empty()) std::filesystem::create_directories(directory, error);
  if (!std::filesystem::exists(path, error) || std::filesystem::file_size(path, error) == 0) return {};
  if (auto free = refuse_while_in_use(path); !free) return free;
  core::Result<Connection> db = Connection::open(path, Connection::Mode::read_only, kToolBusyTimeout);
  if (!db) return about(path, std::move(db).error());
  if (const auto version = version_of(*db); !version) return about(path, version.error());
  const auto items = db->integer("SELECT count(*) FROM items");
  if (!items) return about(path, items.error());
  if (*items == 0) return {};
  return core::Problem{core::Code::conflict,
                       path + ": it holds " + std::to_string(*items) + " items already: move it away first.",
                       {},
                       0};
}

}  // namespace

core::Result<std::unique_ptr<ItemSource>> copy_source(const std::string& path) {
  core::Result<Connection> db = Connection::open(path, Connection::Mode::read_only, kToolBusyTimeout);
  if (!db) return about(path, std::move(db).error());
  if (const auto version = version_of(*db); !version) return about(path, version.error());
  auto source = std::make_unique<Source>(path, *std::move(db));
  if (auto begun = source->begin(); !begun) return begun.error();
  return source;
}

core::Result<std::unique_ptr<ItemTarget>> copy_target(const std::string& path) {
  if (auto free = check_free(path); !free) return free.error();
  core::Result<ScratchFile> copy = ScratchFile::make(path);
  if (!copy) return std::move(copy).error();
  core::Result<Connection> db = Connection::open(copy->path(), Connection::Mode::create, kToolBusyTimeout);
  if (!db) return about(path, std::move(db).error());
  auto target = std::make_unique<Target>(path, *std::move(copy), *std::move(db));
  if (auto begun = target->begin(); !begun) return about(path, begun.error());
  return target;
}

}  // namespace grtc::items::sqlite
