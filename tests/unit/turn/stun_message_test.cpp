#include "turn/stun_message.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "support/hex.hpp"

namespace grtc::turn {
namespace {

using boost::asio::ip::make_address;
using test::from_hex;

constexpr std::string_view kPassword = "VOkJxbRl1RmTxUk/WvJxBt";

/// RFC 5769 §2.1.
const std::string kRequest = from_hex(
    "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b1"
    "51263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf");
/// RFC 5769 §2.2.
const std::string kResponseV4 = from_hex(
    "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643000800142b91f599"
    "fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96");
/// RFC 5769 §2.3.
const std::string kResponseV6 = from_hex(
    "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a1470113a9faa5d3f179bc25f4b5"
    "bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c");
/// RFC 5769 §2.4.
const std::string kLongTerm = from_hex(
    "000100602112a44278ad3433c6ad72c029da412e00060012e3839ee38388e383aae38383e382afe382b900000015001c662f2f3439396b39"
    "353464364f4c33346f4c394653547679363473410014000b6578616d706c652e6f72670000080014f67024656dd64a3e02b8e0712e85c9"
    "a28ca89666");

TEST(StunMessage, ReadsTheRequestOfRfc5769) {
  const auto message = StunMessage::parse(kRequest);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->method(), Method::binding);
  EXPECT_EQ(message->kind(), Class::request);
  EXPECT_EQ(message->find(Attribute::software), "STUN test client");
  EXPECT_EQ(message->find(Attribute::username), "evtj:h6vY");
  EXPECT_TRUE(message->is_signed_with(kPassword));
  EXPECT_FALSE(message->is_signed_with("another"));
  EXPECT_TRUE(message->has_fingerprint());
}

TEST(StunMessage, ReadsTheResponsesOfRfc5769) {
  const auto v4 = StunMessage::parse(kResponseV4);
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->kind(), Class::success);
  EXPECT_EQ(v4->endpoint(Attribute::xor_mapped_address), (Endpoint{make_address("192.0.2.1"), 32853}));
  EXPECT_TRUE(v4->is_signed_with(kPassword));
  EXPECT_TRUE(v4->has_fingerprint());
  const auto v6 = StunMessage::parse(kResponseV6);
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->endpoint(Attribute::xor_mapped_address),
            (Endpoint{make_address("2001:db8:1234:5678:11:2233:4455:6677"), 32853}));
  EXPECT_TRUE(v6->is_signed_with(kPassword));
  EXPECT_TRUE(v6->has_fingerprint());
}

TEST(StunMessage, ChecksTheLongTermCredentialOfRfc5769) {
  const auto message = StunMessage::parse(kLongTerm);
  ASSERT_TRUE(message);
  const auto username = message->find(Attribute::username);
  ASSERT_TRUE(username);
  EXPECT_TRUE(message->is_signed_with(long_term_key(*username, "example.org", "TheMatrIX")));
  EXPECT_FALSE(message->is_signed_with(long_term_key(*username, "example.com", "TheMatrIX")));
  EXPECT_FALSE(message->has_fingerprint()) << "it has none";
}

TEST(StunWriter, WritesTheResponseOfRfc5769) {
  TransactionId id{};
  kResponseV4.copy(id.data(), id.size(), 8);
  StunWriter writer(Method::binding, Class::success, id);
  writer.add(Attribute::software, "test vector")
      .add_endpoint(Attribute::xor_mapped_address, {make_address("192.0.2.1"), 32853});
  writer.sign(kPassword).add_fingerprint();
  // The vector pads with a space where we write a zero: both are allowed (RFC 8489 §14), but they are signed.
  const auto message = StunMessage::parse(writer.bytes());
  ASSERT_TRUE(message);
  EXPECT_EQ(writer.bytes().size(), kResponseV4.size());
  EXPECT_EQ(writer.bytes().substr(0, 35), kResponseV4.substr(0, 35));
  EXPECT_TRUE(message->is_signed_with(kPassword));
  EXPECT_TRUE(message->has_fingerprint());
}

