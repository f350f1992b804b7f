#include "signalling/courier.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace grtc::signalling {
namespace {

using testing::ElementsAre;

/// Two loops that run by turns on the test's thread.
class CourierTest : public testing::Test {
 protected:
  CourierTest() {
    courier.connect({{&here, [](std::string) {}}, {&there, [this](std::string text) { came.push_back(text); }}});
  }
  /// What was posted to the loop until now. A loop runs once.
  static void run(net::IoThread& loop) {
    loop.stop();
    loop.run();
  }

  net::IoThread here{0};
  net::IoThread there{1};
  std::vector<std::string> came;
  Courier<std::string> courier{here};
};

TEST_F(CourierTest, TakesMessagesInTheirOrder) {
  for (const char* text : {"1", "2", "3"}) EXPECT_TRUE(courier.send(1, text, 1));
  EXPECT_THAT(came, ElementsAre());
  run(here);
  run(there);
  EXPECT_THAT(came, ElementsAre("1", "2", "3"));
}

TEST_F(CourierTest, RefusesOverTheBoundButTakesFarewells) {
  EXPECT_TRUE(courier.send(1, "large", Courier<std::string>::kBound - 1000));
  EXPECT_TRUE(courier.congested());
  EXPECT_FALSE(courier.send(1, "one more", 1000));
  EXPECT_TRUE(courier.send(0, "elsewhere there is room", 1000));
  EXPECT_TRUE(courier.send(1, "bye", 1000, true));
  run(here);
  run(there);
  EXPECT_THAT(came, ElementsAre("large", "bye"));
  EXPECT_FALSE(courier.congested()) << "what has arrived is not on its way any more";
}

}  // namespace
}  // namespace grtc::signalling
