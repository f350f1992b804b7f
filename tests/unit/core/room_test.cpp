#include "core/room.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/room_world.hpp"

namespace grtc::core {
namespace {

using test::FakeClient;
using test::RoomWorld;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

struct RoomTest : testing::Test, RoomWorld {};
using RoomJoin = RoomTest;
using RoomBroadcast = RoomTest;
using RoomResume = RoomTest;
using RoomProbe = RoomTest;
using RoomRestore = RoomTest;

TEST_F(RoomJoin, TellsTheOthersAndNotTheNewcomer) {
  auto alice = join("alice");
  auto bob = join("bob");
  EXPECT_THAT(alice->read(), ElementsAre("joined bob"));
  EXPECT_THAT(bob->read(), IsEmpty());
}

TEST_F(RoomJoin, RefusesOneOverTheBound) {
  limits.max_peers = 1;
  auto alice = join("alice");
  FakeClient late;
  const auto outcome = room.join(request("late", late), now);
  ASSERT_TRUE(std::holds_alternative<Problem>(outcome));
  EXPECT_EQ(std::get<Problem>(outcome).code, Code::room_full);
}

TEST_F(RoomJoin, LetsAClientComeBackToAFullRoom) {
  limits.max_peers = 1;
  auto alice = join("alice");
  const std::string token = alice->session->token();
  const Seq seen = alice->session->log().last_written();
  room.detach(*alice->session, now);
  FakeClient again;
  const auto outcome = resume("alice", token, seen, again);
  EXPECT_TRUE(std::get<Joined>(outcome).resumed);
}

TEST_F(RoomBroadcast, EndsASlowReceiverAndStillReachesTheOthers) {
  limits.queue = {2, 1 << 20};
  auto alice = join("alice");
  auto bob = join("bob");
  auto carol = join("carol");
  alice->read();
  bob->read();
  for (int i = 0; i < 3; ++i) {
    broadcast(alice.get(), "hi " + std::to_string(i));
    carol->read();
  }
  EXPECT_EQ(bob->dismissal, Code::slow_client);
  EXPECT_EQ(carol->dismissal, std::nullopt);
  EXPECT_THAT(alice->read(), ElementsAre("left bob timeout"));
}

TEST_F(RoomBroadcast, EndsADetachedSessionWhoseQueueIsFull) {
  limits.queue = {2, 1 << 20};
  auto alice = join("alice");
  auto bob = join("bob");
  alice->read();
  room.detach(*bob->session, now);
  for (int i = 0; i < 3; ++i) broadcast(alice.get(), "hi");
  EXPECT_EQ(room.find("bob"), nullptr);
  EXPECT_THAT(alice->read(), ElementsAre("updated bob away", "left bob timeout"));
}

TEST_F(RoomBroadcast, GivesAllReceiversOneOrder) {
  auto alice = join("alice");
  auto bob = join("bob");
  auto carol = join("carol");
  alice->read();
  bob->read();
  broadcast(alice.get(), "1");
  room.leave(*alice->session, LeaveReason::left, now);
  broadcast(nullptr, "2");
  EXPECT_THAT(bob->read(), ElementsAre("1", "left alice left", "2"));
  EXPECT_THAT(carol->read(), ElementsAre("1", "left alice left", "2"));
}

TEST_F(RoomResume, RepeatsExactlyWhatWasNotSeen) {
  auto alice = join("alice");
  auto bob = join("bob");
  const std::string token = bob->session->token();
  broadcast(alice.get(), "1");
  const Seq seen = broadcast(alice.get(), "2");
  broadcast(alice.get(), "3");
  bob->read();  // all three left the server, but only two arrived
  room.detach(*bob->session, now);
  broadcast(alice.get(), "4");
  FakeClient again;
  const auto outcome = resume("bob", token, seen, again);
  EXPECT_TRUE(std::get<Joined>(outcome).resumed);
  EXPECT_THAT(again.read(), ElementsAre("3", "4"));
  EXPECT_THAT(alice->read(), ElementsAre("joined bob", "updated bob away", "updated bob"));
}

TEST_F(RoomResume, DismissesTheOldConnectionThatStillLooksAlive) {
  auto bob = join("bob");
  const std::string token = bob->session->token();
  const Seq seen = bob->session->log().last_written();
  FakeClient again;
  EXPECT_TRUE(std::get<Joined>(resume("bob", token, seen, again)).resumed);
  EXPECT_EQ(bob->dismissal, Code::session_replaced);
}

TEST_F(RoomResume, BeginsAnewWhenEventsAreMissing) {
  limits.queue = {3, 1 << 20};
  auto alice = join("alice");
  auto bob = join("bob");
  const std::string token = bob->session->token();
  const Seq seen = broadcast(alice.get(), "0");
  for (int i = 1; i < 6; ++i) {
    broadcast(alice.get(), std::to_string(i));
    bob->read();
  }
  alice->read();
  room.detach(*bob->session, now);
  FakeClient again;
  EXPECT_FALSE(std::get<Joined>(resume("bob", token, seen, again)).resumed);
  EXPECT_THAT(alice->read(), ElementsAre("updated bob away", "left bob replaced", "joined bob"));
}

TEST_F(RoomResume, BeginsAnewWithAnUnknownToken) {
  auto bob = join("bob");
  room.detach(*bob->session, now);
  FakeClient again;
  EXPECT_FALSE(std::get<Joined>(resume("bob", "other", room.seq(), again)).resumed);
}

TEST_F(RoomResume, EndsAfterItsWindowAndNotBefore) {
  auto alice = join("alice");
  auto bob = join("bob");
  alice->read();
  room.detach(*bob->session, now);
  pass(14900ms);
  EXPECT_NE(room.find("bob"), nullptr);
  pass(100ms);
  EXPECT_EQ(room.find("bob"), nullptr);
  EXPECT_THAT(alice->read(), ElementsAre("updated bob away", "left bob timeout"));
}

TEST_F(RoomProbe, RefusesTheNewcomerWhenTheHolderAnswers) {
  auto holder = join("bob");
  FakeClient newcomer;
  EXPECT_TRUE(std::holds_alternative<Waiting>(room.join(request("bob", newcomer), now)));
  EXPECT_EQ(holder->probes, 1);
  room.alive(*holder->session);
  EXPECT_EQ(newcomer.dismissal, Code::peer_id_taken);
  EXPECT_EQ(holder->dismissal, std::nullopt);
}

TEST_F(RoomProbe, GivesTheIdToTheNewcomerWhenTheHolderIsSilent) {
  auto alice = join("alice");
  auto holder = join("bob");
  alice->read();
  FakeClient newcomer;
  EXPECT_TRUE(std::holds_alternative<Waiting>(room.join(request("bob", newcomer), now)));
  pass(1900ms);
  EXPECT_EQ(newcomer.session, nullptr);
  pass(100ms);
  ASSERT_NE(newcomer.session, nullptr);
  EXPECT_EQ(holder->dismissal, Code::peer_id_taken);
  EXPECT_THAT(alice->read(), ElementsAre("left bob replaced", "joined bob"));
}

TEST_F(RoomProbe, DoesNotWaitForAHolderWithoutConnection) {
  auto holder = join("bob");
  room.detach(*holder->session, now);
  FakeClient newcomer;
  EXPECT_TRUE(std::holds_alternative<Joined>(room.join(request("bob", newcomer), now)));
}

TEST_F(RoomProbe, DecidesForOneOfSeveralNewcomers) {
  auto holder = join("bob");
  FakeClient first;
  FakeClient second;
  (void)room.join(request("bob", first), now);
  (void)room.join(request("bob", second), now);
  pass(2s);
  EXPECT_NE(first.session, nullptr);
  EXPECT_EQ(second.dismissal, Code::peer_id_taken);
}

TEST_F(RoomProbe, ForgetsANewcomerThatHasGone) {
  auto holder = join("bob");
  {
    FakeClient newcomer;
    (void)room.join(request("bob", newcomer), now);
    room.cancel_join(newcomer);
  }
  pass(3s);
  EXPECT_EQ(holder->dismissal, std::nullopt);
}

TEST_F(RoomRestore, GivesSessionsBackWithTheirEvents) {
  auto alice = join("alice");
  auto bob = join("bob");
  const std::string token = bob->session->token();
  EXPECT_TRUE(bob->session->take_id(41));
  room.update(*bob->session, "Bob", R"({"hand":true})", now);
  const Seq seen = broadcast(alice.get(), "1");
  bob->read();
  broadcast(alice.get(), "2");

  Room restarted("room", limits, encoder);
  restarted.restore(room.save(), now);
  FakeClient again;
  JoinRequest asked = request("bob", again);
  asked.resume = ResumeClaim{token, Position{seen}};
  const auto outcome = restarted.join(std::move(asked), now);
  ASSERT_TRUE(std::get<Joined>(outcome).resumed);
  again.session = std::get<Joined>(outcome).session;
  EXPECT_THAT(again.read(), ElementsAre("2"));
  EXPECT_EQ(again.session->received(), 41U);
  EXPECT_EQ(again.session->name(), "Bob");
  EXPECT_EQ(again.session->meta(), R"({"hand":true})");
  EXPECT_GT(restarted.next_seq(), room.seq());
}

}  // namespace
}  // namespace grtc::core
