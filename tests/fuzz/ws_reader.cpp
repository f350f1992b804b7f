// Any bytes, in any pieces, are the same messages as in one piece; and each message keeps what it promises.

#include "net/ws_reader.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include <simdjson.h>

#include "fuzz.hpp"

namespace {

using grtc::fuzz::require;
using grtc::net::WsEvent;
using grtc::net::WsReader;
using Kind = WsEvent::Kind;

struct Seen {
  Kind kind;
  std::string payload;
  std::uint16_t close_code;
  bool operator==(const Seen&) const = default;
};

bool ends(Kind kind) {
  return kind == Kind::violation || kind == Kind::close;
}

void check(const WsEvent& event, std::size_t max_message) {
  switch (event.kind) {
    case Kind::text:
      require(simdjson::validate_utf8(event.payload.data(), event.payload.size()), "a text message is UTF-8");
      [[fallthrough]];
    case Kind::binary:
      require(event.payload.size() <= max_message, "a message is within its bound");
      break;
    case Kind::close: {
      const grtc::net::CloseInfo close = grtc::net::read_close(event.payload);
      require(close.valid || close.code == 1002 || close.code == 1007, "a bad close frame says what to answer");
      [[fallthrough]];
    }
    case Kind::ping:
    case Kind::pong:
      require(event.payload.size() <= 125, "a control frame is small");
      break;
    case Kind::violation:
      require(event.close_code == 1002 || event.close_code == 1007 || event.close_code == 1009,
              "a violation has a close code");
      break;
    case Kind::need_more:
      break;
  }
}

/// Takes all messages out of `waiting`, as a connection does; what is not whole yet stays in it. True: nothing more
/// is to be read.
bool drain(WsReader& reader, std::string& waiting, std::size_t max_message, std::vector<Seen>& seen) {
  std::span<char> bytes(waiting);
  for (;;) {
    const WsEvent event = reader.next(bytes);
    check(event, max_message);
    if (event.kind == Kind::need_more) break;
    seen.push_back({event.kind, std::string(event.payload), event.close_code});
    if (ends(event.kind)) return true;
  }
  require(reader.wanted() > bytes.size(), "it wants more than there is");
  waiting.erase(0, waiting.size() - bytes.size());
  return false;
}

std::vector<Seen> read(std::string_view input, std::size_t max_message, grtc::fuzz::Pieces* pieces) {
  WsReader reader(max_message);
  std::vector<Seen> seen;
  std::string waiting;
  while (!input.empty()) {
    const std::size_t size = pieces == nullptr ? input.size() : pieces->next(input.size());
    waiting.append(input.substr(0, size));
    input.remove_prefix(size);
    if (drain(reader, waiting, max_message, seen)) break;
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  grtc::fuzz::Choices choices(grtc::fuzz::text_of(data, size));
  const std::size_t max_message = 16 + choices.next(256) * 8;
  grtc::fuzz::Pieces pieces(choices.next(256));
  const std::string_view input = choices.rest();
  require(read(input, max_message, nullptr) == read(input, max_message, &pieces), "pieces don't change the messages");
  return 0;
}
