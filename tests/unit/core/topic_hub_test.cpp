#include "core/topic_hub.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace grtc::core {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr Subscriber kAnn{0, 1};
constexpr Subscriber kBen{1, 1};  // of another thread: the same number is another connection
constexpr Subscriber kCat{0, 2};

std::vector<std::pair<std::uint32_t, std::uint64_t>> who_gets(TopicHub& hub, Subscriber from,
                                                              TopicHub::Direction direction = {}) {
  std::vector<std::pair<std::uint32_t, std::uint64_t>> got;
  const auto audience = hub.audience("t", from, direction);
  if (audience.receivers == nullptr) return got;
  for (const Subscriber& each : *audience.receivers) got.emplace_back(each.place, each.number);
  return got;
}

class Topic : public testing::Test {
 protected:
  Topic() {
    for (const Subscriber& who : {kAnn, kBen, kCat}) EXPECT_TRUE(hub.subscribe("t", who));
  }
  TopicHub hub{3};
  const std::pair<std::uint32_t, std::uint64_t> ann{0, 1};
  const std::pair<std::uint32_t, std::uint64_t> ben{1, 1};
  const std::pair<std::uint32_t, std::uint64_t> cat{0, 2};
};

TEST_F(Topic, GoesToAllItsSubscribersThePublisherToo) {
  EXPECT_THAT(who_gets(hub, kAnn), UnorderedElementsAre(ann, ben, cat));
  EXPECT_EQ(hub.audience("t", kAnn, {}).subscribers, 3U);
}

TEST_F(Topic, TakesPublicationsOfThoseWhoDoNotSubscribe) {
  EXPECT_THAT(who_gets(hub, {7, 7}), UnorderedElementsAre(ann, ben, cat));
}

TEST_F(Topic, CountsRepeatedSubscriptionsOnce) {
  EXPECT_TRUE(hub.subscribe("t", kAnn));
  EXPECT_THAT(who_gets(hub, kAnn), UnorderedElementsAre(ann, ben, cat));
  hub.unsubscribe("t", kAnn);
  EXPECT_THAT(who_gets(hub, kAnn), UnorderedElementsAre(ben, cat));
}

TEST_F(Topic, RefusesOneMoreThanItMayHold) {
  EXPECT_FALSE(hub.subscribe("t", {9, 9}));
  hub.unsubscribe("t", kBen);
  EXPECT_TRUE(hub.subscribe("t", {9, 9}));
}

TEST_F(Topic, IsGoneWithItsLastSubscriber) {
  for (const Subscriber& who : {kAnn, kBen, kCat, kCat}) hub.unsubscribe("t", who);
  EXPECT_EQ(hub.topics(), 0U);
  EXPECT_THAT(who_gets(hub, kAnn), IsEmpty());
}

TEST_F(Topic, IsNotAnotherTopic) {
  EXPECT_EQ(hub.audience("u", kAnn, {}).receivers, nullptr);
  hub.unsubscribe("u", kAnn);
}

TEST_F(Topic, SendsWhatIsMeantForOneToWhoPublishedUnderThatName) {
  EXPECT_THAT(who_gets(hub, kAnn, {"a", "b"}), UnorderedElementsAre(ann, ben, cat)) << "nobody is known as b";
  who_gets(hub, kBen, {"b", ""});
  EXPECT_THAT(who_gets(hub, kAnn, {"a", "b"}), UnorderedElementsAre(ben));
  EXPECT_EQ(hub.audience("t", kAnn, {"a", "b"}).subscribers, 3U);
  EXPECT_THAT(who_gets(hub, kBen, {"b", "a"}), UnorderedElementsAre(ann));
}

TEST_F(Topic, SendsToAllConnectionsOfOneName) {
  who_gets(hub, kBen, {"b", ""});
  who_gets(hub, kCat, {"b", ""});
  EXPECT_THAT(who_gets(hub, kAnn, {"a", "b"}), UnorderedElementsAre(ben, cat));
  hub.unsubscribe("t", kCat);
  EXPECT_THAT(who_gets(hub, kAnn, {"a", "b"}), UnorderedElementsAre(ben));
  hub.unsubscribe("t", kBen);
  EXPECT_THAT(who_gets(hub, kAnn, {"a", "b"}), UnorderedElementsAre(ann)) << "unknown again: to all";
}

TEST_F(Topic, DoesNotLetAStrangerTakeANameAway) {
  who_gets(hub, {7, 7}, {"b", ""});
  EXPECT_THAT(who_gets(hub, kAnn, {"a", "b"}), UnorderedElementsAre(ann, ben, cat));
}

TEST_F(Topic, ForgetsTheOldestOfManyNames) {
  for (const char* name : {"1", "2", "3", "4", "5"}) who_gets(hub, kBen, {name, ""});
  EXPECT_THAT(who_gets(hub, kAnn, {"a", "5"}), UnorderedElementsAre(ben));
  EXPECT_THAT(who_gets(hub, kAnn, {"a", "1"}), UnorderedElementsAre(ann, ben, cat));
}

}  // namespace
}  // namespace grtc::core