TEST(StunWriter, WritesTheLongTermRequestOfRfc5769) {
  TransactionId id{};
  kLongTerm.copy(id.data(), id.size(), 8);
  const auto given = StunMessage::parse(kLongTerm);
  StunWriter writer(Method::binding, Class::request, id);
  for (const Attribute type : {Attribute::username, Attribute::nonce, Attribute::realm})
    writer.add(type, *given->find(type));
  writer.sign(long_term_key(*given->find(Attribute::username), "example.org", "TheMatrIX"));
  EXPECT_EQ(writer.bytes(), kLongTerm);
}

TEST(StunWriter, WritesWhatIsReadBack) {
  const Endpoint v4{make_address("203.0.113.10"), 49170};
  const Endpoint v6{make_address("2001:db8::7"), 1};
  for (const auto method : {Method::allocate, Method::refresh, Method::send, Method::data, Method::create_permission}) {
    for (const auto kind : {Class::request, Class::indication, Class::success, Class::error}) {
      StunWriter writer(method, kind, {'i', 'd'});
      writer.add_endpoint(Attribute::xor_peer_address, v4).add_endpoint(Attribute::xor_relayed_address, v6);
      writer.add_number(Attribute::lifetime, 600).add(Attribute::error_code, std::string("\0\0\4\x56Quota", 9));
      const auto message = StunMessage::parse(writer.bytes());
      ASSERT_TRUE(message);
      EXPECT_EQ(message->method(), method);
      EXPECT_EQ(message->kind(), kind);
      EXPECT_EQ(message->endpoint(Attribute::xor_peer_address), v4);
      EXPECT_EQ(message->endpoint(Attribute::xor_relayed_address), v6);
      EXPECT_EQ(message->number(Attribute::lifetime), 600U);
      ASSERT_TRUE(message->error());
      EXPECT_EQ(message->error()->code, 486);
      EXPECT_EQ(message->error()->reason, "Quota");
      EXPECT_FALSE(message->is_signed_with(""));
    }
  }
}

TEST(StunMessage, RefusesWhatIsNoMessage) {
  const auto with = [](std::size_t at, char byte) {
    std::string copy = kRequest;
    copy[at] = byte;
    return copy;
  };
  EXPECT_FALSE(StunMessage::parse(""));
  EXPECT_FALSE(StunMessage::parse(kRequest.substr(0, kRequest.size() - 1))) << "cut";
  EXPECT_FALSE(StunMessage::parse(kRequest + "x")) << "something behind it";
  EXPECT_FALSE(StunMessage::parse(with(0, '\x80'))) << "a top bit";
  EXPECT_FALSE(StunMessage::parse(with(4, '\x22'))) << "another cookie";
  EXPECT_FALSE(StunMessage::parse(with(3, '\x57'))) << "a length that is no multiple of four";
  EXPECT_FALSE(StunMessage::parse(with(23, '\x7F'))) << "an attribute over the end";
}

TEST(StunMessage, DoesNotReadWhatIsNotSigned) {
  StunWriter writer(Method::allocate, Class::success, {});
  writer.add(Attribute::realm, "signed").sign("key").add(Attribute::nonce, "slipped in");
  const auto message = StunMessage::parse(writer.bytes());
  ASSERT_TRUE(message);
  EXPECT_EQ(message->find(Attribute::realm), "signed");
  EXPECT_FALSE(message->find(Attribute::nonce));
  EXPECT_TRUE(message->is_signed_with("key"));
}

TEST(StunSize, CutsAStream) {
  EXPECT_EQ(stun_size(""), 0U);
  EXPECT_EQ(stun_size(kRequest.substr(0, 19)), 0U);
  EXPECT_EQ(stun_size(kRequest + kResponseV4), kRequest.size());
  EXPECT_FALSE(stun_size("HTTP/1.1 400 Bad Request\r\n"));
}

}  // namespace
}  // namespace grtc::turn
