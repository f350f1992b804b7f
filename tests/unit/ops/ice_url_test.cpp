#include "ops/ice_url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace grtc::ops {
namespace {

using testing::HasSubstr;

TEST(IceUrl, IsAcceptedAsBrowsersTakeIt) {
  for (const char* url : {"stun:stun.example.org", "stun:stun.example.org:3478", "stuns:stun.example.org:5349",
                          "stun:192.0.2.1:1", "stun:[2001:db8::1]:65535", "stun:[::1]", "stun:localhost"}) {
    EXPECT_EQ(ice_url_fault(IceKind::stun, url), std::nullopt) << url;
  }
  for (const char* url : {"turn:turn.example.org", "turn:turn.example.org:3478?transport=udp",
                          "turn:turn.example.org?transport=tcp", "turns:turn.example.org:5349?transport=tcp",
                          "turns:turn.example.org:443", "turn:[2001:db8::1]:3478?transport=udp"}) {
    EXPECT_EQ(ice_url_fault(IceKind::turn, url), std::nullopt) << url;
  }
}

TEST(IceUrl, IsRefusedWithAnExampleOfARightOne) {
  struct Row {
    IceKind kind;
    const char* url;
    const char* says;
  };
  const Row rows[]{
      {IceKind::stun, "turn:turn.example.org", "like stun:stun.example.org:3478"},
      {IceKind::turn, "stun:stun.example.org", "like turn:turn.example.org:3478?transport=udp"},
      {IceKind::stun, "https://stun.example.org", "like stun:stun.example.org:3478"},
      {IceKind::stun, "stun.example.org:3478", "like stun:stun.example.org:3478"},
      {IceKind::stun, "stun", "like stun:"},
      {IceKind::turn, "turn://turn.example.org", "no //"},
      {IceKind::turn, "turn:", "like turn:"},
      {IceKind::stun, "stun::3478", "like stun:"},
      {IceKind::stun, "stun:a b", "like stun:"},
      {IceKind::stun, "stun:[2001:db8::1", "like stun:"},
      {IceKind::stun, "stun:[not-v6]", "like stun:"},
      {IceKind::stun, "stun:[192.0.2.1]", "like stun:"},
      {IceKind::stun, "stun:999.1.1.1", "like stun:"},
      {IceKind::stun, "stun:h:0", "port must be from 1 to 65535"},
      {IceKind::stun, "stun:h:65536", "port must be from 1 to 65535"},
      {IceKind::stun, "stun:h:", "port must be from 1 to 65535"},
      {IceKind::stun, "stun:h:34x", "port must be from 1 to 65535"},
      {IceKind::stun, "stun:[::1]3478", "port must be from 1 to 65535"},
      {IceKind::turn, "turn:h:3478/path", "no //, path, user or fragment"},
      {IceKind::turn, "turn:user@h", "no //, path, user or fragment"},
      {IceKind::turn, "turn:h#x", "no //, path, user or fragment"},
      {IceKind::stun, "stun:h?transport=udp", "RFC 7064"},
      {IceKind::stun, "stun:h?", "RFC 7064"},
      {IceKind::turn, "turn:h?transport=sctp", "RFC 7065"},
      {IceKind::turn, "turn:h?x=1", "RFC 7065"},
      {IceKind::turn, "turn:h?transport=udp&x=1", "RFC 7065"},
      {IceKind::turn, "turns:h:5349?transport=udp", "turns:turn.example.org:5349?transport=tcp"},
      {IceKind::stun, "stun:2001:db8::1", "like stun:[2001:db8::1]"},
      {IceKind::turn, "turn:2001:db8:0:0:0:0:0:1:3478", "like turn:[2001:db8:0:0:0:0:0:1]:3478"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.url);
    EXPECT_THAT(ice_url_fault(row.kind, row.url).value_or("accepted"), HasSubstr(row.says));
  }
}

TEST(IceUrl, TellsAPrivateHost) {
  for (const char* url :
       {"stun:localhost", "stun:nas.local:3478", "turn:10.0.0.1", "turn:172.31.1.1:3478?transport=udp",
        "stun:192.168.1.1", "stun:127.0.0.1", "stun:169.254.1.1", "stun:100.64.0.1", "stun:[::1]",
        "stun:[fd00::1]:3478", "stun:[fe80::1]"}) {
    EXPECT_TRUE(is_private_ice_host(url)) << url;
  }
  for (const char* url : {"stun:stun.example.org", "stun:11.0.0.1", "stun:172.32.0.1", "stun:100.128.0.1",
                          "stun:[2001:db8::1]", "stun:192.0.2.1"}) {
    EXPECT_FALSE(is_private_ice_host(url)) << url;
  }
}

TEST(IceUrl, TellsWhereItLeads) {
  struct Row {
    const char* url;
    IceTarget target;
  };
  const std::vector<Row> rows{
      {"stun:h.example", {.host = "h.example", .port = 3478, .turn = false, .tls = false, .tcp = false}},
      {"stuns:h.example", {.host = "h.example", .port = 5349, .turn = false, .tls = true, .tcp = true}},
      {"turn:[2001:db8::1]:80", {.host = "2001:db8::1", .port = 80, .turn = true, .tls = false, .tcp = false}},
      {"turn:h?transport=udp", {.host = "h", .port = 3478, .turn = true, .tls = false, .tcp = false}},
      {"turn:h:1?transport=tcp", {.host = "h", .port = 1, .turn = true, .tls = false, .tcp = true}},
      {"turns:h?transport=tcp", {.host = "h", .port = 5349, .turn = true, .tls = true, .tcp = true}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.url);
    const IceTarget target = ice_target(row.url);
    EXPECT_EQ(target.host, row.target.host);
    EXPECT_EQ(target.port, row.target.port);
    EXPECT_EQ(target.turn, row.target.turn);
    EXPECT_EQ(target.tls, row.target.tls);
    EXPECT_EQ(target.tcp, row.target.tcp);
  }
}

}  // namespace
}  // namespace grtc::ops
