#include "http/trusted_proxies.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace grtc::http {
namespace {

TEST(TrustedProxies, HoldsNetworksOfBothFamilies) {
  const auto proxies = TrustedProxies::parse(" loopback, 10.0.0.0/8,192.0.2.7, 2001:db8::/33 ").value();
  for (const std::string in :
       {"127.0.0.1", "127.9.9.9", "::1", "10.1.2.3", "192.0.2.7", "2001:db8:7fff::1", "::ffff:10.0.0.1"}) {
    EXPECT_TRUE(proxies.trusts(in)) << in;
  }
  for (const std::string out :
       {"128.0.0.1", "11.0.0.1", "192.0.2.8", "2001:db8:8000::1", "::2", "", "unknown", "10.0.0"}) {
    EXPECT_FALSE(proxies.trusts(out)) << out;
  }
  EXPECT_FALSE(TrustedProxies::parse("")->trusts("127.0.0.1"));
  EXPECT_FALSE(TrustedProxies::parse("none")->trusts("127.0.0.1"));
  EXPECT_TRUE(TrustedProxies::parse("0.0.0.0/0")->trusts("8.8.8.8"));
  EXPECT_FALSE(TrustedProxies::parse("0.0.0.0/0")->trusts("2001:db8::1"));
}

TEST(TrustedProxies, NamesThePartThatIsNoNetwork) {
  for (const std::string bad :
       {"10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8", "proxy", "1.2.3.4/8x"}) {
    const auto parsed = TrustedProxies::parse("loopback," + bad);
    ASSERT_TRUE(parsed.has_error()) << bad;
    EXPECT_EQ(parsed.error().sentence.substr(0, 16 + bad.size()), "TRUSTED_PROXIES=" + bad);
  }
}

TEST(TrustedProxies, BelievesOnlyWhatTheyAdded) {
  const auto proxies = TrustedProxies::parse("10.0.0.0/8,::1").value();
  struct Case {
    std::string peer;
    std::string forwarded;
    std::string client;
  };
  for (const Case& row : std::vector<Case>{
           {"10.0.0.1", "203.0.113.5", "203.0.113.5"},
           {"10.0.0.1", "1.1.1.1, 203.0.113.5", "203.0.113.5"},
           {"10.0.0.1", "203.0.113.5, 10.0.0.9", "203.0.113.5"},
           {"10.0.0.1", "10.0.0.3, 10.0.0.9", "10.0.0.3"},
           {"10.0.0.1", "203.0.113.5:4711", "203.0.113.5"},
           {"10.0.0.1", "[2001:db8::5]:4711", "2001:db8::5"},
           {"::1", "2001:db8::5", "2001:db8::5"},
           {"10.0.0.1", "unknown", "10.0.0.1"},
           {"10.0.0.1", "203.0.113.5, evil\r\n, 10.0.0.9", "10.0.0.9"},
           {"10.0.0.1", "", "10.0.0.1"},
           {"203.0.113.9", "1.1.1.1", "203.0.113.9"},
       }) {
    EXPECT_EQ(proxies.client_of(row.peer, row.forwarded), row.client) << row.forwarded;
  }
  EXPECT_TRUE(forwarded_securely("https"));
  EXPECT_TRUE(forwarded_securely("http, HTTPS"));
  EXPECT_FALSE(forwarded_securely("https, http"));
}

}  // namespace
}  // namespace grtc::http
