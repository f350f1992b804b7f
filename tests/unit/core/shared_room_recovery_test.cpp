#include "support/shared_room_world.hpp"

namespace grtc::core {
namespace {

using test::FakeClient;
using test::FakeJournal;
using Lines = std::vector<std::string>;

class SharedRoomRecoveryTest : public test::SharedRoomTest {};

TEST_F(SharedRoomRecoveryTest, ReadsWhatItMissedAfterABreak) {
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

TEST_F(SharedRoomRecoveryTest, HoldsNothingThatASnapshotHasBroughtAlready) {
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

TEST_F(SharedRoomRecoveryTest, PutsWhoLivesHereBackBeforeItSaysAgainWhatTheLogHasForgotten) {
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

TEST_F(SharedRoomRecoveryTest, AsksAllAgainInItsOrderWhenItReadsOfAnotherMemoryBeforeItIsAnswered) {
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

TEST_F(SharedRoomRecoveryTest, TellsOnceWhatIsSaidAgainInANewMemoryOfTheLog) {
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

TEST_F(SharedRoomRecoveryTest, AsksAgainWhatWasAnsweredAndNotSeenWhenTheLogIsLost) {
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

TEST_F(SharedRoomRecoveryTest, PutsBackWhoTheLogKnowsByAnOlderConnection) {
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
