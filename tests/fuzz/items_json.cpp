// The items' JSON: it is taken exactly when simdjson's DOM takes it and it is
// within its bounds, and its text comes back as it was but for white space.

#include <simdjson.h>

#include "fuzz.hpp"
#include "items/json_value.hpp"
#include "json_reference.hpp"

namespace {

using grtc::core::Code;
using grtc::fuzz::require;
using grtc::items::JsonBounds;
using grtc::items::parse_json;

std::string minified(std::string_view text) {
  std::string out(text.size() + simdjson::SIMDJSON_PADDING, '\0');
  std::size_t size = 0;
  require(simdjson::minify(text.data(), text.size(), out.data(), size) == simdjson::SUCCESS, "JSON can be minified");
  out.resize(size);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(grtc::fuzz::text_of(data, size));
  const JsonBounds bounds;
  const auto value = parse_json(text, bounds);

  const grtc::fuzz::Plain plain(text, grtc::fuzz::Plain::Surrogates::keep);
  simdjson::dom::parser parser;
  simdjson::dom::element whole;
  const bool is_json = simdjson::validate_utf8(text) && parser.parse(plain.text()).get(whole) == simdjson::SUCCESS;
  if (!value) {
    const Code code = value.error().code;
    require(code == Code::bad_json || code == Code::too_deep || code == Code::unprocessable,
            "it is refused for a reason");
    if (code == Code::too_deep) require(plain.deepest() > bounds.depth, "what is refused as too deep is");
    if (code == Code::bad_json) require(!is_json, "what is JSON is not refused as none");
    return 0;
  }
  require(is_json, "what is taken is JSON");
  require(plain.deepest() <= bounds.depth, "what is taken is within its depth");
  const std::string kept = grtc::items::to_text(*value);
  require(kept == minified(text), "the text is kept");
  return 0;
}
