#include "net/ws_reader.hpp"

#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/client_frames.hpp"

namespace grtc::net {
namespace {

using test::client_frame;
using testing::ElementsAre;
using Kind = WsEvent::Kind;

constexpr std::size_t kMax = 1000;

std::string describe(const WsEvent& event) {
  static constexpr std::string_view kNames[] = {"more", "text", "binary", "ping", "pong", "close", "violation"};
  std::string text(kNames[static_cast<std::size_t>(event.kind)]);
  if (event.kind == Kind::violation) return text + " " + std::to_string(event.close_code);
  return text + " " + std::string(event.payload);
}

/// What a client's bytes are read as, when they arrive in pieces of `step` bytes.
std::vector<std::string> read_all(const std::string& bytes, std::size_t step) {
  WsReader reader(kMax);
  std::vector<std::string> events;
  std::string pending;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    pending.append(bytes, at, step);
    std::span<char> rest(pending);
    while (true) {
      const WsEvent event = reader.next(rest);
      if (event.kind == Kind::need_more) break;
      events.push_back(describe(event));
      if (event.kind == Kind::violation) return events;
    }
    pending = std::string(rest.data(), rest.size());
  }
  return events;
}

std::string raw(std::initializer_list<unsigned> bytes) {
  std::string text;
  for (const unsigned byte : bytes) text += static_cast<char>(byte);
  return text;
}

TEST(WsReader, ReadsTheSameInAnyPieces) {
  const std::string bytes = client_frame(Opcode::text, "hello") + client_frame(Opcode::text, "fra", false) +
                            client_frame(Opcode::ping, "now") + client_frame(Opcode::continuation, "g", false) +
                            client_frame(Opcode::continuation, "ment") + client_frame(Opcode::binary, "b") +
                            client_frame(Opcode::text, std::string(700, 'x')) + client_frame(Opcode::close, "");
  for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{100}, bytes.size()}) {
    SCOPED_TRACE(step);
    EXPECT_THAT(read_all(bytes, step), ElementsAre("text hello", "ping now", "text fragment", "binary b",
                                                   "text " + std::string(700, 'x'), "close "));
  }
}

