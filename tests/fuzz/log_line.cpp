// Whatever a client sends, a log line stays one line of printable UTF-8, and in JSON one object that a parser reads.

#include "ops/log_line.hpp"

#include <algorithm>

#include <simdjson.h>

#include "fuzz.hpp"

namespace {

using grtc::fuzz::require;
using grtc::ops::Level;
using grtc::ops::Log;

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = grtc::fuzz::text_of(data, size);
  for (const Log::Format format : {Log::Format::text, Log::Format::json}) {
    const std::string line =
        grtc::ops::log_line(format, {}, Level::info, "one", "peer joined",
                            {{"room", input}, {"peer_id", input.substr(input.size() / 2)}, {"n", 7}});
    require(line.size() < grtc::ops::kMaxLogLine, "a line is bounded");
    require(simdjson::validate_utf8(line), "a line is UTF-8");
    require(std::none_of(line.begin(), line.end(), is_control), "a line has no control characters");
    if (format != Log::Format::json) continue;
    simdjson::dom::parser parser;
    simdjson::dom::element whole;
    require(parser.parse(line).get(whole) == simdjson::SUCCESS && whole.is_object(), "a JSON line is an object");
  }
  return 0;
}
