#include "items/merge_patch.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace grtc::items {
namespace {

std::string merged(const std::string& target, const std::string& patch) {
  const auto from = parse_json(target, {});
  const auto with = parse_json(patch, {});
  return from && with ? to_text(merge_patch(*from, *with)) : "not JSON";
}

TEST(MergePatch, DoesWhatAppendixAOfRfc7396Lists) {
  struct Row {
    std::string original, patch, result;
  };
  const std::vector<Row> rows = {
      {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {R"({"a":"b"})", R"({"a":null})", R"({})"},
      {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
      {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
      {R"({"a":"foo"})", R"(null)", R"(null)"},
      {R"({"a":"foo"})", R"("bar")", R"("bar")"},
      {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
      {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
      {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
  };
  for (const Row& row : rows)
    EXPECT_EQ(merged(row.original, row.patch), row.result) << row.original << " " << row.patch;
}

TEST(MergePatch, LeavesTheTextOfTheRestAlone) {
  EXPECT_EQ(merged(R"({"n":1.500,"s":"\u0041","o":{"x":1e2,"y":2}})", R"({"o":{"y":3.0}})"),
            R"({"n":1.500,"s":"\u0041","o":{"x":1e2,"y":3.0}})");
  EXPECT_EQ(merged(R"({"a":1})", R"({"\u0061":2})"), R"({"a":2})") << "names are equal when they mean the same";
}

}  // namespace
}  // namespace grtc::items
