#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "signalling/peerjs_frames.hpp"
#include "signalling/random_id.hpp"
#include "signalling/trystero_dialect.hpp"
#include "signalling/yjs_dialect.hpp"

namespace grtc::signalling {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;

std::string text_of(const core::SharedFrame& frame) {
  return std::string(frame.view().substr(frame.size() < 128 ? 2 : 4));
}

TEST(PeerjsFrames, KnowEachType) {
  struct Row {
    const char* text;
    PeerjsKind kind;
  };
  for (const Row& row : {Row{R"({"type":"OFFER","dst":"b"})", PeerjsKind::signal},
                         {R"({"type":"ANSWER","dst":"b"})", PeerjsKind::signal},
                         {R"({"type":"CANDIDATE","dst":"b"})", PeerjsKind::signal},
                         {R"({"type":"LEAVE","dst":"b"})", PeerjsKind::note},
                         {R"({"type":"EXPIRE","dst":"b"})", PeerjsKind::note},
                         {R"({"type":"HEARTBEAT"})", PeerjsKind::heartbeat},
                         {R"({"type":"HEARTBEAT","dst":"b"})", PeerjsKind::heartbeat},
                         {R"({"type":"LEAVE"})", PeerjsKind::leave},
                         {R"({"type":"LEAVE","dst":""})", PeerjsKind::leave},
                         {R"({"type":"LEAVE","dst":7})", PeerjsKind::ignored},
                         {R"({"type":"EXPIRE"})", PeerjsKind::ignored},
                         {R"({"type":"OFFER"})", PeerjsKind::ignored},
                         {R"({"type":"OPEN","dst":"b"})", PeerjsKind::ignored},
                         {R"({"type":7,"dst":"b"})", PeerjsKind::ignored},
                         {"{}", PeerjsKind::ignored},
                         {R"({"type":"X","type":"OFFER","dst":"a","dst":"b"})", PeerjsKind::signal}}) {
    SCOPED_TRACE(row.text);
    PeerjsFrame frame;
    EXPECT_EQ(read_peerjs(row.text, frame), ObjectFault::none);
    EXPECT_EQ(frame.kind, row.kind);
    if (row.kind == PeerjsKind::signal) {
      EXPECT_EQ(frame.dst, "b");
    }
  }
}

TEST(PeerjsFrames, TellWhatIsNoFrame) {
  PeerjsFrame frame;
  EXPECT_EQ(read_peerjs("{", frame), ObjectFault::not_json);
  EXPECT_EQ(read_peerjs("", frame), ObjectFault::not_json);
  EXPECT_EQ(read_peerjs("{} x", frame), ObjectFault::not_json);
  EXPECT_EQ(read_peerjs("[]", frame), ObjectFault::not_object);
  EXPECT_EQ(read_peerjs("null", frame), ObjectFault::not_object);
  EXPECT_EQ(read_peerjs(std::string(40, '['), frame), ObjectFault::too_deep);
}

TEST(PeerjsFrames, LeaveThePayloadsBytesAsTheyCame) {
  PeerjsFrame frame;
  ASSERT_EQ(
      read_peerjs(R"({"payload": {"a": [1.0 ,"\u00e9"]} ,"dst":"b\"","src":"forged","type":"OFFER","x":1})", frame),
      ObjectFault::none);
  EXPECT_EQ(text_of(peerjs_relay(frame.type, "a", frame.dst, frame.payload)),
            R"({"type":"OFFER","src":"a","dst":"b\"","payload":{"a": [1.0 ,"\u00e9"]}})");
  EXPECT_EQ(text_of(peerjs_expire("gone", "a")), R"({"type":"EXPIRE","src":"gone","dst":"a"})");
}

TEST(RandomUuid, IsOfVersionFour) {
  EXPECT_THAT(random_uuid(), MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_NE(random_uuid(), random_uuid());
}

TEST(YjsDialect, KeepsEveryMemberOfAPublicationButTheCount) {
  const YjsDialect yjs(true);
  TopicCall call;
  ASSERT_EQ(yjs.read(R"({"clients":9,"type":"publish", "topic":"t","data":{"from":"a","to":"b"} ,"x":[1]})", call),
            ObjectFault::none);
  EXPECT_EQ(call.kind, TopicCall::Kind::publish);
  EXPECT_THAT(call.topics, ElementsAre("t"));
  EXPECT_EQ(yjs.finish(call.text, 3),
            R"({"type":"publish","topic":"t","data":{"from":"a","to":"b"},"x":[1],"clients":3})");
  EXPECT_EQ(call.from, "a");
  EXPECT_EQ(call.to, "b");
}

TEST(YjsDialect, ReadsNoDirectionWhereThereIsNoneOrItIsOff) {
  TopicCall call;
  for (const char* text :
       {R"({"type":"publish","topic":"t","data":"ZW5jcnlwdGVk"})", R"({"type":"publish","topic":"t"})",
        R"({"type":"publish","topic":"t","data":{"to":7,"from":null}})"}) {
    EXPECT_EQ(YjsDialect(true).read(text, call), ObjectFault::none);
    EXPECT_EQ(call.to, "") << text;
  }
  EXPECT_EQ(YjsDialect(false).read(R"({"type":"publish","topic":"t","data":{"to":"b"}})", call), ObjectFault::none);
  EXPECT_EQ(call.to, "");
}

TEST(YjsDialect, SkipsTopicsThatAreNoStrings) {
  const YjsDialect yjs(true);
  TopicCall call;
  ASSERT_EQ(yjs.read(R"({"type":"subscribe","topics":["a",1,null,["b"],"c"]})", call), ObjectFault::none);
  EXPECT_EQ(call.kind, TopicCall::Kind::subscribe);
  EXPECT_THAT(call.topics, ElementsAre("a", "c"));
  ASSERT_EQ(yjs.read(R"({"type":"unsubscribe","topics":"a"})", call), ObjectFault::none);
  EXPECT_THAT(call.topics, IsEmpty());
  ASSERT_EQ(yjs.read(R"({"type":"publish","topic":7})", call), ObjectFault::none);
  EXPECT_EQ(call.kind, TopicCall::Kind::ignored);
}

TEST(YjsDialect, EscapesWhatItSaysOfATopic) {
  EXPECT_EQ(YjsDialect(true).error("unauthorized", "No.", "a\"b"),
            R"({"type":"error","code":"unauthorized","message":"No.","topic":"a\"b"})");
  EXPECT_EQ(YjsDialect(true).error("rate-limited", "No.", ""),
            R"({"type":"error","code":"rate-limited","message":"No."})");
}

TEST(TrysteroDialect, PassesTopicAndPayloadAndNothingElse) {
  const TrysteroDialect trystero;
  TopicCall call;
  ASSERT_EQ(trystero.read(R"({"type":"publish","topic":"t","payload":{"a":1},"x":2})", call), ObjectFault::none);
  EXPECT_EQ(call.kind, TopicCall::Kind::publish);
  EXPECT_EQ(trystero.finish(call.text, 3), R"({"topic":"t","payload":{"a":1}})");
  ASSERT_EQ(trystero.read(R"({"type":"publish","topic":"t","payload":null})", call), ObjectFault::none);
  EXPECT_EQ(trystero.finish(call.text, 3), R"({"topic":"t","payload":null})");
  ASSERT_EQ(trystero.read(R"({"type":"publish","topic":"t"})", call), ObjectFault::none);
  EXPECT_EQ(call.kind, TopicCall::Kind::ignored) << "a payload is required";
}

}  // namespace
}  // namespace grtc::signalling
