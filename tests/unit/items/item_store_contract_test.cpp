#include "support/item_store_contract.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace grtc::test {
namespace {

using core::Code;
using items::Change;
using items::Draft;
using items::Item, items::ItemId;
using items::ListQuery;
using items::Precondition;
using items::SortKey;
using std::chrono::hours, std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

Precondition only(std::int64_t version) {
  return {.any = false, .versions = {version}, .except = {}};
}

TEST_P(ItemStoreContract, GivesBackWhatWasCreated) {
  const Draft draft{"Café \"☕\"", "two\nlines", R"({"n":1.50,"big":123456789012345678901234567890})"};
  const auto made = calls_->create(draft);
  ASSERT_TRUE(made) << sentence_of(made);
  EXPECT_GT(made->id, 0);
  EXPECT_EQ(made->version, 1);
  EXPECT_EQ(made->created_at, world_->now);
  EXPECT_EQ(made->updated_at, world_->now);
  const auto read = calls_->get(made->id);
  ASSERT_TRUE(read);
  EXPECT_EQ(to_json(*read), to_json(*made));
  EXPECT_EQ(read->data, draft.data);
  if (const auto now = world_->store().try_get_now(made->id, calls_->loop())) {
    EXPECT_EQ(to_json(**now), to_json(*made));
  }
}

TEST_P(ItemStoreContract, SaysNotFoundForWhatIsNotThere) {
  EXPECT_EQ(calls_->get(7).error().code, Code::not_found);
  EXPECT_EQ(calls_->replace(7, {"x", "", "{}"}).error().code, Code::not_found);
  EXPECT_EQ(calls_->patch(7, "{}").error().code, Code::not_found);
  EXPECT_EQ(calls_->remove(7).error().code, Code::not_found);
  EXPECT_EQ(calls_->remove(7, only(1)).error().code, Code::not_found);
  if (const auto now = world_->store().try_get_now(7, calls_->loop())) {
    EXPECT_EQ(now->error().code, Code::not_found);
  }
}

TEST_P(ItemStoreContract, CountsVersionsAndKeepsTheBirthday) {
  const Item made = *calls_->create("a");
  advance(milliseconds(5));
  const auto replaced = calls_->replace(made.id, {"b", "d", R"({"x":1})"});
  ASSERT_TRUE(replaced);
  EXPECT_EQ(replaced->version, 2);
  EXPECT_EQ(replaced->created_at, made.created_at);
  EXPECT_EQ(replaced->updated_at, world_->now);
  const auto patched = calls_->patch(made.id, R"({"description":null,"data":{"y":2}})");
  ASSERT_TRUE(patched);
  EXPECT_EQ(patched->version, 3);
  EXPECT_EQ(patched->name, "b");
  EXPECT_EQ(patched->description, "");
  EXPECT_EQ(patched->data, R"({"x":1,"y":2})");
  EXPECT_EQ(to_json(*calls_->get(made.id)), to_json(*patched));
}

TEST_P(ItemStoreContract, WritesOnlyWhatTheConditionNames) {
  const ItemId id = calls_->create("a")->id;
  EXPECT_EQ(calls_->replace(id, {"b", "", "{}"}, only(2)).error().code, Code::version_moved_on);
  EXPECT_EQ(calls_->patch(id, "{}", only(2)).error().code, Code::version_moved_on);
  EXPECT_EQ(calls_->remove(id, only(2)).error().code, Code::version_moved_on);
  EXPECT_EQ(calls_->remove(id, {.any = false, .versions = {}, .except = {}}).error().code, Code::version_moved_on);
  EXPECT_EQ(calls_->remove(id, {.any = true, .versions = {}, .except = {1}}).error().code, Code::version_moved_on);
  EXPECT_EQ(calls_->get(id)->version, 1);
  EXPECT_EQ(calls_->replace(id, {"b", "", "{}"}, only(1))->version, 2);
  EXPECT_TRUE(calls_->remove(id, only(2)));
}

TEST_P(ItemStoreContract, NeverUsesAnIdAgain) {
  const ItemId first = calls_->create("a")->id;
  ASSERT_TRUE(calls_->remove(first));
  const ItemId second = calls_->create("b")->id;
  EXPECT_GT(second, first);
  ASSERT_TRUE(calls_->remove(second));
  reopen();
  EXPECT_GT(calls_->create("c")->id, second);
}

TEST_P(ItemStoreContract, AnswersARepeatedKeyWithTheFirstAnswer) {
  const items::Idempotency once{"key", "digest"};
  const auto first = calls_->create({"a", "d", R"({"n":1.0})"}, once);
  ASSERT_TRUE(first);
  advance(hours(1));
  const auto answers_the_same = [&] {
    const auto again = calls_->create({"a", "d", R"({"n":1.0})"}, once);
    return again && to_json(*again) == to_json(*first);
  };
  EXPECT_TRUE(answers_the_same());
  ASSERT_TRUE(calls_->replace(first->id, {"changed", "", "{}"}));
  EXPECT_TRUE(answers_the_same());
  ASSERT_TRUE(calls_->remove(first->id));
  EXPECT_TRUE(answers_the_same());
  reopen();
  EXPECT_TRUE(answers_the_same());
  EXPECT_EQ(calls_->list()->total, 0U);
  EXPECT_EQ(calls_->create({"b", "", "{}"}, items::Idempotency{"key", "other"}).error().code, Code::unprocessable);

  advance(hours(24));
  const auto later = calls_->create({"b", "", "{}"}, items::Idempotency{"key", "other"});
  ASSERT_TRUE(later) << "a key is free again after a day";
  EXPECT_NE(later->id, first->id);
}

TEST_P(ItemStoreContract, MakesOneItemOfManyRepeatsAtOnce) {
  std::set<ItemId> ids;
  std::size_t answers = 0;
  for (int i = 0; i < 30; ++i) {
    world_->store().create({"a", "", "{}"}, items::Idempotency{"key", "digest"}, calls_->loop(),
                           [&](const core::Result<Item>& item) {
                             ++answers;
                             if (item) ids.insert(item->id);
                           });
  }
  calls_->loop().run_until([&] { return answers == 30; });
  EXPECT_EQ(ids.size(), 1U);
  EXPECT_EQ(calls_->list()->total, 1U);
}

TEST_P(ItemStoreContract, ListsInEachOrderInPagesOfEachSize) {
  const std::vector<std::string> names = {"pear", "apple", "Zoe", "apple", "ñandú", "", "banana", "apple pie"};
  for (const std::string& name : names) {
    ASSERT_TRUE(calls_->create(name));
    if (name != "Zoe") advance(milliseconds(1));  // two of them are born at the same moment
  }
  ASSERT_TRUE(calls_->patch(2, "{}"));
  for (const SortKey sort : {SortKey::id, SortKey::name, SortKey::created_at, SortKey::updated_at}) {
    ListQuery query{.limit = 500, .sort = sort, .descending = false, .q = {}, .name = {}, .cursor = {}};
    const std::vector<ItemId> whole = calls_->all_ids(query);
    ASSERT_EQ(whole.size(), names.size());
    for (const std::uint32_t limit : {1U, 2U, 3U, 8U}) {
      query.limit = limit;
      EXPECT_EQ(calls_->all_ids(query), whole);
    }
    query.descending = true;
    std::vector<ItemId> reversed = calls_->all_ids(query);
    std::reverse(reversed.begin(), reversed.end());
    EXPECT_EQ(reversed, whole);
    if (const auto now = world_->store().try_list_now(query, calls_->loop())) {
      EXPECT_EQ(names_of(**now), names_of(*calls_->list(query)));
      EXPECT_EQ((*now)->next_cursor, calls_->list(query)->next_cursor);
    }
  }
  ListQuery by_name{.limit = 500, .sort = SortKey::name, .descending = false, .q = {}, .name = {}, .cursor = {}};
  EXPECT_THAT(names_of(*calls_->list(by_name)),
              ElementsAre("", "Zoe", "apple", "apple", "apple pie", "banana", "pear", "ñandú"));
  EXPECT_EQ(calls_->list(by_name)->total, names.size());
}

TEST_P(ItemStoreContract, EndsTheListWithoutAnEmptyPage) {
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(calls_->create("x"));
  ListQuery query;
  query.limit = 2;
  query.cursor = calls_->list(query)->next_cursor;
  const auto last = calls_->list(query);
  EXPECT_EQ(last->items.size(), 2U);
  EXPECT_THAT(last->next_cursor, IsEmpty());
}

TEST_P(ItemStoreContract, RefusesAForeignCursor) {
  ListQuery query;
  query.cursor = "nonsense";
  const auto page = calls_->list(query);
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, Code::unprocessable);
}

