#include "items/list_query.hpp"

#include <map>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "items/cursor.hpp"

namespace grtc::items {
namespace {

using Parameters = std::map<std::string, std::string, std::less<>>;

core::Result<ListQuery> parse(const Parameters& parameters) {
  return parse_list_query([&](std::string_view name) -> std::optional<std::string_view> {
    const auto found = parameters.find(name);
    if (found == parameters.end()) return std::nullopt;
    return found->second;
  });
}

TEST(ListQuery, HasTheDocumentedDefaults) {
  const auto query = parse({});
  ASSERT_TRUE(query);
  EXPECT_EQ(query->limit, 50U);
  EXPECT_EQ(query->sort, SortKey::id);
  EXPECT_FALSE(query->descending);
  EXPECT_TRUE(query->q.empty());
  EXPECT_FALSE(query->name.has_value());
}

TEST(ListQuery, ReadsEachParameter) {
  const auto query = parse({{"limit", "500"}, {"sort", "-updated_at"}, {"q", "a b"}, {"name", ""}, {"other", "x"}});
  ASSERT_TRUE(query);
  EXPECT_EQ(query->limit, 500U);
  EXPECT_EQ(query->sort, SortKey::updated_at);
  EXPECT_TRUE(query->descending);
  EXPECT_EQ(query->q, "a b");
  EXPECT_EQ(query->name, "");
  EXPECT_EQ(parse({{"q", " \t "}})->q, "") << "white space is no search";
}

TEST(ListQuery, NamesEveryParameterThatBreaksARule) {
  const std::vector<std::pair<Parameters, std::vector<std::string>>> rows = {
      {{{"limit", "0"}}, {"limit"}},
      {{{"limit", "501"}}, {"limit"}},
      {{{"limit", "-1"}}, {"limit"}},
      {{{"limit", "1.5"}}, {"limit"}},
      {{{"limit", ""}}, {"limit"}},
      {{{"limit", "99999999999999999999"}}, {"limit"}},
      {{{"sort", ""}}, {"sort"}},
      {{{"sort", "ID"}}, {"sort"}},
      {{{"sort", "--id"}}, {"sort"}},
      {{{"sort", "size"}, {"limit", "x"}}, {"limit", "sort"}},
      {{{"q", std::string(201, 'x')}}, {"q"}},
      {{{"q", "\xff"}}, {"q"}},
      {{{"name", "\xff"}}, {"name"}},
      {{{"cursor", "nonsense"}}, {"cursor"}},
      {{{"cursor", std::string(1, '\0')}}, {"cursor"}},
      {{{"cursor", std::string(5000, 'x')}}, {"cursor"}},
  };
  for (const auto& [parameters, fields] : rows) {
    SCOPED_TRACE(testing::PrintToString(parameters));
    const auto query = parse(parameters);
    ASSERT_FALSE(query);
    EXPECT_EQ(query.error().code, core::Code::unprocessable);
    std::vector<std::string> blamed;
    for (const auto& error : query.error().errors) blamed.push_back(error.field);
    EXPECT_EQ(blamed, fields);
  }
}

Item item_named(const std::string& name) {
  Item item;
  item.id = 42;
  item.name = name;
  item.created_at = core::WallTime(std::chrono::milliseconds(1'700'000'000'123));
  item.updated_at = core::WallTime(std::chrono::milliseconds(1'700'000'000'456));
  return item;
}

TEST(Cursor, HoldsThePlaceInEachOrder) {
  const Item item = item_named("Ñandú");
  for (const SortKey sort : {SortKey::id, SortKey::name, SortKey::created_at, SortKey::updated_at}) {
    ListQuery query;
    query.sort = sort;
    query.cursor = make_cursor(query, item);
    EXPECT_EQ(query.cursor.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos)
        << "goes into a URL as it is";
    const auto position = parse_cursor(query);
    ASSERT_TRUE(position);
    EXPECT_EQ(position->id, 42);
    if (sort == SortKey::name) {
      EXPECT_EQ(position->name, "Ñandú");
    }
    if (sort == SortKey::created_at) {
      EXPECT_EQ(position->time_ms, 1'700'000'000'123);
    }
    if (sort == SortKey::updated_at) {
      EXPECT_EQ(position->time_ms, 1'700'000'000'456);
    }
  }
}

TEST(Cursor, BelongsToItsListAlone) {
  ListQuery query;
  query.sort = SortKey::name;
  query.q = "word";
  const std::string cursor = make_cursor(query, item_named("x"));
  const auto refused = [&](auto change) {
    ListQuery other = query;
    change(other);
    other.cursor = cursor;
    return !parse_cursor(other);
  };
  EXPECT_FALSE(refused([](ListQuery&) {}));
  EXPECT_FALSE(refused([](ListQuery& other) { other.limit = 7; })) << "pages may change their size";
  EXPECT_TRUE(refused([](ListQuery& other) { other.sort = SortKey::id; }));
  EXPECT_TRUE(refused([](ListQuery& other) { other.descending = true; }));
  EXPECT_TRUE(refused([](ListQuery& other) { other.q = "other"; }));
  EXPECT_TRUE(refused([](ListQuery& other) { other.name = ""; }));
}

TEST(Cursor, ThatWasChangedIsRefusedOrAPlaceInTheSameList) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  ListQuery query;
  query.sort = SortKey::name;
  const std::string cursor = make_cursor(query, item_named("näme"));
  for (int round = 0; round < 20'000; ++round) {
    query.cursor = cursor;
    query.cursor[random() % cursor.size()] = static_cast<char>(random() % 256);
    const auto position = parse_cursor(query);
    if (!position) {
      EXPECT_EQ(position.error().code, core::Code::unprocessable);
    }
  }
}

}  // namespace
}  // namespace grtc::items
