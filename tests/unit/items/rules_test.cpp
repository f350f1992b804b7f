#include "items/rules.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace grtc::items {
namespace {

using core::Code;
using testing::UnorderedElementsAreArray;

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::vector<std::string> fields_of(const core::Problem& problem) {
  std::vector<std::string> fields;
  for (const auto& error : problem.errors) fields.push_back(error.field);
  return fields;
}

TEST(ItemRules, TakeWhatTheyAllow) {
  struct Row {
    std::string body;
    Draft draft;
  };
  const std::string fox = "🦊";
  const std::vector<Row> rows = {
      {R"({"name":"x"})", {"x", "", "{}"}},
      {" \n{\t\"data\" : { } , \"description\":\"d\", \"name\":\"x\" }\r\n", {"x", "d", "{}"}},
      {R"({"name":"\u00e9\ud83e\udd8a\n\"\\\/"})", {"é🦊\n\"\\/", "", "{}"}},
      {R"({"n\u0061me":"escaped member name"})", {"escaped member name", "", "{}"}},
      {R"({"name":")" + repeated(fox, 200) + "\"}", {repeated(fox, 200), "", "{}"}},
      {R"({"name":"x","description":")" + repeated("é", 10'000) + "\"}", {"x", repeated("é", 10'000), "{}"}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.body.substr(0, 80));
    const auto draft = parse_draft(row.body);
    ASSERT_TRUE(draft) << draft.error().sentence;
    EXPECT_EQ(draft->name, row.draft.name);
    EXPECT_EQ(draft->description, row.draft.description);
    EXPECT_EQ(draft->data, row.draft.data);
  }
}

TEST(ItemRules, KeepTheTextOfDataAsItCame) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {R"({ "b" : 1.50 , "a" : -0.0 })", R"({"b":1.50,"a":-0.0})"},
      {R"({"n":[1e400, 123456789012345678901234567890, 1E+2]})",
       R"({"n":[1e400,123456789012345678901234567890,1E+2]})"},
      {R"({"s":"\u0041 \u0000 \/ é", "":{}})", R"({"s":"\u0041 \u0000 \/ é","":{}})"},
      {R"({"t":true,"f":false,"z":null,"o":{"x":[{"y":[]}]}})",
       R"({"t":true,"f":false,"z":null,"o":{"x":[{"y":[]}]}})"},
  };
  for (const auto& [given, kept] : rows) {
    const auto draft = parse_draft(R"({"name":"x","data":)" + given + "}");
    ASSERT_TRUE(draft) << given << draft.error().sentence;
    EXPECT_EQ(draft->data, kept);
  }
}

TEST(ItemRules, NameEveryMemberThatBreaksOne) {
  struct Row {
    std::string body;
    std::vector<std::string> fields;
  };
  const std::vector<Row> rows = {
      {"{}", {"name"}},
      {R"({"name":""})", {"name"}},
      {R"({"name":7})", {"name"}},
      {R"({"name":null})", {"name"}},
      {R"({"name":["x"]})", {"name"}},
      {R"({"name":{"x":1}})", {"name"}},
      {R"({"name":"a\u0000b"})", {"name"}},
      {R"({"name":")" + repeated("é", 201) + "\"}", {"name"}},
      {R"({"name":"x","description":null})", {"description"}},
      {R"({"name":"x","description":")" + repeated("x", 10'001) + "\"}", {"description"}},
      {R"({"name":"x","data":[]})", {"data"}},
      {R"({"name":"x","data":null})", {"data"}},
      {R"({"name":"x","data":"{}"})", {"data"}},
      {R"({"name":"x","data":{"a":")" + repeated("x", 65'536 - 7) + "\"}}", {"data"}},
      {R"({"name":"x","id":7,"version":1})", {"id", "version"}},
      {R"({"name":"","description":5,"data":[],"x":1})", {"name", "description", "data", "x"}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.body.substr(0, 80));
    const auto draft = parse_draft(row.body);
    ASSERT_FALSE(draft);
    EXPECT_EQ(draft.error().code, Code::unprocessable);
    EXPECT_THAT(fields_of(draft.error()), UnorderedElementsAreArray(row.fields));
  }
}

TEST(ItemRules, CountDataByItsMinifiedBytes) {
  const std::string pad = repeated("x", 65'536 - 8);
  EXPECT_TRUE(parse_draft(R"({"name":"x","data":  {  "a" :  ")" + pad + "\"  } }"));
}

