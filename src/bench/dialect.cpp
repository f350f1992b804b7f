#include "bench/dialect.hpp"

#include <charconv>

#include "signalling/members.hpp"

namespace grtc::bench {
namespace {

using signalling::each_member;
using signalling::Member;
using signalling::ObjectFault;
using signalling::string_of;

std::uint64_t number_of(std::string_view value) {
  std::uint64_t number = 0;
  std::from_chars(value.data(), value.data() + value.size(), number);
  return number;
}

std::string text_of(std::string_view value) {
  return string_of(value).value_or(std::string());
}

class Grtc final : public Dialect {
 public:
  [[nodiscard]] std::string path(const Seat& seat, const std::string& session, const std::string& seq) const override {
    std::string path = "/ws/" + seat.room + "?peer_id=" + seat.name;
    if (!session.empty()) path += "&session=" + session;
    if (!seq.empty()) path += "&seq=" + seq;
    return path;
  }
  [[nodiscard]] std::string_view subprotocol() const override { return "grtc.v1"; }
  [[nodiscard]] std::string greeting(const Seat& /*seat*/) const override { return {}; }
  [[nodiscard]] std::string message(const Note& note, const Seat& /*from*/, const Seat& to, std::uint64_t id,
                                    std::string_view padding) const override {
    return R"({"type":"bench","to":")" + to.name + R"(","id":)" + std::to_string(id) + R"(,"note":)" +
           note_json(note, padding) + "}";
  }
  [[nodiscard]] Heard read(std::string_view text) const override {
    Heard heard;
    std::string type;
    std::string code;
    const ObjectFault fault = each_member(text, [&](const Member& member) {
      if (member.name == "type") type = text_of(member.value);
      if (member.name == "session") heard.session = text_of(member.value);
      if (member.name == "seq") heard.seq = text_of(member.value);
      if (member.name == "resumed") heard.resumed = member.value == "true";
      if (member.name == "received") heard.received = number_of(member.value);
      if (member.name == "code") code = text_of(member.value);
      if (member.name == "note") heard.note = read_note(member.value);
    });
    heard.joined = fault == ObjectFault::none && type == "welcome";
    heard.refused = type == "error" && code != "unknown-peer";
    if (type != "bench") heard.note.reset();
    return heard;
  }
  [[nodiscard]] bool survives_cuts() const override { return true; }
  [[nodiscard]] bool acknowledges() const override { return true; }
};

class Peerjs final : public Dialect {
 public:
  [[nodiscard]] std::string path(const Seat& seat, const std::string& /*session*/,
                                 const std::string& /*seq*/) const override {
    return "/peerjs?key=peerjs&id=" + seat.name + "&token=" + seat.token;
  }
  [[nodiscard]] std::string greeting(const Seat& /*seat*/) const override { return {}; }
  [[nodiscard]] std::string message(const Note& note, const Seat& /*from*/, const Seat& to, std::uint64_t /*id*/,
                                    std::string_view padding) const override {
    return R"({"type":"CANDIDATE","dst":")" + to.name + R"(","payload":)" + note_json(note, padding) + "}";
  }
  [[nodiscard]] Heard read(std::string_view text) const override {
    Heard heard;
    std::string type;
    const ObjectFault fault = each_member(text, [&](const Member& member) {
      if (member.name == "type") type = text_of(member.value);
      if (member.name == "payload") heard.note = read_note(member.value);
    });
    heard.joined = heard.resumed = fault == ObjectFault::none && type == "OPEN";
    heard.refused = type == "ERROR" || type == "ID-TAKEN";
    return heard;
  }
  [[nodiscard]] bool survives_cuts() const override { return true; }
};

/// A topic is for all; the note says for whom it is.
class YWebrtc final : public Dialect {
 public:
  [[nodiscard]] std::string path(const Seat& /*seat*/, const std::string& /*session*/,
                                 const std::string& /*seq*/) const override {
    return "/y-webrtc";
  }
  [[nodiscard]] std::string greeting(const Seat& seat) const override {
    // What it publishes comes back to it: then it is subscribed, wherever the topic lives.
    return R"({"type":"subscribe","topics":[")" + seat.room + "\"]}\n" + R"({"type":"publish","topic":")" + seat.room +
           R"(","data":{"type":"announce","from":")" + seat.name + "\"}}";
  }
  [[nodiscard]] std::string message(const Note& note, const Seat& from, const Seat& to, std::uint64_t /*id*/,
                                    std::string_view padding) const override {
    return R"({"type":"publish","topic":")" + from.room + R"(","data":{"type":"signal","from":")" + from.name +
           R"(","to":")" + to.name + R"(","note":)" + note_json(note, padding) + "}}";
  }
  [[nodiscard]] Heard read(std::string_view text) const override {
    Heard heard;
    std::string type;
    std::string_view data;
    const ObjectFault fault = each_member(text, [&](const Member& member) {
      if (member.name == "type") type = text_of(member.value);
      if (member.name == "data") data = member.value;
    });
    heard.refused = type == "error";
    if (fault != ObjectFault::none || !data.starts_with('{')) return heard;
    std::string what;
    const ObjectFault inner = each_member(data, [&](const Member& member) {
      if (member.name == "type") what = text_of(member.value);
      if (member.name == "note") heard.note = read_note(member.value);
      if (member.name == "from") heard.name = text_of(member.value);
    });
    heard.joined = inner == ObjectFault::none && what == "announce";
    return heard;
  }
  [[nodiscard]] bool survives_cuts() const override { return false; }
};

}  // namespace

std::unique_ptr<Dialect> Dialect::by_name(std::string_view name) {
  if (name == "grtc") return std::make_unique<Grtc>();
  if (name == "peerjs") return std::make_unique<Peerjs>();
  if (name == "y-webrtc") return std::make_unique<YWebrtc>();
  return nullptr;
}

std::string note_json(const Note& note, std::string_view padding) {
  std::string json = R"({"b":[)" + std::to_string(note.from.seat) + "," + std::to_string(note.from.stay) + "," +
                     std::to_string(note.to.seat) + "," + std::to_string(note.to.stay) + "," +
                     std::to_string(note.number) + "," + std::to_string(note.due_us) + "]";
  if (!padding.empty()) json.append(R"(,"pad":")").append(padding).append(1, '"');
  return json + "}";
}

std::optional<Note> read_note(std::string_view json) {
  static constexpr std::string_view kStart = R"({"b":[)";
  if (!json.starts_with(kStart)) return std::nullopt;
  json.remove_prefix(kStart.size());
  std::uint64_t numbers[6] = {};
  for (std::uint64_t& number : numbers) {
    const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), number);
    if (error != std::errc()) return std::nullopt;
    json.remove_prefix(static_cast<std::size_t>(end - json.data()));
    if (json.empty() || (json.front() != ',' && json.front() != ']')) return std::nullopt;
    json.remove_prefix(1);
  }
  const auto small = [](std::uint64_t number) { return static_cast<std::uint32_t>(number); };
  return Note{{small(numbers[0]), small(numbers[1])}, {small(numbers[2]), small(numbers[3])}, numbers[4], numbers[5]};
}

}  // namespace grtc::bench