TEST(WsReader, RefusesWhatTheProtocolForbids) {
  struct Row {
    const char* what;
    std::string bytes;
    const char* verdict;
  };
  const Row rows[] = {
      {"RSV1 without an extension", raw({0xC1, 0x80}), "violation 1002"},
      {"RSV2", raw({0xA1, 0x80}), "violation 1002"},
      {"RSV3", raw({0x91, 0x80}), "violation 1002"},
      {"unknown data opcode", raw({0x83, 0x80}), "violation 1002"},
      {"unknown control opcode", raw({0x8B, 0x80}), "violation 1002"},
      {"unmasked", raw({0x81, 0x02, 'h', 'i'}), "violation 1002"},
      {"ping in fragments", client_frame(Opcode::ping, "", false), "violation 1002"},
      {"ping of 126 bytes", client_frame(Opcode::ping, std::string(126, 'x')), "violation 1002"},
      {"continuation of nothing", client_frame(Opcode::continuation, "x"), "violation 1002"},
      {"new message inside one", client_frame(Opcode::text, "a", false) + client_frame(Opcode::text, "b"),
       "violation 1002"},
      {"16-bit length below 126", raw({0x81, 0xFE, 0x00, 0x7D, 1, 2, 3, 4}), "violation 1002"},
      {"64-bit length below 65536", raw({0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 1, 2, 3, 4}), "violation 1002"},
      {"64-bit length with its top bit", raw({0x81, 0xFF, 0x80, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4}), "violation 1002"},
      {"a frame over the bound, told by its header", client_frame(Opcode::text, std::string(1001, 'x')).substr(0, 4),
       "violation 1009"},
      {"fragments over the bound",
       client_frame(Opcode::text, std::string(600, 'x'), false) +
           client_frame(Opcode::continuation, std::string(401, 'x')).substr(0, 8),
       "violation 1009"},
      {"text that is not UTF-8", client_frame(Opcode::text, "\xff"), "violation 1007"},
      {"text that ends in a character", client_frame(Opcode::text, "\xc3"), "violation 1007"},
      {"the fragment that breaks UTF-8",
       client_frame(Opcode::text, "a\xc3", false) + client_frame(Opcode::continuation, "(", false), "violation 1007"},
      {"a surrogate", client_frame(Opcode::text, "\xed\xa0\x80"), "violation 1007"},
      {"over U+10FFFF, at its second byte", client_frame(Opcode::text, "\xf4\x90", false), "violation 1007"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    EXPECT_THAT(read_all(row.bytes, row.bytes.size()), ElementsAre(row.verdict));
    EXPECT_THAT(read_all(row.bytes, 1), ElementsAre(row.verdict));
  }
}

TEST(WsReader, LetsACharacterSpanFragments) {
  const std::string bytes = client_frame(Opcode::text, "\xe2\x82", false) + client_frame(Opcode::ping, "") +
                            client_frame(Opcode::continuation, "\xac");
  EXPECT_THAT(read_all(bytes, bytes.size()), ElementsAre("ping ", "text \xe2\x82\xac"));
}

TEST(WsReader, AcceptsAMessageOfExactlyTheBound) {
  const std::string text(kMax, 'x');
  const std::string bytes = client_frame(Opcode::text, text);
  EXPECT_THAT(read_all(bytes, 100), ElementsAre("text " + text));
}

TEST(WsReader, SaysHowMuchItNeedsToGoOn) {
  WsReader reader(kMax);
  std::string bytes = client_frame(Opcode::text, std::string(500, 'x'));
  const std::size_t whole = bytes.size();
  bytes.resize(20);
  std::span<char> rest(bytes);
  EXPECT_EQ(reader.next(rest).kind, Kind::need_more);
  EXPECT_EQ(reader.wanted(), whole);
}

TEST(ReadClose, TellsGoodCodesFromBadOnes) {
  struct Row {
    std::string payload;
    bool valid;
    std::uint16_t code;
  };
  const auto close = [](std::uint16_t code, std::string reason = {}) {
    return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)} + reason;
  };
  const Row rows[] = {{"", true, 1005},
                      {"x", false, 1002},
                      {close(1000), true, 1000},
                      {close(1004), false, 1002},
                      {close(1005), false, 1002},
                      {close(1006), false, 1002},
                      {close(1012), true, 1012},
                      {close(1015), false, 1002},
                      {close(999), false, 1002},
                      {close(1016), false, 1002},
                      {close(2999), false, 1002},
                      {close(3000), true, 3000},
                      {close(4999), true, 4999},
                      {close(5000), false, 1002},
                      {close(1000, "bye"), true, 1000},
                      {close(1000, "\xff"), false, 1007}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.code);
    const CloseInfo info = read_close(row.payload);
    EXPECT_EQ(info.valid, row.valid);
    EXPECT_EQ(info.code, row.code);
  }
}

TEST(ServerFrames, HaveTheShortestHeader) {
  for (const std::size_t size : {0U, 125U, 126U, 65535U, 65536U, 100000U}) {
    std::string frame;
    append_frame(frame, Opcode::text, std::string(size, 'x'));
    EXPECT_EQ(frame.size(), size + (size < 126 ? 2U : size < 65536 ? 4U : 10U));
    EXPECT_EQ(static_cast<unsigned char>(frame[0]), 0x81);
  }
}

TEST(ServerFrames, CutACloseReasonAtACharacter) {
  std::string reason(122, 'x');
  reason += "\xc3\xa9";  // its second byte would be the 124th
  std::string frame;
  append_close(frame, 4400, reason);
  EXPECT_EQ(frame.size(), 2U + 2U + 122U);
}

}  // namespace
}  // namespace grtc::net
