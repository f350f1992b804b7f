#include "cluster/relay_batch.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace grtc::cluster {
namespace {

core::Operation message(std::uint64_t number, std::string peer, std::string fact, std::string to = {}) {
  core::Operation operation;
  operation.number = number;
  operation.peer = std::move(peer);
  operation.attachment = "at " + operation.peer;
  operation.id = number;
  operation.fact = std::move(fact);
  operation.to = std::move(to);
  return operation;
}

TEST(RelayBatchTest, NamesEachSenderAndReceiverOnce) {
  RelayBatch batch;
  batch.add(message(7, "ana", "one", "eva"));
  batch.add(message(8, "ben", "two"));
  batch.add(message(9, "ana", "three", "eva"));
  const RelayBatch::Call call = batch.take();
  EXPECT_EQ(call.first, 7U);
  EXPECT_EQ(call.last, 9U);
  const std::vector<std::string> expected{
      "one\x1dtwo\x1dthree", "3", "2", "ana", "at ana", "9", "ben", "at ben", "8", "eva"};
  EXPECT_EQ(call.arguments, expected);
  EXPECT_TRUE(batch.is_empty());
}

TEST(RelayBatchTest, NamesAllOfSeveralReceivers) {
  RelayBatch batch;
  batch.add(message(7, "ana", "one", "eva\x1ezoe"));
  batch.add(message(8, "ana", "two", "eva\x1ezoe"));
  batch.add(message(9, "ana", "three", "ben"));
  std::vector<std::string> arguments = batch.take().arguments;
  std::sort(arguments.begin() + 6, arguments.end());
  const std::vector<std::string> expected{"one\x1dtwo\x1dthree", "3", "1", "ana", "at ana", "9", "ben", "eva", "zoe"};
  EXPECT_EQ(arguments, expected);
  batch.add(message(10, "ana", "four", "ben"));
  EXPECT_EQ(batch.take().arguments.back(), "ben") << "the next batch is another call";
}

TEST(RelayBatchTest, TakesOnlyWhatFollowsAndComesFromTheSameConnection) {
  RelayBatch batch;
  batch.add(message(7, "ana", "one"));
  EXPECT_TRUE(batch.takes(message(8, "ana", "two")));
  EXPECT_FALSE(batch.takes(message(9, "ana", "three"))) << "something that is no message came between";
  core::Operation moved = message(8, "ana", "two");
  moved.attachment = "elsewhere";
  EXPECT_FALSE(batch.takes(moved));
  EXPECT_FALSE(batch.takes(message(8, "ana", std::string(300'000, 'x'))));
}

TEST(RelayBatchTest, EndsWhereAScriptWouldTakeTooLong) {
  RelayBatch batch;
  std::uint64_t number = 1;
  while (number < 5'000 && batch.takes(message(number, "ana", "hi"))) batch.add(message(number++, "ana", "hi"));
  EXPECT_EQ(number, 1'001U);
}

TEST(RelayBatchTest, GivesEachFactItsPlace) {
  std::vector<std::pair<core::Seq, std::string>> heard;
  const auto hear = [&](core::Seq place, std::string_view fact) { heard.emplace_back(place, fact); };
  const std::string_view told = "one\x1dtwo\x1dthree";
  EXPECT_EQ(count_facts(told), 3U);
  EXPECT_EQ(count_facts("four"), 1U);
  each_fact(98, told, hear);
  each_fact(101, "four", hear);
  const std::vector<std::pair<core::Seq, std::string>> expected{
      {98, "one"}, {99, "two"}, {100, "three"}, {101, "four"}};
  EXPECT_EQ(heard, expected);
}

}  // namespace
}  // namespace grtc::cluster
