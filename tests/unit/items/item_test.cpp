#include "items/item.hpp"

#include <string>

#include <gtest/gtest.h>
#include <simdjson.h>

#include "core/json_scan.hpp"

namespace grtc::items {
namespace {

TEST(ItemJson, HasTheMembersInTheirOrder) {
  Item item;
  item.id = 7;
  item.name = "a\"b";
  item.description = "line\nline\x01";
  item.data = R"({"n":1.50})";
  item.version = 3;
  item.created_at = core::WallTime(std::chrono::milliseconds(0));
  item.updated_at = core::WallTime(std::chrono::milliseconds(1'769'903'999'999));
  EXPECT_EQ(to_json(item), R"({"id":7,"name":"a\"b","description":"line\nline\u0001","data":{"n":1.50},"version":3,)"
                           R"("created_at":"1970-01-01T00:00:00.000Z","updated_at":"2026-01-31T23:59:59.999Z"})");
  EXPECT_EQ(etag_of(item), "\"7-3\"");
}

TEST(ItemJson, IsReadBackAsTheTextThatWentIn) {
  std::string every;
  for (char c = 1; c < 127; ++c) every += c;
  every += "é東🦊\u2028";
  std::string json;
  core::append_json_string(json, every);
  simdjson::dom::parser parser;
  std::string_view back;
  ASSERT_EQ(parser.parse(json).get_string().get(back), simdjson::SUCCESS) << json;
  EXPECT_EQ(back, every);
}

}  // namespace
}  // namespace grtc::items
