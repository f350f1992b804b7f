#include "signalling/envelope.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace grtc::signalling {
namespace {

using core::Code;
using testing::ElementsAre;

std::string kept(const Envelope& envelope) {
  std::string text;
  for (const auto slice : envelope.members) text += slice;
  return text;
}

Envelope scanned(std::string_view text) {
  Envelope envelope;
  const auto fault = scan_envelope(text, envelope);
  EXPECT_FALSE(fault.has_value()) << text << ": " << (fault ? fault->sentence : "");
  return envelope;
}

TEST(Envelope, PassesThePayloadOnByteForByte) {
  struct Row {
    std::string_view sent;
    std::string_view members;
  };
  const Row rows[] = {
      {R"({"type":"x"})", R"("type":"x")"},
      {R"({ "type" : "x" , "b" : [1, 2 ,{"c":null}] })", R"( "type" : "x" , "b" : [1, 2 ,{"c":null}] )"},
      {R"({ "id":7 , "type":"x" })", R"("type":"x" )"},
      {R"({ "type":"x" , "id":7 })", R"( "type":"x")"},
      {R"({"type":"x","id":7})", R"("type":"x")"},
      {R"({"id":7,"type":"x"})", R"("type":"x")"},
      {R"({"a":1,"id":7,"type":"x","from":"eve","seq":"1","z":2})", R"("a":1,"type":"x","z":2)"},
      {R"({"from":1,"seq":2,"type":"x"})", R"("type":"x")"},
      {R"({"fr\u006fm":"eve","type":"x"})", R"("type":"x")"},
      {R"({"type":"x","from":"a","from":"b"})", R"("type":"x")"},
      {R"({"type":"x","n":1234567890123456789012345678901234567890.5e-7})",
       R"("type":"x","n":1234567890123456789012345678901234567890.5e-7)"},
      {R"({"type":"x","sdp":"a\r\nb\u00e9\ud83d\ude00,\"}{"})", R"("type":"x","sdp":"a\r\nb\u00e9\ud83d\ude00,\"}{")"},
      {R"({"type":"x","inner":{"id":1,"from":"me","to":"you"}})",
       R"("type":"x","inner":{"id":1,"from":"me","to":"you"})"},
      {"\r\n {\"type\":\"x\"}\t", R"("type":"x")"},
      {R"({"type":"x","dup":1,"dup":2})", R"("type":"x","dup":1,"dup":2)"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.sent);
    EXPECT_EQ(kept(scanned(row.sent)), row.members);
  }
}

TEST(Envelope, FindsItsReceivers) {
  EXPECT_TRUE(scanned(R"({"type":"x"})").broadcast);
  EXPECT_THAT(scanned(R"({"type":"x","to":"bob"})").to, ElementsAre("bob"));
  EXPECT_THAT(scanned(R"({"to":["bob","eve"],"type":"x"})").to, ElementsAre("bob", "eve"));
  EXPECT_THAT(scanned(R"({"type":"x","to":"b\u006fb"})").to, ElementsAre("bob"));
  EXPECT_THAT(scanned(R"({"typ\u0065":"\u0078","to":["\u0061","\u0062","c"]})").to, ElementsAre("a", "b", "c"));
}

TEST(Envelope, KnowsTheControlTypes) {
  EXPECT_EQ(scanned(R"({"type":"ping","id":5})").kind, Envelope::Kind::ping);
  EXPECT_EQ(scanned(R"({"type":"update"})").kind, Envelope::Kind::update);
  EXPECT_EQ(scanned(R"({"type":"leave"})").kind, Envelope::Kind::leave);
  EXPECT_EQ(scanned(R"({"type":"my.own-type_2"})").kind, Envelope::Kind::relayed);
}

std::string nested(int deep) {
  return R"({"type":"x","a":)" + std::string(static_cast<std::size_t>(deep), '[') +
         std::string(static_cast<std::size_t>(deep), ']') + "}";
}

