#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/room.hpp"

/// A room on a virtual clock with clients that are not sockets: what they see is what was written to them.
namespace grtc::test {

using namespace std::chrono_literals;

/// Words short enough to compare: "joined bob", "updated bob away", "left bob timeout", each behind its seq.
class PlainEncoder final : public core::EventEncoder {
 public:
  core::SharedFrame joined(const core::Session& who, const core::SeqText&) const override {
    return say("joined " + who.peer_id());
  }
  core::SharedFrame updated(const core::Session& who, const core::SeqText&) const override {
    return say("updated " + who.peer_id() + (who.connected() ? "" : " away") +
               (who.name().empty() ? "" : " " + who.name()));
  }
  core::SharedFrame left(const core::Session& who, core::LeaveReason reason, const core::SeqText&) const override {
    static constexpr std::string_view kReasons[] = {"left", "timeout", "removed", "replaced"};
    return say("left " + who.peer_id() + " " + std::string(kReasons[static_cast<std::size_t>(reason)]));
  }
  static core::SharedFrame say(const std::string& text) { return core::SharedFrame::copy_of(text); }
};

/// One connection. read() is what a flush would write.
class FakeClient final : public core::Outlet {
 public:
  void events_waiting() override { ++wakes; }
  void probe() override { ++probes; }
  void admitted(core::Session& to, bool /*resumed*/) override { session = &to; }
  void dismissed(const core::Problem& why) override {
    dismissal = why.code;
    session = nullptr;
  }

  struct Seen {
    core::Seq seq;
    std::string text;
  };
  /// Takes up to `most` waiting events, as a socket would.
  std::vector<Seen> read_events(std::size_t most = SIZE_MAX) {
    std::vector<Seen> seen;
    if (session == nullptr) return seen;
    core::EventLog& log = session->log();
    while (log.unwritten() > 0 && seen.size() < most) {
      const std::string text(log.unwritten_at(0).view());
      log.mark_written(1);
      seen.push_back({log.last_written(), text});
    }
    return seen;
  }
  std::vector<std::string> read() {
    std::vector<std::string> texts;
    for (auto& event : read_events()) texts.push_back(std::move(event.text));
    return texts;
  }

  core::Session* session = nullptr;
  std::optional<core::Code> dismissal;
  int wakes = 0;
  int probes = 0;
};

struct RoomWorld {
  core::RoomLimits limits{.max_peers = 1000, .queue = {1000, 1 << 20}, .resume_window = 15s, .probe_window = 2s};
  PlainEncoder encoder;
  core::TimePoint now{};
  core::Room room{"room", limits, encoder};
  int tokens = 0;

  core::JoinRequest request(const std::string& peer_id, FakeClient& client) {
    core::JoinRequest asked;
    asked.peer_id = peer_id;
    asked.fresh_token = "token-" + std::to_string(++tokens);
    asked.outlet = &client;
    return asked;
  }
  /// Joins anew and drops what was told of it, so that a test begins with silence.
  std::unique_ptr<FakeClient> join(const std::string& peer_id) {
    auto client = std::make_unique<FakeClient>();
    const auto outcome = room.join(request(peer_id, *client), now);
    if (const auto* joined = std::get_if<core::Joined>(&outcome)) client->session = joined->session;
    return client;
  }
  core::JoinOutcome resume(const std::string& peer_id, const std::string& token, std::optional<core::Seq> seen,
                           FakeClient& client) {
    core::JoinRequest asked = request(peer_id, client);
    asked.resume = core::ResumeClaim{token, std::nullopt};
    if (seen) asked.resume->seen = core::Position{*seen};
    auto outcome = room.join(std::move(asked), now);
    const auto* joined = std::get_if<core::Joined>(&outcome);
    if (joined != nullptr && !client.dismissal) client.session = joined->session;
    return outcome;
  }
  core::Seq broadcast(const FakeClient* from, const std::string& text) {
    const core::Seq seq = room.next_seq();
    room.broadcast(from == nullptr ? nullptr : from->session, seq, PlainEncoder::say(text), now);
    return seq;
  }
  void pass(std::chrono::milliseconds time) {
    now += time;
    room.expire(now);
  }
};

}  // namespace grtc::test
