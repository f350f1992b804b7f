#include "items/postgres/copy_ends.hpp"

#include <chrono>
#include <random>
#include <utility>
#include <vector>

#include "items/postgres/item_arrays.hpp"
#include "items/postgres/problems.hpp"
#include "items/postgres/schema.hpp"
#include "items/postgres/session.hpp"

namespace grtc::items::postgres {
namespace {

constexpr std::chrono::seconds kTimeout{10};

class Source final : public ItemSource {
 public:
  explicit Source(std::unique_ptr<Session> session) : session_(std::move(session)) {}

  core::Result<std::vector<Item>> next(std::size_t most) override {
    const core::Result<Rows> rows = session_->query(
        "SELECT " + std::string(kItemColumns) + " FROM grtc.items WHERE id>$1::bigint ORDER BY id LIMIT $2::bigint",
        {std::to_string(last_), std::to_string(most)});
    if (!rows) return rows.error();
    std::vector<Item> items;
    items.reserve(static_cast<std::size_t>(rows->size()));
    for (int row = 0; row < rows->size(); ++row) items.push_back(read_item(*rows, row, 0));
    if (!items.empty()) last_ = items.back().id;
    return items;
  }

  core::Result<ItemId> next_item() override {
    const core::Result<Rows> rows = session_->query("SELECT next_item FROM grtc.store");
    if (!rows) return rows.error();
    return rows->integer(0, 0);
  }

 private:
  std::unique_ptr<Session> session_;
  ItemId last_ = 0;
};

class Target final : public ItemTarget {
 public:
  explicit Target(std::unique_ptr<Session> session) : session_(std::move(session)) {}

  core::Result<void> begin() {
    if (auto begun = session_->execute("BEGIN"); !begun) return begun;
    const core::Result<Rows> rows = session_->query("SELECT total FROM grtc.store FOR UPDATE");
    if (!rows) return rows.error();
    if (rows->integer(0, 0) == 0) return {};
    return core::Problem{
        core::Code::conflict, "The database holds " + std::string(rows->text(0, 0)) + " items already.", {}, 0};
  }

  core::Result<void> add(std::span<const Item> items) override {
    copied_ += static_cast<std::int64_t>(items.size());
    core::Result<Rows> added = session_->query(
        "INSERT INTO grtc.items(" + std::string(kItemColumns) + ") SELECT * FROM " + std::string(kItemArrays),
        columns_of(items));
    if (!added) return std::move(added).error();
    return {};
  }

  core::Result<void> finish(ItemId next_item) override {
    std::random_device random;
    const std::string history = std::to_string((std::int64_t{random()} << 20U) ^ random());
    // Another history: whoever follows the log lists all again.
    return session_->execute(
        "UPDATE grtc.store SET next_change=next_change+1,history=" + history + ",next_item=greatest(next_item," +
        std::to_string(next_item) + "),total=" + std::to_string(copied_) +
        ";DELETE FROM grtc.changes;INSERT INTO grtc.changes SELECT next_change-1,3,'' FROM grtc.store;"
        "SELECT pg_notify('" +
        std::string(kChannel) + "','');COMMIT;ANALYZE grtc.items");
  }

 private:
  std::unique_ptr<Session> session_;
  std::int64_t copied_ = 0;
};

core::Result<std::unique_ptr<Session>> open(const std::string& url) {
  if (!is_connection_uri(url)) return unavailable("It must be postgresql://user:password@host:port/database.");
  return Session::open(url, kTimeout);
}

}  // namespace

core::Result<std::unique_ptr<ItemSource>> copy_source(const std::string& url) {
  auto session = open(url);
  if (!session) return session.error();
  if (const auto version = version_of(**session); !version) return version.error();
  auto begun = (*session)->execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  if (!begun) return begun.error();
  return std::make_unique<Source>(*std::move(session));
}

core::Result<std::unique_ptr<ItemTarget>> copy_target(const std::string& url) {
  auto session = open(url);
  if (!session) return session.error();
  if (auto made = migrate(**session); !made) return made.error();
  auto target = std::make_unique<Target>(*std::move(session));
  if (auto begun = target->begin(); !begun) return begun.error();
  return target;
}

}  // namespace grtc::items::postgres
