#include "signalling/peerjs_frames.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "core/json_scan.hpp"
#include "net/ws_codec.hpp"

namespace grtc::signalling {
namespace {

struct Word {
  std::string_view type;
  PeerjsKind kind;
};
constexpr std::array kWords{
    Word{"CANDIDATE", PeerjsKind::signal}, Word{"OFFER", PeerjsKind::signal},        Word{"ANSWER", PeerjsKind::signal},
    Word{"LEAVE", PeerjsKind::note},       Word{"HEARTBEAT", PeerjsKind::heartbeat}, Word{"EXPIRE", PeerjsKind::note},
};

/// One text frame of several pieces.
core::SharedFrame framed(std::initializer_list<std::string_view> pieces) {
  std::size_t size = 0;
  for (const std::string_view piece : pieces) size += piece.size();
  core::SharedFrame frame(net::server_header_size(size) + size);
  char* out = net::write_server_header(frame.writable().data(), net::Opcode::text, size);
  for (const std::string_view piece : pieces) out = std::copy(piece.begin(), piece.end(), out);
  return frame;
}

}  // namespace

ObjectFault read_peerjs(std::string_view text, PeerjsFrame& out) {
  out = {};
  std::string_view type;
  std::string_view dst;
  const ObjectFault fault = each_member(text, [&](const Member& member) {
    if (member.name == "type") type = member.value;
    if (member.name == "dst") dst = member.value;
    if (member.name == "payload") out.payload = member.value;
  });
  if (fault != ObjectFault::none) return fault;
  const std::string word = string_of(type).value_or(std::string());
  const auto known = std::find_if(kWords.begin(), kWords.end(), [&](const Word& each) { return each.type == word; });
  if (known == kWords.end()) return ObjectFault::none;
  out.type = known->type;
  out.dst = string_of(dst).value_or(std::string());
  out.kind = known->kind;
  if (!out.dst.empty() || out.kind == PeerjsKind::heartbeat) return ObjectFault::none;
  // No receiver: what upstream takes for none, and so do its clients.
  const bool none = dst.empty() || dst == "null" || dst == "\"\"" || dst == "false" || dst == "0";
  out.kind = none && out.type == "LEAVE" ? PeerjsKind::leave : PeerjsKind::ignored;
  return ObjectFault::none;
}

core::SharedFrame peerjs_relay(std::string_view type, std::string_view src, std::string_view dst,
                               std::string_view payload) {
  std::string head;
  head.reserve(64 + src.size() + dst.size());
  head.append(R"({"type":")").append(type).append(R"(","src":)");
  core::append_json_string(head, src);
  head += R"(,"dst":)";
  core::append_json_string(head, dst);
  if (payload.empty()) return framed({head, "}"});
  return framed({head, R"(,"payload":)", payload, "}"});
}

core::SharedFrame peerjs_expire(std::string_view src, std::string_view dst) {
  return peerjs_relay("EXPIRE", src, dst, {});
}

std::string peerjs_error(std::string_view sentence) {
  std::string text = R"({"type":"ERROR","payload":{"msg":)";
  core::append_json_string(text, sentence);
  return text + "}}";
}

}  // namespace grtc::signalling
