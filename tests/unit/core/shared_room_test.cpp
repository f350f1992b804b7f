#include "core/shared_room.hpp"

#include <gtest/gtest.h>

#include "support/room_world.hpp"

namespace grtc::core {
namespace {

using test::FakeClient;
using test::PlainEncoder;

class PlainSharedEncoder final : public SharedEncoder {
 public:
  SharedFrame joined(const Session& who, const SeqText& seq) const override { return plain_.joined(who, seq); }
  SharedFrame updated(const Session& who, const SeqText& seq) const override { return plain_.updated(who, seq); }
  SharedFrame left(const Session& who, LeaveReason reason, const SeqText& seq) const override {
    return plain_.left(who, reason, seq);
  }
  SharedFrame message(std::string_view from, const SeqText& seq, std::string_view members) const override {
    const bool ahead = seq.view().size() > SeqText::kDigits;
    return PlainEncoder::say(std::string(from) + ": " + std::string(members) + (ahead ? " (ahead)" : ""));
  }
  SharedFrame told(std::string_view text, const SeqText&) const override {
    return PlainEncoder::say(std::string(text));
  }
  std::string complaint(Code code, std::string_view, std::uint64_t, std::string_view to) const override {
    return "error " + std::string(row_of(code).name) + (to.empty() ? "" : " ") + std::string(to);
  }

 private:
  PlainEncoder plain_;
};

/// A log that does nothing by itself: the test says what becomes of an operation, and when.
class FakeJournal final : public RoomJournal {
 public:
  struct Asked {
    Operation::Kind kind;
    std::uint64_t number;
    std::string attachment;
    std::string fact;
  };
  void carry_out(SharedRoom&, const Operation& what) override {
    asked.push_back({what.kind, what.number, what.attachment, what.fact});
  }
  void hold_back(SharedRoom&) override { ++held_back; }
  void read_all(SharedRoom&) override { ++reads; }
  void read_after(SharedRoom&, Seq after) override { read_from = after; }
  void attached(SharedRoom&, const Session&) override {}
  void whisper(SharedRoom&, std::string_view text) override { whispers.emplace_back(text); }

  std::vector<Asked> asked;
  std::vector<std::string> whispers;
  int reads = 0;
  int held_back = 0;
  Seq read_from = 0;
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
    JoinRequest request;
    request.peer_id = peer_id;
    request.fresh_token = "token of " + peer_id;
    request.outlet = &client;
    room_->join(std::move(request), now_);
  }
  /// The log carries out what was asked last, and is heard of.
  void carry_out(Answer::Outcome outcome = Answer::Outcome::done) {
    const FakeJournal::Asked what = journal_.asked.back();
    const Seq position = ++position_;
    room_->apply(position, what.fact, now_);
    answer(what, outcome, position);
  }
  void answer(const FakeJournal::Asked& what, Answer::Outcome outcome, Seq position) {
    Answer answer;
    answer.outcome = outcome;
    answer.position = position;
    answer.peer_id = std::string(read_fact(what.fact)->peer);
    if (outcome == Answer::Outcome::joined) answer.generation = "this";
    room_->answered(what.number, std::move(answer), now_);
  }
  void let_in(const std::string& peer_id, FakeClient& client) {
    ask_in(peer_id, client);
    carry_out(Answer::Outcome::joined);
    ASSERT_NE(client.session, nullptr);
    client.read();
  }
  void say(FakeClient& from, std::string_view text, std::uint64_t id = 0) {
    room_->relay(*from.session, {&text, 1}, {}, id);
  }