TEST_P(ItemStoreContract, ShowsEachRowThatStaysExactlyOnceWhileOthersComeAndGo) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (const SortKey sort : {SortKey::id, SortKey::name, SortKey::created_at}) {
    std::set<ItemId> kept;
    std::vector<ItemId> doomed;
    for (int i = 0; i < 60; ++i) {
      const ItemId id = calls_->create("n" + std::to_string(random() % 10))->id;
      random() % 10 < 7 ? static_cast<void>(kept.insert(id)) : doomed.push_back(id);
    }
    ListQuery query{.limit = 4, .sort = sort, .descending = random() % 2 == 0, .q = {}, .name = {}, .cursor = {}};
    std::map<ItemId, int> seen;
    do {
      const auto page = calls_->list(query);
      ASSERT_TRUE(page);
      for (const Item& item : page->items) ++seen[item.id];
      query.cursor = page->next_cursor;
      if (!doomed.empty()) {
        ASSERT_TRUE(calls_->remove(doomed.back()));
        doomed.pop_back();
        advance(milliseconds(1));
        ASSERT_TRUE(calls_->create("n" + std::to_string(random() % 10)));
      }
    } while (!query.cursor.empty());
    for (const auto& [id, times] : seen) EXPECT_EQ(times, 1) << id;
    for (const ItemId id : kept) EXPECT_EQ(seen.count(id), 1U) << id;
  }
}

