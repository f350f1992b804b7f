// A request in any pieces is the same request as in one, or is none in both. When a bad one is refused may differ:
// fewer than five bytes of a chunk are waited on.

#include <vector>

#include "fuzz.hpp"
#include "http/request_parser.hpp"

namespace {

using grtc::fuzz::require;
using grtc::http::RequestParser;
using Step = RequestParser::Step;

constexpr std::uint64_t kMaxBody = 1024;

struct Seen {
  bool whole = false;
  bool refused = false;
  std::size_t eaten = 0;
  std::string text;  ///< method, target, headers, body
  bool operator==(const Seen&) const = default;
};

void describe(RequestParser& parser, Seen& seen) {
  grtc::http::Request& request = parser.request();
  seen.text.append(grtc::http::name_of(request.method)).append(" ").append(request.target).append("\n");
  for (const auto& header : request.headers) {
    require(header.value.find_first_of("\r\n") == std::string::npos, "a header is one line");
    seen.text.append(header.name).append(": ").append(header.value).append("\n");
  }
  require(request.body.size() <= kMaxBody, "the body is within its bound");
  seen.text.append("\n").append(request.body);
}

Seen read(std::string_view input, grtc::fuzz::Pieces* pieces) {
  const auto parser = RequestParser::make(kMaxBody);
  Seen seen;
  std::string waiting;
  bool ended = false;
  while (!ended) {
    if (input.empty()) break;
    const std::size_t size = pieces == nullptr ? input.size() : pieces->next(input.size());
    waiting.append(input.substr(0, size));
    input.remove_prefix(size);
    for (;;) {
      const auto [bytes, step] = parser->eat(waiting);
      require(bytes <= waiting.size(), "it eats what there is");
      waiting.erase(0, bytes);
      seen.eaten += bytes;
      seen.whole = step == Step::whole;
      seen.refused = step == Step::refused;
      ended = seen.whole || seen.refused;
      if (ended || step == Step::need_more) break;
    }
  }
  if (seen.refused) require(!parser->problem().sentence.empty(), "a refusal says why");
  if (seen.whole) describe(*parser, seen);
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  grtc::fuzz::Choices choices(grtc::fuzz::text_of(data, size));
  grtc::fuzz::Pieces pieces(choices.next(256));
  const Seen in_one = read(choices.rest(), nullptr);
  const Seen in_pieces = read(choices.rest(), &pieces);
  require(in_one.whole == in_pieces.whole, "pieces don't change the outcome");
  if (in_one.whole) require(in_one == in_pieces, "pieces don't change the request");
  return 0;
}