TEST(Envelope, RefusesByTheRules) {
  std::string many = R"({"type":"x","to":[)";
  for (int i = 0; i < 65; ++i) many += (i ? ",\"p" : "\"p") + std::to_string(i) + "\"";
  many += "]}";
  struct Row {
    std::string text;
    Code code;
  };
  const Row rows[] = {
      {"", Code::bad_json},
      {"hello", Code::bad_json},
      {"{", Code::bad_json},
      {R"({"type":"x"}})", Code::bad_json},
      {R"({"type":"x",})", Code::bad_json},
      {R"({"type":"x" "a":1})", Code::bad_json},
      {R"({type:"x"})", Code::bad_json},
      {R"({"type":"x","a":01})", Code::bad_json},
      {R"({"type":"x","a":1.})", Code::bad_json},
      {R"({"type":"x","a":+1})", Code::bad_json},
      {R"({"type":"x","a":nul})", Code::bad_json},
      {R"({"type":"x","a":"\x"})", Code::bad_json},
      {R"({"type":"x","a":"\u12g4"})", Code::bad_json},
      {"{\"type\":\"x\",\"a\":\"\n\"}", Code::bad_json},
      {R"({"type":"x","a":[1,]})", Code::bad_json},
      {R"({"type":"x","a":{"b"}})", Code::bad_json},
      {R"({"type":"x","a":[}})", Code::bad_json},
      {"[]", Code::bad_message},
      {"17", Code::bad_message},
      {"\"text\"", Code::bad_message},
      {"null", Code::bad_message},
      {"{}", Code::bad_message},
      {R"({"type":5})", Code::bad_message},
      {R"({"type":""})", Code::bad_message},
      {R"({"type":"Big"})", Code::bad_message},
      {R"({"type":"a b"})", Code::bad_message},
      {R"({"type":")" + std::string(65, 'a') + "\"}", Code::bad_message},
      {R"({"type":"x","type":"peer-left"})", Code::bad_message},
      {R"({"type":"x","typ\u0065":"peer-left"})", Code::bad_message},
      {R"({"type":"x","to":"a","to":"b"})", Code::bad_message},
      {R"({"type":"x","id":1,"id":2})", Code::bad_message},
      {R"({"type":"x","to":null})", Code::bad_message},
      {R"({"type":"x","to":5})", Code::bad_message},
      {R"({"type":"x","to":""})", Code::bad_message},
      {R"({"type":"x","to":[]})", Code::bad_message},
      {R"({"type":"x","to":["a",5]})", Code::bad_message},
      {R"({"type":"x","to":["a","a"]})", Code::bad_message},
      {R"({"type":"x","to":["a","\u0061"]})", Code::bad_message},
      {R"({"type":"x","to":"\ud800"})", Code::bad_message},
      {many, Code::bad_message},
      {R"({"type":"x","id":0})", Code::bad_message},
      {R"({"type":"x","id":-1})", Code::bad_message},
      {R"({"type":"x","id":1.5})", Code::bad_message},
      {R"({"type":"x","id":"1"})", Code::bad_message},
      {R"({"type":"x","id":9007199254740992})", Code::bad_message},
      {R"({"type":"welcome"})", Code::reserved_type},
      {R"({"type":"peer-left","to":"a"})", Code::reserved_type},
      {R"({"type":"p\u006fng"})", Code::reserved_type},
      {R"({"type":"offer"})", Code::missing_to},
      {R"({"type":"ice-candidate","candidate":{}})", Code::missing_to},
      {nested(32), Code::too_deep},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    Envelope envelope;
    const auto fault = scan_envelope(row.text, envelope);
    ASSERT_TRUE(fault.has_value());
    EXPECT_EQ(fault->code, row.code);
  }
}

TEST(Envelope, TakesWhatStandsJustInsideTheBounds) {
  (void)scanned(nested(31));
  EXPECT_EQ(scanned(R"({"type":"x","id":9007199254740991})").id, 9007199254740991U);
  EXPECT_EQ(scanned(R"({"type":")" + std::string(64, 'a') + "\"}").type.size(), 64U);
}

TEST(Envelope, NamesTheMessageThatIsAtFault) {
  Envelope envelope;
  EXPECT_TRUE(scan_envelope(R"({"type":"welcome","id":7})", envelope));
  EXPECT_EQ(envelope.id, 7U);
  EXPECT_TRUE(scan_envelope(R"({"id":8,"type":5})", envelope));
  EXPECT_EQ(envelope.id, 8U);
}

}  // namespace
}  // namespace grtc::signalling