TEST_P(ItemStoreContract, FiltersByTheExactName) {
  for (const char* name : {"apple", "apple", "Apple", "apple pie", "Ñandú"}) ASSERT_TRUE(calls_->create(name));
  const auto total = [&](const std::string& name) {
    ListQuery query;
    query.limit = 1;
    query.name = name;
    EXPECT_EQ(calls_->all_ids(query).size(), calls_->list(query)->total);
    return calls_->list(query)->total;
  };
  EXPECT_EQ(total("apple"), 2U);
  EXPECT_EQ(total("Ñandú"), 1U);
  for (const char* name : {"appl", "APPLE", "apple ", "Nandu", ""}) EXPECT_EQ(total(name), 0U) << name;
}

TEST_P(ItemStoreContract, FindsTheBeginningOfEachWordWithAccentsFolded) {
  ASSERT_TRUE(calls_->create({"Café con leche", "Una reunión en Málaga", "{}"}));
  ASSERT_TRUE(calls_->create({"grtc.v1", "foo_bar baz-qux C++ a\"b 50% (x OR y) NEAR NOT *", "{}"}));
  ASSERT_TRUE(calls_->create({"東京タワー", "tower in Tokyo", "{}"}));
  const auto found = [&](const std::string& q) {
    ListQuery query;
    query.limit = 1;
    query.q = q;
    const auto page = calls_->list(query);
    EXPECT_TRUE(page) << q << ": " << sentence_of(page);
    const std::vector<ItemId> ids = calls_->all_ids(query);
    EXPECT_EQ(page->total, ids.size()) << q;
    return ids;
  };
  for (const char* q : {"cafe", "CAFÉ", "cafe\u0301", "caf", "reunion", "malaga cafe", "lec con caf", "cafe!!"}) {
    EXPECT_THAT(found(q), ElementsAre(1)) << q;
  }
  for (const char* q : {"baz", "qux", "foo bar", "foo_bar", "not near", "a\"b", "v1"})
    EXPECT_THAT(found(q), ElementsAre(2)) << q;
  EXPECT_THAT(found("東京"), ElementsAre(3));
  EXPECT_THAT(found("tok"), ElementsAre(3));
  for (const char* q : {"afe", "cafe tokyo", "x OR nothing", "nothing", "name:cafe"})
    EXPECT_THAT(found(q), IsEmpty()) << q;
  for (const char* q :
       {"\"", "*", "(", ")", "NEAR(a b)", "-cafe", "^cafe", "{x}", "'", "\\", "+", "a OR", ";", "\u00a0"}) {
    static_cast<void>(found(q));
  }
}

