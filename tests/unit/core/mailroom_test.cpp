#include "core/mailroom.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/mail_world.hpp"

namespace grtc::core {
namespace {

using test::FakeHolder;
using test::MailWorld;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using Delivery = Mailroom::Delivery;
using namespace std::chrono_literals;

TEST(Mailroom, GivesALetterToTheHolderOfItsAddress) {
  MailWorld world;
  FakeHolder bob;
  world.claim(bob, "bob", "t");
  EXPECT_TRUE(bob.held);
  EXPECT_EQ(world.send("alice", "bob", "hi"), Delivery::taken);
  EXPECT_THAT(bob.read, ElementsAre("hi"));
}

TEST(Mailroom, KeepsLettersInOrderForOneWhoIsNotThereYet) {
  MailWorld world;
  EXPECT_EQ(world.send("alice", "bob", "1"), Delivery::waits);
  world.pass(4900ms);
  EXPECT_EQ(world.send("alice", "bob", "2"), Delivery::waits);
  FakeHolder bob;
  world.claim(bob, "bob", "t");
  EXPECT_THAT(bob.read, ElementsAre("1", "2"));
  world.pass(10s);
  EXPECT_THAT(world.given_up, IsEmpty());
}

TEST(Mailroom, SaysWhoseLetterMayWaitShouldTheHolderProveGone) {
  MailWorld world;
  world.send("alice", "bob", "1");
  FakeHolder bob;
  world.claim(bob, "bob", "t");
  world.send("carol", "bob", "2");
  world.send("carol", "bob", "3", false);
  EXPECT_THAT(bob.senders, ElementsAre("g/alice", "g/carol", ""));
}

TEST(Mailroom, GivesUpEachLetterAfterItsOwnWaitAndTellsEachSenderOnceASweep) {
  MailWorld world;
  world.send("alice", "bob", "1");
  world.send("alice", "bob", "2");
  world.send("carol", "bob", "3");
  world.pass(4s);
  world.send("alice", "bob", "4");
  EXPECT_THAT(world.given_up, IsEmpty());
  world.pass(2s);
  EXPECT_THAT(world.given_up, ElementsAre(Pair("g/alice", "g/bob"), Pair("g/carol", "g/bob")));
  FakeHolder bob;
  world.claim(bob, "bob", "t");
  EXPECT_THAT(bob.read, ElementsAre("4")) << "the last one's time is not over";
}

TEST(Mailroom, KeepsNothingThatMayNotWait) {
  MailWorld world;
  EXPECT_EQ(world.send("alice", "bob", "bye", false), Delivery::refused);
  FakeHolder bob;
  world.claim(bob, "bob", "t");
  EXPECT_THAT(bob.read, IsEmpty());
}

TEST(Mailroom, BoundsWhatWaits) {
  MailWorld world;
  for (int i = 0; i < 4; ++i) EXPECT_EQ(world.send("alice", "bob", "x"), Delivery::waits);
  EXPECT_EQ(world.send("alice", "bob", "x"), Delivery::refused) << "letters of one address";
  EXPECT_EQ(world.send("alice", "carol", std::string(90, 'x')), Delivery::waits);
  EXPECT_EQ(world.send("alice", "carol", std::string(20, 'x')), Delivery::refused) << "bytes of one address";
  EXPECT_EQ(world.send("alice", "dave", "x"), Delivery::waits);
  EXPECT_EQ(world.send("alice", "erin", "x"), Delivery::refused) << "addresses";
  EXPECT_EQ(world.mailroom.waiting_addresses(), 3U);
}

TEST(Mailroom, BoundsTheLettersOfOneSenderWhereverTheyWait) {
  MailWorld world;
  const auto quota = std::make_shared<Places>(2);
  EXPECT_EQ(world.send("alice", "bob", "1", true, quota), Delivery::waits);
  EXPECT_EQ(world.send("alice", "carol", "2", true, quota), Delivery::waits);
  EXPECT_EQ(world.send("alice", "carol", "3", true, quota), Delivery::refused);
  FakeHolder bob;
  world.claim(bob, "bob", "t");
  EXPECT_EQ(world.send("alice", "carol", "4", true, quota), Delivery::waits) << "bob's was taken";
  world.pass(6s);
  EXPECT_EQ(quota->taken(), 0U);
}

TEST(Mailroom, GivesTheAddressToTheSameClientsNextConnection) {
  MailWorld world;
  FakeHolder old;
  FakeHolder fresh;
  world.claim(old, "bob", "t");
  world.claim(fresh, "bob", "t");
  EXPECT_EQ(old.dismissal, Dismissal::replaced);
  EXPECT_TRUE(fresh.held);
  world.leave(old, "bob");  // its socket closes later
  EXPECT_EQ(world.send("alice", "bob", "hi"), Delivery::taken);
  EXPECT_THAT(fresh.read, ElementsAre("hi"));
  EXPECT_EQ(world.places.taken(), 1U);
}

TEST(Mailroom, AsksTheHolderForASignOfLifeBeforeItRefusesANewcomer) {
  MailWorld world;
  FakeHolder holder;
  FakeHolder newcomer;
  world.claim(holder, "bob", "t");
  world.claim(newcomer, "bob", "other");
  EXPECT_EQ(holder.probes, 1);
  EXPECT_FALSE(newcomer.dismissal);
  world.mailroom.alive("g/bob");
  EXPECT_EQ(newcomer.dismissal, Dismissal::taken);
  EXPECT_TRUE(holder.held);
}

TEST(Mailroom, TakesTheAddressFromAHolderThatDoesNotAnswer) {
  MailWorld world;
  FakeHolder holder;
  FakeHolder newcomer;
  FakeHolder third;
  world.claim(holder, "bob", "t");
  world.claim(newcomer, "bob", "other");
  world.claim(third, "bob", "another");
  world.pass(1900ms);
  EXPECT_TRUE(holder.held);
  world.pass(200ms);
  EXPECT_EQ(holder.dismissal, Dismissal::silent);
  EXPECT_TRUE(newcomer.held) << "the first who asked";
  EXPECT_EQ(third.dismissal, Dismissal::taken);
  EXPECT_EQ(world.places.taken(), 1U);
}

TEST(Mailroom, LetsANewcomerInAtOnceWhenTheHolderGoes) {
  MailWorld world;
  FakeHolder holder;
  FakeHolder newcomer;
  world.claim(holder, "bob", "t");
  world.claim(newcomer, "bob", "other");
  world.leave(holder, "bob");
  EXPECT_TRUE(newcomer.held);
}

TEST(Mailroom, LetsTheLatestTryOfOneNewcomerWaitInTheEarliersPlace) {
  MailWorld world;
  FakeHolder holder;
  FakeHolder first;
  FakeHolder second;
  world.claim(holder, "bob", "t");
  world.claim(first, "bob", "other");
  world.pass(1s);
  world.claim(second, "bob", "other");
  EXPECT_EQ(first.dismissal, Dismissal::replaced);
  world.pass(1100ms);
  EXPECT_TRUE(second.held) << "2 s after the first try";
}

TEST(Mailroom, ForgetsANewcomerWhoGivesUp) {
  MailWorld world;
  FakeHolder holder;
  FakeHolder newcomer;
  world.claim(holder, "bob", "t");
  world.claim(newcomer, "bob", "other");
  world.leave(newcomer, "bob");
  world.pass(5s);
  EXPECT_TRUE(holder.held);
  EXPECT_FALSE(newcomer.held);
}

TEST(Mailroom, RefusesWhoFindsTheGroupFull) {
  MailWorld world;
  Places two(2);
  FakeHolder a;
  FakeHolder b;
  FakeHolder c;
  world.mailroom.claim({"g/a", "t", &two, &a}, world.now);
  world.mailroom.claim({"g/b", "t", &two, &b}, world.now);
  world.mailroom.claim({"g/c", "t", &two, &c}, world.now);
  EXPECT_EQ(c.dismissal, Dismissal::full);
  world.leave(a, "a");
  world.mailroom.claim({"g/c", "t", &two, &c}, world.now);
  EXPECT_TRUE(c.held);
}

TEST(Mailroom, LetsGoOfAHolderThatCanNotKeepUpAndKeepsTheLetterForItsReturn) {
  MailWorld world;
  FakeHolder slow;
  slow.room = 1;
  world.claim(slow, "bob", "t");
  EXPECT_EQ(world.send("alice", "bob", "1"), Delivery::taken);
  EXPECT_EQ(world.send("alice", "bob", "2"), Delivery::waits);
  EXPECT_EQ(world.places.taken(), 0U);
  FakeHolder back;
  world.claim(back, "bob", "t");
  EXPECT_THAT(back.read, ElementsAre("2"));
}

TEST(Mailroom, DismissesAHolderForAnAdministrator) {
  MailWorld world;
  FakeHolder bob;
  world.claim(bob, "bob", "t");
  EXPECT_TRUE(world.mailroom.remove("g/bob", world.now));
  EXPECT_EQ(bob.dismissal, Dismissal::removed);
  EXPECT_FALSE(world.mailroom.remove("g/bob", world.now));
  EXPECT_EQ(world.places.taken(), 0U);
}

TEST(Mailroom, KeepsWhatWaitsOverARestartForTheTimeThatIsLeft) {
  MailWorld before;
  before.send("alice", "bob", "hi");
  before.pass(2s);
  MailWorld after;
  for (auto& letter : before.mailroom.save(before.now)) after.mailroom.restore(std::move(letter), after.now);
  after.pass(2900ms);
  EXPECT_THAT(after.given_up, IsEmpty());
  after.pass(1s);
  EXPECT_THAT(after.given_up, ElementsAre(Pair("g/alice", "g/bob")));
}

TEST(Mailroom, GivesAnAddressAwayWithWhatWaitsThere) {
  MailWorld world;
  world.send("alice", "bob", "1");
  world.pass(1s);
  world.send("carol", "bob", "2");
  const auto letters = world.mailroom.release("g/bob", Dismissal::replaced, world.now);
  ASSERT_EQ(letters.size(), 2U);
  EXPECT_EQ(letters[0].frame, "1");
  EXPECT_EQ(letters[0].from, "g/alice");
  EXPECT_EQ(letters[0].waited, 1000ms);
  EXPECT_EQ(letters[1].frame, "2");
  EXPECT_FALSE(world.mailroom.is_open("g/bob"));
  world.pass(10s);
  EXPECT_THAT(world.given_up, IsEmpty()) << "they are somebody else's now";
}

TEST(Mailroom, GivesAnAddressAwayFromItsHolderAndThoseWhoWantIt) {
  MailWorld world;
  FakeHolder holder;
  FakeHolder rival;
  world.claim(holder, "bob", "t");
  world.claim(rival, "bob", "u");
  EXPECT_EQ(world.mailroom.holder_token("g/bob"), "t");
  EXPECT_THAT(world.mailroom.release("g/bob", Dismissal::silent, world.now), IsEmpty());
  EXPECT_EQ(holder.dismissal, Dismissal::silent);
  EXPECT_EQ(rival.dismissal, Dismissal::taken);
  EXPECT_EQ(world.mailroom.holder_token("g/bob"), "");
  EXPECT_EQ(world.places.taken(), 0U) << "its place is free";
}

}  // namespace
}  // namespace grtc::core