  SharedRoomOptions options_;
  PlainSharedEncoder encoder_;
  FakeJournal journal_;
  std::optional<SharedRoom> room_;
  TimePoint now_{};
  Seq position_ = 100;
};

using Lines = std::vector<std::string>;

TEST_F(SharedRoomTest, LetsInWhenTheLogHasSaidAndAnsweredIt) {
  FakeClient ana;
  ask_in("ana", ana);
  const auto asked = journal_.asked.back();
  answer(asked, Answer::Outcome::joined, 101);
  EXPECT_EQ(ana.session, nullptr) << "not before the fact, or what follows it could be missed";
  room_->apply(101, asked.fact, now_);
  ASSERT_NE(ana.session, nullptr);
  EXPECT_EQ(ana.session->token(), "token of ana");
}

TEST_F(SharedRoomTest, TellsAMessageWhenTheLogHasIt) {
  FakeClient ana;
  FakeClient ben;
  let_in("ana", ana);
  let_in("ben", ben);
  say(ana, "hi");
  EXPECT_EQ(ben.read(), Lines{});
  carry_out();
  EXPECT_EQ(ben.read(), Lines{"ana: hi"});
  EXPECT_EQ(room_->held(), 0U);
}

TEST_F(SharedRoomTest, TellsAtOnceWhileTheLogIsOutOfReachAndNotAgainAfterwards) {
  FakeClient ana;
  FakeClient ben;
  let_in("ana", ana);
  let_in("ben", ben);
  say(ana, "before");  // asked, and perhaps carried out: nobody knows
  room_->unreachable(now_);
  EXPECT_EQ(ben.read(), Lines{"ana: before (ahead)"});
  say(ana, "during");
  EXPECT_EQ(ben.read(), Lines{"ana: during (ahead)"});

  const std::size_t asked_before = journal_.asked.size();
  room_->reachable();
  ASSERT_EQ(journal_.asked.size(), asked_before + 2) << "both are asked again, in their order";
  const auto first = journal_.asked[asked_before];
  const auto second = journal_.asked[asked_before + 1];
  EXPECT_LT(first.number, second.number);
  answer(first, Answer::Outcome::nothing, 0);  // it had been carried out
  room_->apply(++position_, first.fact, now_);
  room_->apply(++position_, second.fact, now_);
  answer(second, Answer::Outcome::done, position_);
  EXPECT_EQ(ben.read(), Lines{});
  EXPECT_EQ(room_->held(), 0U);
  say(ana, "after");
  carry_out();
  EXPECT_EQ(ben.read(), Lines{"ana: after"});
}

TEST_F(SharedRoomTest, DoesNotTellAheadWhatTheLogHasSaidAlready) {
  FakeClient ana;
  FakeClient ben;
  let_in("ana", ana);
  let_in("ben", ben);
  say(ana, "once");
  room_->apply(++position_, journal_.asked.back().fact, now_);
  EXPECT_EQ(ben.read(), Lines{"ana: once"});
  room_->unreachable(now_);  // the answer is lost, and it is asked again
  EXPECT_EQ(ben.read(), Lines{});
  room_->reachable();
  answer(journal_.asked.back(), Answer::Outcome::nothing, 0);
  EXPECT_EQ(room_->held(), 0U);
}

TEST_F(SharedRoomTest, GivesANewcomerWhatTheOthersWereToldAhead) {
  FakeClient ana;
  FakeClient ben;
  let_in("ana", ana);
  let_in("ben", ben);
  room_->unreachable(now_);
  say(ana, "ahead");
  room_->reachable();
  const auto held = journal_.asked.back();
  FakeClient eva;
  ask_in("eva", eva);
  // Redis took the join first: it stands before what was told ahead.
  carry_out(Answer::Outcome::joined);
  room_->apply(++position_, held.fact, now_);
  EXPECT_EQ(eva.read(), Lines{"ana: ahead"});
}

TEST_F(SharedRoomTest, TellsNobodyTwiceWhatIsSaidAgainOnAnotherReplica) {
  FakeClient ana;
  FakeClient ben;
  let_in("ana", ana);
  let_in("ben", ben);
  room_->unreachable(now_);
  say(ana, "one", 1);
  say(ana, "two", 2);
  EXPECT_EQ(ben.read(), (Lines{"ana: one (ahead)", "ana: two (ahead)"}));
  room_->reachable();
  // By then ana is on another replica, which takes what she says again.
  for (auto what = journal_.asked.end() - 2; what != journal_.asked.end(); ++what) {
    answer(*what, Answer::Outcome::moved, 0);
  }
  FakeClient eva;
  let_in("eva", eva);
  EXPECT_EQ(ben.read(), Lines{"joined eva"});
  for (const std::string_view id : {"1", "2", "3"}) {
    const std::string text = id == "1" ? "one" : id == "2" ? "two" : "three";
    const Seq at = ++position_;
    room_->apply(at, write_fact(Fact::Kind::message, "there", at, "ana", {"", text, id}), now_);
  }
  EXPECT_EQ(ben.read(), Lines{"ana: three"});
  EXPECT_EQ(eva.read(), (Lines{"ana: one", "ana: two", "ana: three"})) << "she was told nothing ahead";
}

TEST_F(SharedRoomTest, RefusesWhatItCannotKeepForTheOthers) {
  FakeClient ana;
  let_in("ana", ana);
  room_->unreachable(now_);
  for (int i = 0; i < 5; ++i) say(ana, "kept");
  EXPECT_EQ(ana.read(), Lines{});
  say(ana, "too much", 7);
  EXPECT_EQ(ana.read(), Lines{"error unavailable"});
}

TEST_F(SharedRoomTest, GivesUpAJoinThatWaitsTooLong) {
  FakeClient ana;
  room_->unreachable(now_);
  ask_in("ana", ana);
  room_->tick(now_ + std::chrono::seconds(4));
  EXPECT_EQ(ana.dismissal, Code::out_of_reach);
  room_->reachable();
  EXPECT_TRUE(journal_.asked.empty()) << "nobody waits for it any more";
  EXPECT_TRUE(room_->is_idle());
}

TEST_F(SharedRoomTest, ReadsWhatItMissedAfterABreak) {
  FakeClient ana;
  let_in("ana", ana);
  room_->listening();
  EXPECT_EQ(journal_.read_from, position_);
  const std::string missed = write_fact(Fact::Kind::message, "there", 1, "zoe", {"", "one"});
  const std::string heard = write_fact(Fact::Kind::message, "there", 2, "zoe", {"", "two"});
  room_->apply(position_ + 2, heard, now_);
  EXPECT_EQ(ana.read(), Lines{}) << "not before what came first";
  room_->caught_up({.entries = {{position_ + 1, missed}, {position_ + 2, heard}}, .room = {}}, now_);
  EXPECT_EQ(ana.read(), (Lines{"zoe: one", "zoe: two"}));
}

TEST_F(SharedRoomTest, HoldsNothingThatASnapshotHasBroughtAlready) {
  FakeClient ana;
  let_in("ana", ana);
  say(ana, "hi");
  const auto asked = journal_.asked.back();
  const std::size_t before = journal_.asked.size();
  room_->caught_up({.entries = {}, .complete = false, .room = {}}, now_);  // the log no longer has what was missed
  answer(asked, Answer::Outcome::done, 105);
  Snapshot snapshot;
  snapshot.position = 105;
  snapshot.generation = room_->generation();
  room_->opened(std::move(snapshot), now_);
  EXPECT_EQ(room_->held(), journal_.asked.size() - before) << "only what has not been answered";
}

TEST_F(SharedRoomTest, PutsWhoLivesHereBackBeforeItSaysAgainWhatTheLogHasForgotten) {
  FakeClient ana;
  FakeClient ben;
  let_in("ana", ana);
  let_in("ben", ben);
  say(ana, "one");
  say(ana, "two");
  const std::size_t asked_before = journal_.asked.size();
  for (std::size_t i = asked_before - 2; i < asked_before; ++i) {
    answer(journal_.asked[i], Answer::Outcome::forgotten, 0);
  }
  EXPECT_EQ(journal_.read_from, position_) << "what the new memory has is read first";
  say(ana, "three");
  EXPECT_EQ(journal_.asked.size(), asked_before) << "nothing is asked of a memory that is not known";

  const std::string later = write_fact(Fact::Kind::message, "there", 2, "zoe", {"", "and more"});
  room_->apply(position_ + 2, later, now_);
  LogPart part;
  part.entries = {{position_ + 1, write_fact(Fact::Kind::message, "there", 1, "zoe", {"", "from elsewhere"})}};
  part.room.emplace();
  part.room->position = ++position_;
  part.room->generation = "another";
  room_->caught_up(part, now_);
  ++position_;
  EXPECT_EQ(room_->generation(), "another");
  EXPECT_EQ(ben.read(), (Lines{"zoe: from elsewhere", "zoe: and more"}));
  const std::vector<FakeJournal::Asked> again(journal_.asked.begin() + static_cast<std::ptrdiff_t>(asked_before),
                                              journal_.asked.end());
  ASSERT_EQ(again.size(), 5U);
  for (std::size_t i = 0; i < again.size(); ++i) {
    EXPECT_EQ(again[i].kind, i < 2 ? Operation::Kind::restore : Operation::Kind::relay);
    if (i > 0) {
      EXPECT_GT(again[i].number, again[i - 1].number);
    }
    room_->apply(++position_, again[i].fact, now_);
    answer(again[i], Answer::Outcome::done, position_);
  }
  EXPECT_EQ(ben.read(), (Lines{"ana: one", "ana: two", "ana: three"}));
  EXPECT_EQ(ana.read(), (Lines{"joined ben", "zoe: from elsewhere", "zoe: and more"}));
  EXPECT_EQ(room_->held(), 0U);
}

TEST_F(SharedRoomTest, AsksAllAgainInItsOrderWhenItReadsOfAnotherMemoryBeforeItIsAnswered) {
  FakeClient ana;
  let_in("ana", ana);
  say(ana, "one");  // meant for the memory that is gone, and not answered yet
  const std::size_t asked_before = journal_.asked.size();
  LogPart part;
  part.room.emplace();
  part.room->position = ++position_;
  part.room->generation = "another";
  room_->caught_up(part, now_);
  say(ana, "two");
  std::vector<std::string> again;
  for (std::size_t i = asked_before; i < journal_.asked.size(); ++i) {
    const Fact fact = *read_fact(journal_.asked[i].fact);
    again.emplace_back(fact.kind == Fact::Kind::joined ? "back" : fact.fields[1]);
  }
  EXPECT_EQ(again, (Lines{"back", "one", "two"})) << "nothing is done there before what was said first";
  EXPECT_EQ(journal_.held_back, 1) << "what waits in the journal would come before it";
}

TEST_F(SharedRoomTest, TellsManyAtOnceWhenAllWereTold) {
  FakeClient ana;
  FakeClient ben;
  let_in("ana", ana);
  let_in("ben", ben);
  for (const char* text : {"one", "two", "three"}) say(ana, text);
  const auto asked = std::span(journal_.asked).last(3);
  room_->all_told(asked[0].number, asked[2].number, position_ + 3);
  EXPECT_EQ(room_->held(), 3U) << "until they are heard";
  for (const auto& one : asked) room_->apply(++position_, one.fact, now_);
  EXPECT_EQ(room_->held(), 0U);
  EXPECT_EQ(ben.read(), (Lines{"ana: one", "ana: two", "ana: three"}));
}

TEST_F(SharedRoomTest, HearsWhatItToldWithoutBeingSentIt) {
  FakeClient ana;
  FakeClient ben;
  let_in("ana", ana);
  let_in("ben", ben);
  room_->apply(++position_, write_fact(Fact::Kind::joined, "there", 1, "zoe", {"there:1", "", "0", ""}), now_);
  (void)ana.read();
  (void)ben.read();
  say(ana, "one");
  const std::string_view two = "two";
  const std::string_view zoe = "zoe";
  room_->relay(*ana.session, {&two, 1}, {&zoe, 1}, 0);
  say(ana, "three");
  const auto asked = std::span(journal_.asked).last(3);
  position_ += 3;
  room_->written(asked[0].number, asked[2].number, position_, now_);
  EXPECT_EQ(ben.read(), (Lines{"ana: one", "ana: three"}));
  EXPECT_EQ(room_->held(), 3U) << "until they are answered";
  EXPECT_EQ(room_->last(), position_);
  room_->all_told(asked[0].number, asked[2].number, position_);
  EXPECT_EQ(room_->held(), 0U);
  room_->written(asked[0].number, asked[2].number, position_, now_);
  EXPECT_EQ(journal_.read_from, 0U) << "it was heard";
}

TEST_F(SharedRoomTest, ReadsWhatItToldAndHasNoMore) {
  FakeClient ana;
  let_in("ana", ana);
  room_->written(1'000, 1'001, position_ + 2, now_);
  EXPECT_EQ(journal_.read_from, position_);
}

TEST_F(SharedRoomTest, ReadsWhatItMissedBeforeItHearsWhatCameBehind) {
  FakeClient ana;
  let_in("ana", ana);
  const auto said = [](std::uint64_t operation, std::string_view text) {
    return write_fact(Fact::Kind::message, "there", operation, "zoe", {"", text});
  };
  const Seq before = position_;
  room_->missed();
  EXPECT_EQ(journal_.read_from, before);
  room_->apply(before + 2, said(2, "two"), now_);
  room_->missed();  // the third
  room_->apply(before + 4, said(4, "four"), now_);
  EXPECT_EQ(ana.read(), Lines{});
  LogPart part;
  part.entries.emplace_back(before + 1, said(1, "one"));
  room_->caught_up(part, now_);
  EXPECT_EQ(ana.read(), (Lines{"zoe: one", "zoe: two"}));
  EXPECT_EQ(journal_.read_from, before + 2) << "once more, for what was missed meanwhile";
  room_->apply(before + 5, said(5, "five"), now_);
  part.entries.clear();
  part.entries.emplace_back(before + 3, said(3, "three"));
  part.entries.emplace_back(before + 4, said(4, "four"));
  room_->caught_up(part, now_);
  EXPECT_EQ(ana.read(), (Lines{"zoe: three", "zoe: four", "zoe: five"}));
}

TEST_F(SharedRoomTest, TellsOnceWhatIsSaidAgainInANewMemoryOfTheLog) {
  FakeClient ana;
  let_in("ana", ana);
  const auto said = [](std::uint64_t operation, std::string_view text) {
    return write_fact(Fact::Kind::message, "there", operation, "zoe", {"", text});
  };
  room_->apply(++position_, said(1, "one"), now_);
  room_->apply(++position_, said(2, "two"), now_);
  room_->apply(++position_, said(2, "two"), now_);
  room_->apply(++position_, said(3, "three"), now_);
  EXPECT_EQ(ana.read(), (Lines{"zoe: one", "zoe: two", "zoe: three"}));
}

TEST_F(SharedRoomTest, AsksAgainWhatWasAnsweredAndNotSeenWhenTheLogIsLost) {
  FakeClient ana;
  FakeClient ben;
  let_in("ana", ana);
  let_in("ben", ben);
  room_->unreachable(now_);
  say(ana, "told ahead");
  room_->reachable();
  answer(journal_.asked.back(), Answer::Outcome::done, position_ + 1);
  const std::size_t before = journal_.asked.size();
  room_->unreachable(now_);  // before its fact was heard
  room_->reachable();
  EXPECT_EQ(journal_.asked.size(), before + 1);
  EXPECT_EQ(ben.read(), Lines{"ana: told ahead (ahead)"}) << "once";
}

TEST_F(SharedRoomTest, PutsBackWhoTheLogKnowsByAnOlderConnection) {
  FakeClient ana;
  let_in("ana", ana);
  LogPart part;
  part.room.emplace();
  part.room->position = position_ - 1;  // the log has lost its end
  part.room->generation = "this";
  part.room->peers.push_back({"ana", "", "{}", "elsewhere:1", {}});
  room_->caught_up(part, now_);
  EXPECT_EQ(journal_.asked.back().kind, Operation::Kind::restore);
  EXPECT_NE(ana.session, nullptr);
  EXPECT_EQ(room_->last(), position_);
}

}  // namespace
}  // namespace grtc::core
