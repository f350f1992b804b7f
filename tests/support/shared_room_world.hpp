#pragma once
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/shared_room.hpp"
#include "support/room_world.hpp"

/// A shared room over a log that the test speaks for.
namespace grtc::test {

class PlainSharedEncoder final : public core::SharedEncoder {
 public:
  core::SharedFrame joined(const core::Session& who, const core::SeqText& seq) const override {
    return plain_.joined(who, seq);
  }
  core::SharedFrame updated(const core::Session& who, const core::SeqText& seq) const override {
    return plain_.updated(who, seq);
  }
  core::SharedFrame left(const core::Session& who, core::LeaveReason reason, const core::SeqText& seq) const override {
    return plain_.left(who, reason, seq);
  }
  core::SharedFrame message(std::string_view from, const core::SeqText& seq, std::string_view members) const override {
    const bool ahead = seq.view().size() > core::SeqText::kDigits;
    return PlainEncoder::say(std::string(from) + ": " + std::string(members) + (ahead ? " (ahead)" : ""));
  }
  core::SharedFrame told(std::string_view text, const core::SeqText&) const override {
    return PlainEncoder::say(std::string(text));
  }
  std::string complaint(core::Code code, std::string_view, std::uint64_t, std::string_view to) const override {
    return "error " + std::string(core::row_of(code).name) + (to.empty() ? "" : " ") + std::string(to);
  }

 private:
  PlainEncoder plain_;
};

/// A log that does nothing by itself: the test says what becomes of an operation, and when.
class FakeJournal final : public core::RoomJournal {
 public:
  struct Asked {
    core::Operation::Kind kind;
    std::uint64_t number;
    std::string attachment;
    std::string fact;
  };
  void carry_out(core::SharedRoom&, const core::Operation& what) override {
    asked.push_back({what.kind, what.number, what.attachment, what.fact});
  }
  void hold_back(core::SharedRoom&) override { ++held_back; }
  void read_all(core::SharedRoom&) override { ++reads; }
  void read_after(core::SharedRoom&, core::Seq after) override { read_from = after; }
  void attached(core::SharedRoom&, const core::Session&) override {}
  void whisper(core::SharedRoom&, std::string_view text) override { whispers.emplace_back(text); }

  std::vector<Asked> asked;
  std::vector<std::string> whispers;
  int reads = 0;
  int held_back = 0;
  core::Seq read_from = 0;
};

class SharedRoomTest : public testing::Test {
 protected:
  SharedRoomTest() {
    options_.limits.max_peers = 10;
    options_.limits.queue = {1000, 1 << 20};
    options_.limits.resume_window = std::chrono::seconds(15);
    options_.limits.probe_window = std::chrono::seconds(2);
    options_.origin = "here";
    options_.held = {5, 1 << 20};
    room_.emplace("room", options_, encoder_, journal_, 0);
    room_->listening();
    room_->opened({}, now_);
  }

  void ask_in(const std::string& peer_id, FakeClient& client) {
    core::JoinRequest request;
    request.peer_id = peer_id;
    request.fresh_token = "token of " + peer_id;
    request.outlet = &client;
    room_->join(std::move(request), now_);
  }
  /// The log carries out what was asked last, and is heard of.
  void carry_out(core::Answer::Outcome outcome = core::Answer::Outcome::done) {
    const FakeJournal::Asked what = journal_.asked.back();
    const core::Seq position = ++position_;
    room_->apply(position, what.fact, now_);
    answer(what, outcome, position);
  }
  void answer(const FakeJournal::Asked& what, core::Answer::Outcome outcome, core::Seq position) {
    core::Answer answer;
    answer.outcome = outcome;
    answer.position = position;
    answer.peer_id = std::string(core::read_fact(what.fact)->peer);
    if (outcome == core::Answer::Outcome::joined) answer.generation = "this";
    room_->answered(what.number, std::move(answer), now_);
  }
  void let_in(const std::string& peer_id, FakeClient& client) {
    ask_in(peer_id, client);
    carry_out(core::Answer::Outcome::joined);
    ASSERT_NE(client.session, nullptr);
    client.read();
  }
  void say(FakeClient& from, std::string_view text, std::uint64_t id = 0) {
    room_->relay(*from.session, {&text, 1}, {}, id);
  }

  core::SharedRoomOptions options_;
  PlainSharedEncoder encoder_;
  FakeJournal journal_;
  std::optional<core::SharedRoom> room_;
  core::TimePoint now_{};
  core::Seq position_ = 100;
};

}  // namespace grtc::test
