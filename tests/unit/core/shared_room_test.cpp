#include "support/shared_room_world.hpp"

namespace grtc::core {
namespace {

using test::FakeClient;
using test::FakeJournal;
using Lines = std::vector<std::string>;

using SharedRoomTest = test::SharedRoomTest;

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

}  // namespace
}  // namespace grtc::core
