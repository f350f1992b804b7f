// The frames of PeerJS, y-webrtc and Trystero clients: what is read is JSON, and what goes out of it is one JSON object
// that says the same.

#include <string>

#include "core/json_scan.hpp"
#include "fuzz.hpp"
#include "net/utf8.hpp"
#include "signalling/peerjs_frames.hpp"
#include "signalling/trystero_dialect.hpp"
#include "signalling/yjs_dialect.hpp"

namespace {

using namespace grtc::signalling;
using grtc::fuzz::require;

bool is_json(std::string_view text) {
  return grtc::core::json_check(text, kMaxDepth) == grtc::core::JsonError::none;
}

/// Without the WebSocket header.
std::string_view text_of(const grtc::core::SharedFrame& frame) {
  const std::string_view bytes = frame.view();
  const auto length = static_cast<unsigned char>(bytes[1]);
  return bytes.substr(length < 126 ? 2 : length == 126 ? 4 : 10);
}

void peerjs(std::string_view text) {
  PeerjsFrame frame;
  const ObjectFault fault = read_peerjs(text, frame);
  require((fault == ObjectFault::none || fault == ObjectFault::not_object) == is_json(text), "what is read is JSON");
  if (fault != ObjectFault::none || frame.dst.empty()) return;
  const auto relayed = peerjs_relay(frame.type, "somebody \"else\"", frame.dst, frame.payload);
  require(is_json(text_of(relayed)), "what is relayed is JSON");
  PeerjsFrame again;
  require(read_peerjs(text_of(relayed), again) == ObjectFault::none, "and an object");
  require(again.kind == frame.kind && again.dst == frame.dst && again.payload == frame.payload, "that says the same");
}

void topic(const TopicDialect& dialect, std::string_view text) {
  TopicCall call;
  const ObjectFault fault = dialect.read(text, call);
  require((fault == ObjectFault::none || fault == ObjectFault::not_object) == is_json(text), "what is read is JSON");
  if (fault != ObjectFault::none || call.kind != TopicCall::Kind::publish) return;
  require(call.topics.size() == 1, "a publication has one topic");
  const std::string out = dialect.finish(call.text, 30);
  require(is_json(out), "what is published is JSON");
  std::string named;
  const ObjectFault read = each_member(out, [&](const Member& member) {
    if (member.name == "topic") named = string_of(member.value).value_or(std::string());
    require(member.name != "clients" || member.value == "30", "the count is ours");
  });
  require(read == ObjectFault::none && named == call.topics.front(), "to the same topic");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = grtc::fuzz::text_of(data, size);
  grtc::net::Utf8Check utf8;
  if (!utf8.feed(text) || !utf8.complete()) return 0;  // the connection checks it before
  peerjs(text);
  topic(YjsDialect(true), text);
  topic(TrysteroDialect(), text);
  return 0;
}
