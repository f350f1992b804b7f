#include "core/event_log.hpp"

#include <gtest/gtest.h>

namespace grtc::core {
namespace {

SharedFrame frame(std::size_t size) {
  return SharedFrame::copy_of(std::string(size, 'x'));
}

TEST(EventLog, RefusesWhatGoesOverTheUnwrittenBound) {
  EventLog log({3, 1000}, 0);
  EXPECT_TRUE(log.append(1, frame(10)));
  EXPECT_TRUE(log.append(2, frame(10)));
  EXPECT_TRUE(log.append(3, frame(10)));
  EXPECT_FALSE(log.append(4, frame(10)));
  EXPECT_EQ(log.last(), 3U);
  log.mark_written(1);
  EXPECT_TRUE(log.append(4, frame(10)));
}

TEST(EventLog, CountsBytesAsWellAsEvents) {
  EventLog log({100, 25}, 0);
  EXPECT_TRUE(log.append(1, frame(20)));
  EXPECT_FALSE(log.append(2, frame(10)));
}

TEST(EventLog, TakesOneEventOverTheByteBoundWhenEmpty) {
  EventLog log({100, 25}, 0);
  EXPECT_TRUE(log.append(1, frame(500)));
}

TEST(EventLog, ForgetsTheOldestWrittenEventAndSaysSo) {
  EventLog log({2, 1000}, 0);
  for (Seq seq = 1; seq <= 4; ++seq) {
    ASSERT_TRUE(log.append(seq, frame(1)));
    log.mark_written(1);
  }
  EXPECT_EQ(log.forgotten(), 2U);
  EXPECT_FALSE(log.rewind(1));
  EXPECT_TRUE(log.rewind(2));
  EXPECT_EQ(log.unwritten(), 2U);
}

TEST(EventLog, RewindsToAnyPointThatItStillReaches) {
  EventLog log({100, 1000}, 10);
  for (const Seq seq : {12U, 15U, 19U}) ASSERT_TRUE(log.append(seq, frame(1)));
  log.mark_written(3);
  struct Row {
    Seq seen;
    bool fine;
    std::size_t again;
  };
  for (const Row& row : {Row{9, false, 0}, Row{10, true, 3}, Row{11, true, 3}, Row{12, true, 2}, Row{14, true, 2},
                         Row{19, true, 0}, Row{20, false, 0}}) {
    SCOPED_TRACE(row.seen);
    EXPECT_EQ(log.rewind(row.seen), row.fine);
    if (row.fine) {
      EXPECT_EQ(log.unwritten(), row.again);
    }
  }
}

TEST(EventLog, TakesNewEventsWhileItReplaysAFullHistory) {
  EventLog log({2, 1000}, 0);
  for (Seq seq = 1; seq <= 2; ++seq) ASSERT_TRUE(log.append(seq, frame(1)));
  log.mark_written(2);
  ASSERT_TRUE(log.append(3, frame(1)));
  ASSERT_TRUE(log.append(4, frame(1)));
  ASSERT_TRUE(log.rewind(0));
  EXPECT_EQ(log.unwritten(), 4U);
  EXPECT_TRUE(log.append(5, frame(1)));
  EXPECT_TRUE(log.append(6, frame(1)));
  EXPECT_FALSE(log.append(7, frame(1)));
}

TEST(EventLog, RewindsToItsStartOnlyWhileNothingWasForgotten) {
  EventLog log({100, 1000}, 10);
  ASSERT_TRUE(log.append(11, frame(1)));
  log.mark_written(1);
  EXPECT_TRUE(log.rewind_to_start());
  EXPECT_EQ(log.unwritten(), 1U);
  log.mark_written(1);
  log.forget_through(11);
  EXPECT_FALSE(log.rewind_to_start());
}

TEST(EventLog, ForgetsOnlyWhatWasWritten) {
  EventLog log({100, 1000}, 0);
  for (Seq seq = 1; seq <= 5; ++seq) ASSERT_TRUE(log.append(seq, frame(1)));
  log.mark_written(2);
  log.forget_through(4);
  EXPECT_EQ(log.size(), 3U);
  EXPECT_EQ(log.forgotten(), 2U);
  EXPECT_EQ(log.unwritten(), 3U);
}

}  // namespace
}  // namespace grtc::core
