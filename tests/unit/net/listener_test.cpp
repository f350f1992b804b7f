#include "net/listener.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/raw_socket.hpp"

namespace grtc::net {
namespace {

using testing::HasSubstr;

TEST(Listener, SharesAPortAmongItsThreadsButSeesThatItIsTaken) {
  IoThread one(0);
  IoThread two(1);
  const auto ignore = [](Accepted accepted) { RawSocket(accepted.fd, nullptr); };
  EXPECT_TRUE(Listener::check_free("127.0.0.1", 0));
  const auto first = Listener::open(one, "127.0.0.1", 0, ignore).value();
  EXPECT_TRUE(Listener::open(two, "127.0.0.1", first->port(), ignore));
  const auto taken = Listener::check_free("127.0.0.1", first->port());
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.error().sentence, HasSubstr("PORT=" + std::to_string(first->port()) + " on HOST=127.0.0.1: "));
  first->close();
}

TEST(Listener, SaysWhatIsWrongWithTheHost) {
  EXPECT_THAT(Listener::check_free("nowhere", 1).error().sentence, HasSubstr("HOST=nowhere: must be"));
}

}  // namespace
}  // namespace grtc::net