TEST_P(ItemStoreContract, SearchesWhatIsThereNow) {
  const auto total = [&](const std::string& q) {
    ListQuery query;
    query.q = q;
    return calls_->list(query)->total;
  };
  const ItemId id = calls_->create("xylophone")->id;
  EXPECT_EQ(total("xylo"), 1U);
  ASSERT_TRUE(calls_->patch(id, R"({"data":{"a":1}})"));
  EXPECT_EQ(total("xylo"), 1U);
  ASSERT_TRUE(calls_->replace(id, {"marimba", "wood", "{}"}));
  EXPECT_EQ(total("xylo"), 0U);
  EXPECT_EQ(total("wood marim"), 1U);
  ASSERT_TRUE(calls_->remove(id));
  EXPECT_EQ(total("marim"), 0U);
}

TEST_P(ItemStoreContract, CountsAllItemsRightAfterReopening) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(calls_->create("x"));
  ASSERT_TRUE(calls_->remove(2));
  EXPECT_EQ(calls_->list()->total, 4U);
  reopen();
  EXPECT_EQ(calls_->list()->total, 4U);
}

TEST_P(ItemStoreContract, TellsEveryChangeOnceInOrder) {
  std::mutex mutex;
  std::vector<Change> heard;
  world_->store().subscribe([&](const std::vector<Change>& changes) {
    const std::lock_guard lock(mutex);
    heard.insert(heard.end(), changes.begin(), changes.end());
  });
  const std::int64_t start = calls_->changes_after(std::nullopt)->last_id;
  const Item made = *calls_->create("a");
  const Item changed = *calls_->patch(made.id, R"({"name":"b"})");
  ASSERT_FALSE(calls_->replace(made.id, {"c", "", "{}"}, only(1)));
  ASSERT_TRUE(calls_->remove(made.id));
  const auto slice = calls_->changes_after(start);
  ASSERT_TRUE(slice);
  EXPECT_TRUE(slice->complete);
  ASSERT_EQ(slice->changes.size(), 3U);
  EXPECT_EQ(slice->changes[0].kind, Change::Kind::created);
  EXPECT_EQ(*slice->changes[0].item_json, to_json(made));
  EXPECT_EQ(slice->changes[1].kind, Change::Kind::updated);
  EXPECT_EQ(*slice->changes[1].item_json, to_json(changed));
  EXPECT_EQ(slice->changes[2].kind, Change::Kind::deleted);
  EXPECT_EQ(*slice->changes[2].item_json, to_json(changed));
  EXPECT_EQ(slice->changes[2].id, slice->last_id);
  EXPECT_LT(slice->changes[0].id, slice->changes[1].id);
  EXPECT_EQ(calls_->changes_after(slice->changes[1].id)->changes.size(), 1U);
  EXPECT_THAT(calls_->changes_after(slice->last_id)->changes, IsEmpty());

  // An answer may come before the change is told, but both come before the store is gone.
  calls_.reset();
  world_->reopen();
  const std::lock_guard lock(mutex);
  ASSERT_EQ(heard.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(heard[i].id, slice->changes[i].id);
    EXPECT_EQ(heard[i].kind, slice->changes[i].kind);
    EXPECT_EQ(*heard[i].item_json, *slice->changes[i].item_json);
  }
}

