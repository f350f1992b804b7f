#include "net/busy_poll.hpp"

#include <gtest/gtest.h>

namespace grtc::net {
namespace {

using std::chrono::microseconds;

/// Looks on in vain whenever it is worth it. @return how often, of `sleeps` times
unsigned in_vain(BusyPoll& poll, unsigned sleeps) {
  unsigned looked = 0;
  for (unsigned i = 0; i < sleeps; ++i) {
    if (!poll.is_worth_it()) continue;
    ++looked;
    poll.was_in_vain();
  }
  return looked;
}

TEST(BusyPoll, IsNeverWorthItWhereItIsSwitchedOff) {
  BusyPoll poll;
  EXPECT_FALSE(poll.is_worth_it());
  poll.paid();
  EXPECT_FALSE(poll.is_worth_it());
}

TEST(BusyPoll, GoesOnWhereOneAttemptInFourPays) {
  BusyPoll poll(microseconds(50));
  for (int i = 0; i < 1'000; ++i) {
    ASSERT_TRUE(poll.is_worth_it());
    i % 4 == 0 ? poll.paid() : poll.was_in_vain();
  }
}

TEST(BusyPoll, RestsWhereNothingEverComes) {
  BusyPoll poll(microseconds(50));
  (void)in_vain(poll, 100);
  EXPECT_LE(in_vain(poll, 65 * 20), 21U);
}

TEST(BusyPoll, TakesItUpAgainWhenItPaysAgain) {
  BusyPoll poll(microseconds(50));
  (void)in_vain(poll, 1'000);
  unsigned slept = 0;
  while (!poll.is_worth_it()) ++slept;
  EXPECT_LE(slept, BusyPoll::kRest);
  poll.paid();
  for (unsigned i = 1; i < BusyPoll::kGain; ++i) {
    EXPECT_TRUE(poll.is_worth_it());
    poll.was_in_vain();
  }
  EXPECT_TRUE(poll.is_worth_it());
}

}  // namespace
}  // namespace grtc::net
