#include "signalling/grtc_frames.hpp"

#include <array>
#include <charconv>
#include <cstring>

#include <fmt/format.h>

#include "core/json_scan.hpp"
#include "core/rfc3339.hpp"
#include "net/ws_codec.hpp"

namespace grtc::signalling {
namespace {

std::string_view reason_name(core::LeaveReason reason) {
  static constexpr std::array<std::string_view, 4> kNames{"left", "timeout", "removed", "replaced"};
  return kNames[static_cast<std::size_t>(reason)];
}

core::SharedFrame peer_event(std::string_view type, const core::Session& who, const core::SeqText& seq) {
  std::string text = R"({"type":")";
  text.append(type).append(R"(","peer":)");
  append_peer(text, who);
  text.append(R"(,"seq":")").append(seq.view()).append("\"}");
  return text_frame(text);
}

}  // namespace

void append_peer(std::string& out, const PeerView& peer) {
  out.append(R"({"peer_id":)");
  core::append_json_string(out, peer.peer_id);
  out.append(R"(,"name":)");
  core::append_json_string(out, peer.name);
  out.append(R"(,"meta":)").append(peer.meta);
  out.append(R"(,"connected":)").append(peer.connected ? "true" : "false");
  out.append(R"(,"joined_at":")");
  core::append_rfc3339(out, peer.joined_at);
  out.append("\"}");
}

void append_peer(std::string& out, const core::Session& peer) {
  append_peer(out, {peer.peer_id(), peer.name(), peer.meta(), peer.connected(), peer.joined_at()});
}

std::string relay_stamp(std::string_view peer_id) {
  std::string stamp = R"({"from":)";
  core::append_json_string(stamp, peer_id);
  stamp.append(R"(,"seq":")");
  return stamp;
}

core::SharedFrame relay_frame(std::string_view stamp, const core::SeqText& seq,
                              std::span<const std::string_view> members) {
  std::size_t payload = stamp.size() + seq.view().size() + 3;  // `",` behind the seq, `}` at the end
  for (const std::string_view slice : members) payload += slice.size();
  core::SharedFrame frame(net::server_header_size(payload) + payload);
  char* out = net::write_server_header(frame.writable().data(), net::Opcode::text, payload);
  const auto put = [&out](std::string_view bytes) {
    std::memcpy(out, bytes.data(), bytes.size());
    out += bytes.size();
  };
  put(stamp);
  put(seq.view());
  put("\",");
  for (const std::string_view slice : members) put(slice);
  put("}");
  return frame;
}

std::string error_text(core::Code code, std::string_view sentence, const ErrorContext& context) {
  std::string text = R"({"type":"error","code":")";
  text.append(core::row_of(code).name).append(R"(","message":)");
  core::append_json_string(text, sentence);
  if (context.ref != 0) text.append(R"(,"ref":)").append(std::to_string(context.ref));
  if (!context.to.empty()) {
    text.append(R"(,"to":)");
    core::append_json_string(text, context.to);
  }
  if (context.seq) text.append(R"(,"seq":")").append(context.seq->view()).append("\"");
  text += '}';
  return text;
}

std::string welcome_text(std::string_view room, const core::Session& self, std::string_view peers,
                         const WelcomeFacts& facts) {
  std::string text = R"({"type":"welcome","room":)";
  core::append_json_string(text, room);
  text.append(R"(,"peer_id":)");
  core::append_json_string(text, self.peer_id());
  text.append(fmt::format(
      R"(,"session":"{}","resumed":{},"received":{},"seq":"{}","resume_window_s":{},"heartbeat_s":{},"max_message_bytes":{})",
      self.token(), facts.resumed, self.received(), facts.seq.view(), facts.resume_window_s, facts.heartbeat_s,
      facts.max_message_bytes));
  text.append(R"(,"peers":[)").append(peers);
  text.append(R"(],"ice_servers":)").append(facts.ice_servers);
  text.append(R"(,"server":{"name":"gRTC","version":)");
  core::append_json_string(text, facts.version);
  text.append(R"(,"instance":)");
  core::append_json_string(text, facts.instance);
  text.append("}}");
  return text;
}

core::SharedFrame text_frame(std::string_view text) {
  core::SharedFrame frame(net::server_header_size(text.size()) + text.size());
  char* out = net::write_server_header(frame.writable().data(), net::Opcode::text, text.size());
  std::memcpy(out, text.data(), text.size());
  return frame;
}

core::SharedFrame GrtcEncoder::joined(const core::Session& who, const core::SeqText& seq) const {
  return peer_event("peer-joined", who, seq);
}

core::SharedFrame GrtcEncoder::updated(const core::Session& who, const core::SeqText& seq) const {
  return peer_event("peer-updated", who, seq);
}

core::SharedFrame GrtcEncoder::left(const core::Session& who, core::LeaveReason reason,
                                    const core::SeqText& seq) const {
  std::string text = R"({"type":"peer-left","peer_id":)";
  core::append_json_string(text, who.peer_id());
  text.append(R"(,"reason":")").append(reason_name(reason));
  text.append(R"(","seq":")").append(seq.view()).append("\"}");
  return text_frame(text);
}

}  // namespace grtc::signalling
