#include "items/json_value.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>
#include <simdjson.h>

namespace grtc::items {
namespace {

/// simdjson's other parser, which has checked everything when it returns.
simdjson::error_code dom_error(const std::string& text) {
  simdjson::dom::parser parser;
  simdjson::dom::element element;
  return parser.parse(text).get(element);
}

TEST(JsonValue, IsParsedExactlyWhenASecondParserTakesItToo) {
  const std::string seed_text =
      R"( {"a":[1,-2.5e+3,true,false,null,"x\n\u00e9\ud83e\udd8a"],"b":{"c":{},"d":[]},"e":"é\"\\", "f":[[{"g":0}]]} )";
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const std::string alphabet =
      "{}[]\",:\\ \t\n0129.-+eEtrufalsn\x01\x7f\xc3\xa9\xff"
      "dx";
  const auto any = [&random](std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
  };
  int taken = 0;
  for (int round = 0; round < 30'000; ++round) {
    std::string text = seed_text;
    for (std::size_t edits = 1 + any(3); edits > 0; --edits) {
      const std::size_t at = any(text.size());
      switch (any(4)) {
        case 0:
          text.erase(at, 1 + any(3));
          break;
        case 1:
          text.insert(at, 1, alphabet[any(alphabet.size())]);
          break;
        case 2:
          text[at] = alphabet[any(alphabet.size())];
          break;
        default:
          text.resize(at);
          break;
      }
      if (text.empty()) text = "0";
    }
    const auto value = parse_json(text, {});
    // The other parser lets one name come twice.
    if (!value && value.error().code == core::Code::unprocessable) continue;
    const simdjson::error_code other = dom_error(text);
    // It refuses numbers that it can't hold.
    ASSERT_EQ(value.has_value(), other == simdjson::SUCCESS || (value && other == simdjson::NUMBER_ERROR)) << text;
    if (!value) continue;
    ++taken;
    const auto again = parse_json(to_text(*value), {});
    ASSERT_TRUE(again) << text;
    EXPECT_EQ(to_text(*again), to_text(*value)) << text;
  }
  EXPECT_GT(taken, 1000) << "the edits must leave some texts whole";
}

}  // namespace
}  // namespace grtc::items
