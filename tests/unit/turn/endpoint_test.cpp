#include "turn/endpoint.hpp"

#include <gtest/gtest.h>

namespace grtc::turn {
namespace {

using boost::asio::ip::make_address;

TEST(Endpoint, IsShownAsPeopleWriteIt) {
  EXPECT_EQ(text_of({make_address("192.0.2.1"), 3478}), "192.0.2.1:3478");
  EXPECT_EQ(text_of({make_address("2001:db8::1"), 3478}), "[2001:db8::1]:3478");
}

TEST(Endpoint, TellsFromHowFarItIsReached) {
  for (const char* host : {"127.0.0.1", "127.9.9.9", "::1"})
    EXPECT_EQ(reach_of(make_address(host)), Reach::host) << host;
  for (const char* site :
       {"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.1.1", "100.64.0.1", "fd00::1", "fe80::1"}) {
    EXPECT_EQ(reach_of(make_address(site)), Reach::site) << site;
  }
  for (const char* world : {"203.0.113.10", "172.32.0.1", "11.0.0.1", "100.128.0.1", "2001:db8::1"}) {
    EXPECT_EQ(reach_of(make_address(world)), Reach::world) << world;
  }
}

}  // namespace
}  // namespace grtc::turn
