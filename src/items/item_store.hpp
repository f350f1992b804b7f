#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/executor.hpp"
#include "core/problem.hpp"
#include "items/item.hpp"

namespace grtc::items {

enum class SortKey : std::uint8_t { id, name, created_at, updated_at };

struct ListQuery {
  std::uint32_t limit = 50;  ///< 1 to 500
  SortKey sort = SortKey::id;
  bool descending = false;
  std::string q;                    ///< full text; empty: all
  std::optional<std::string> name;  ///< exact
  std::string cursor;               ///< opaque, from `next_cursor`; empty: from the start
};

struct Page {
  std::vector<Item> items;
  std::string next_cursor;  ///< empty: this is the last page
  std::uint64_t total = 0;
};

/// `If-Match` and `If-None-Match` of a write: any version, or the ones named, but none of `except`.
struct Precondition {
  bool any = true;                          ///< no If-Match, or `*` on an item that exists
  std::vector<std::int64_t> versions = {};  ///< strong tags of this item that were listed; empty: nothing matches
  std::vector<std::int64_t> except = {};    ///< tags of this item that If-None-Match listed
};

/// A write's proof against being done twice (`Idempotency-Key`, kept for 24 h).
struct Idempotency {
  std::string key;          ///< 1 to 200 characters
  std::string fingerprint;  ///< digest of the request's body
};

/// A change as the feed and the change log tell it.
struct Change {
  enum class Kind : std::uint8_t { created, updated, deleted };
  std::int64_t id = 0;  ///< grows without end; the SSE `id:`
  Kind kind = Kind::created;
  std::shared_ptr<const std::string> item_json;
};

/// Changes after a given id; `complete` is false when the log no longer reaches back that far, or the id is none of
/// this log (send `reset`). A slice is bounded: while its last change is older than `last_id`, ask again from there.
struct ChangeSlice {
  std::vector<Change> changes;
  std::int64_t last_id = 0;  ///< the newest change id known when the slice was read
  bool complete = true;
};

using JsonPatch = std::string;  ///< RFC 7396 merge patch: the text of one JSON object, already bounded

/// The port that SQLite and PostgreSQL implement. Any thread calls it. Executors outlive the store.
/// Each `done` runs once, on the given executor, also at shutdown (then with Code::unavailable).
/// A full queue answers Code::unavailable with retry_after_s. A success of a write is durable.
class ItemStore {
 public:
  template <class T>
  using Done = std::function<void(core::Result<T>)>;

  ItemStore() = default;
  ItemStore(const ItemStore&) = delete;
  ItemStore& operator=(const ItemStore&) = delete;
  virtual ~ItemStore() = default;

  virtual void create(Draft draft, std::optional<Idempotency> once, core::Executor& on, Done<Item> done) = 0;
  virtual void get(ItemId id, core::Executor& on, Done<Item> done) = 0;
  virtual void list(ListQuery query, core::Executor& on, Done<Page> done) = 0;
  virtual void replace(ItemId id, Draft draft, Precondition when, core::Executor& on, Done<Item> done) = 0;
  virtual void patch(ItemId id, JsonPatch patch, Precondition when, core::Executor& on, Done<Item> done) = 0;
  virtual void remove(ItemId id, Precondition when, core::Executor& on, Done<Item> done) = 0;
  /// @param change_id  of the last change that was heard; nothing: only `last_id` is asked for
  virtual void changes_after(std::optional<std::int64_t> change_id, core::Executor& on, Done<ChangeSlice> done) = 0;

  /// The item, when it can be read at once: called on `on`'s own thread, takes microseconds and never waits for a
  /// write. Nothing: ask get(), which also tells why.
  [[nodiscard]] virtual std::optional<core::Result<Item>> try_get_now(ItemId /*id*/, core::Executor& /*on*/) {
    return std::nullopt;
  }
  /// Likewise for a page that is cheap: few rows, no search, no filter. Nothing: ask list().
  [[nodiscard]] virtual std::optional<core::Result<Page>> try_list_now(const ListQuery& /*query*/,
                                                                       core::Executor& /*on*/) {
    return std::nullopt;
  }

  /// Every committed change, in order, once, from now on. `heard` runs on the store's own thread and must only hand on.
  /// An empty batch: the items were replaced as a whole (a restored backup), all has to be listed again.
  virtual void subscribe(std::function<void(const std::vector<Change>&)> heard) = 0;
  /// Whether items can be read now: for `/health`. Cheap, never waits.
  [[nodiscard]] virtual bool readable() const = 0;
};

}  // namespace grtc::items