TEST_P(ItemStoreContract, ResumesChangesOverReopeningButNotFromAnotherHistory) {
  const std::int64_t start = calls_->changes_after(std::nullopt)->last_id;
  EXPECT_TRUE(calls_->changes_after(start)->complete) << "a log without a change has a beginning all the same";
  ASSERT_TRUE(calls_->create("a"));
  const std::int64_t seen = calls_->changes_after(start)->last_id;
  ASSERT_TRUE(calls_->create("b"));
  reopen();
  ASSERT_TRUE(calls_->create("c"));
  const auto slice = calls_->changes_after(seen);
  EXPECT_TRUE(slice->complete);
  EXPECT_EQ(slice->changes.size(), 2U);
  for (const std::int64_t id : {std::int64_t{-1}, std::int64_t{0}, slice->last_id + 1, slice->changes[1].id - 1}) {
    const auto other = calls_->changes_after(id);
    EXPECT_FALSE(other->complete) << id;
    EXPECT_EQ(other->last_id, slice->last_id);
  }
}

TEST_P(ItemStoreContract, LosesNoUpdateOfConcurrentWritersWithIfMatch) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const ItemId id = calls_->create({"x", "", R"({"count":0})"})->id;
  constexpr int kWriters = 8;
  constexpr int kRounds = 25;
  int finished = 0;
  int conflicts = 0;
  std::vector<int> left(kWriters, kRounds);
  items::ItemStore& store = world_->store();
  Loop& loop = calls_->loop();
  const std::function<void(std::size_t)> add = [&](std::size_t writer) {
    if (left[writer] == 0) {
      ++finished;
      return;
    }
    store.get(id, loop, [&, writer](const core::Result<Item>& item) {
      ASSERT_TRUE(item);
      const std::string count = item->data.substr(9, item->data.size() - 10);
      const std::string next = R"({"count":)" + std::to_string(std::stoi(count) + 1) + "}";
      const auto done = [&, writer](const core::Result<Item>& written) {
        if (written) {
          --left[writer];
        } else {
          ASSERT_EQ(written.error().code, Code::version_moved_on);
          ++conflicts;
        }
        add(writer);
      };
      if (random() % 2 == 0) {
        store.replace(id, {"x", "", next}, only(item->version), loop, done);
      } else {
        store.patch(id, R"({"data":)" + next + "}", only(item->version), loop, done);
      }
    });
  };
  for (std::size_t writer = 0; writer < kWriters; ++writer) add(writer);
  loop.run_until([&] { return finished == kWriters; });
  const auto end = calls_->get(id);
  EXPECT_EQ(end->data, R"({"count":)" + std::to_string(kWriters * kRounds) + "}");
  EXPECT_EQ(end->version, kWriters * kRounds + 1);
  EXPECT_GT(conflicts, 0) << "the writers must have met";
}

TEST_P(ItemStoreContract, AnswersAllThatWaitsWhenItEnds) {
  int answers = 0;
  for (int i = 0; i < 100; ++i) {
    world_->store().create({"x", "", "{}"}, std::nullopt, calls_->loop(),
                           [&](const core::Result<Item>&) { ++answers; });
    world_->store().list({}, calls_->loop(), [&](const core::Result<items::Page>&) { ++answers; });
  }
  Loop& loop = calls_->loop();
  world_->reopen();
  loop.run_until([&] { return answers == 200; });
}

}  // namespace
}  // namespace grtc::test