TEST(ItemRules, TellJsonFromWhatIsNone) {
  for (const std::string body : {"",
                                 " ",
                                 "{",
                                 R"({"name":"x")",
                                 R"({"name":"x"}x)",
                                 R"({name:"x"})",
                                 R"({'name':'x'})",
                                 R"({"name":"x",})",
                                 "\xef\xbb\xbf{\"name\":\"x\"}",
                                 "{\"name\":\"\x01\"}",
                                 "{\"\xff\"}",
                                 "{\"name\":\"\xff\"}",
                                 R"({"name":"\ud800"})",
                                 R"({"name":"\x"})",
                                 R"({"name":"x" "b":1})",
                                 R"({"name":"x","data":{"a":01}})",
                                 R"({"name":"x","data":{"a":1.}})",
                                 R"({"a":-})",
                                 R"({"name":"x","data":{"a":+1}})",
                                 R"({"name":tru})",
                                 R"({"name":truex})",
                                 "nul",
                                 "1 2"}) {
    const auto draft = parse_draft(body);
    ASSERT_FALSE(draft) << body;
    EXPECT_EQ(draft.error().code, Code::bad_json) << body;
  }
  for (const std::string body : {"[]", "\"x\"", "7", "null", "true", "-1.5e3", " \"\\u00e9\" "}) {
    const auto draft = parse_draft(body);
    ASSERT_FALSE(draft) << body;
    EXPECT_EQ(draft.error().code, Code::unprocessable) << body;
  }
}

TEST(ItemRules, BoundNestingMembersAndRepeatedNames) {
  const auto nested = [](std::size_t depth) {
    return R"({"name":"x","data":{"a":)" + repeated("[", depth - 1) + repeated("]", depth - 1) + "}}";
  };
  EXPECT_TRUE(parse_draft(nested(32)));
  for (const std::size_t depth : {33U, 1000U, 100'000U}) {
    const auto draft = parse_draft(nested(depth));
    ASSERT_FALSE(draft);
    EXPECT_EQ(draft.error().code, Code::too_deep);
  }
  EXPECT_EQ(parse_draft(repeated("[", 100'000)).error().code, Code::bad_json);
  EXPECT_EQ(parse_draft(repeated("[", 100) + R"("]")" + repeated("]", 100)).error().code, Code::too_deep);
  EXPECT_EQ(parse_draft(repeated("[", 100) + R"("\"]")" + repeated("]", 99)).error().code, Code::bad_json);

  for (const std::string body :
       {R"({"name":"a","name":"b"})", R"({"name":"a","n\u0061me":"b"})",
        R"({"name":"a","data":{"x":{"y":1,"z":2,"y":3}}})", R"({"name":"a","data":{"x":[{"y":1,"y":3}]}})"}) {
    const auto draft = parse_draft(body);
    ASSERT_FALSE(draft) << body;
    EXPECT_EQ(draft.error().code, Code::unprocessable) << body;
  }
  std::string many = R"({"name":"x","data":{"a":[)";
  for (int i = 0; i < 16'385; ++i) many += R"({"":0},)";
  many.back() = ']';
  EXPECT_EQ(parse_draft(many + "}}").error().code, Code::unprocessable);
}

TEST(ItemPatch, TakesMembersAndDefaults) {
  Item item;
  item.name = "n";
  item.description = "d";
  item.data = R"({"keep":1.50,"drop":2,"deep":{"x":1,"y":[1,2]}})";
  struct Row {
    std::string patch, name, description, data;
  };
  const std::vector<Row> rows = {
      {"{}", "n", "d", item.data},
      {R"({"name":"m"})", "m", "d", item.data},
      {R"({"description":null,"data":null})", "n", "", "{}"},
      {R"({"data":{}})", "n", "d", item.data},
      {R"({"data":{"drop":null,"absent":null,"deep":{"x":null,"z":{"n":null,"m":1}},"list":[null]}})", "n", "d",
       R"({"keep":1.50,"deep":{"y":[1,2],"z":{"m":1}},"list":[null]})"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.patch);
    const auto patch = parse_patch(row.patch);
    ASSERT_TRUE(patch) << patch.error().sentence;
    const auto draft = apply_patch(item, *patch);
    ASSERT_TRUE(draft) << draft.error().sentence;
    EXPECT_EQ(draft->name, row.name);
    EXPECT_EQ(draft->description, row.description);
    EXPECT_EQ(draft->data, row.data);
  }
}

TEST(ItemPatch, RefusesWhatAnItemCannotBecome) {
  for (const auto& [body, field] :
       std::vector<std::pair<std::string, std::string>>{{R"({"name":null})", "name"},
                                                        {R"({"name":""})", "name"},
                                                        {R"({"description":1})", "description"},
                                                        {R"({"data":[]})", "data"},
                                                        {R"({"data":"x"})", "data"},
                                                        {R"({"id":1})", "id"}}) {
    const auto patch = parse_patch(body);
    ASSERT_FALSE(patch) << body;
    EXPECT_EQ(patch.error().code, Code::unprocessable);
    EXPECT_THAT(fields_of(patch.error()), testing::ElementsAre(field));
  }
  EXPECT_EQ(parse_patch("[]").error().code, Code::unprocessable);
  EXPECT_EQ(parse_patch("{").error().code, Code::bad_json);

  Item item;
  item.data = R"({"a":")" + repeated("x", 40'000) + "\"}";
  const auto patch = parse_patch(R"({"data":{"b":")" + repeated("y", 40'000) + "\"}}");
  ASSERT_TRUE(patch);
  const auto merged = apply_patch(item, *patch);
  ASSERT_FALSE(merged);
  EXPECT_THAT(fields_of(merged.error()), testing::ElementsAre("data"));
}

}  // namespace
}  // namespace grtc::items
