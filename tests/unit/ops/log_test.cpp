#include "ops/log.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "ops/log_line.hpp"

namespace grtc::ops {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr core::WallTime kThen{std::chrono::milliseconds(1'769'853'600'007)};

class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    ::close(ends_[0]);
    close_writer();
  }
  [[nodiscard]] int writer() const { return ends_[1]; }
  void close_writer() {
    if (ends_[1] >= 0) ::close(std::exchange(ends_[1], -1));
  }
  std::string read_all() {
    close_writer();
    std::string all;
    std::array<char, 4096> part{};
    for (ssize_t got = 1; got > 0;) {
      got = ::read(ends_[0], part.data(), part.size());
      if (got > 0) all.append(part.data(), static_cast<std::size_t>(got));
    }
    return all;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

TEST(LogLine, IsTextForAPersonInDevelopment) {
  EXPECT_EQ(log_line(Log::Format::text, kThen, Level::info, "i-1", "peer joined",
                     {{"room", "lobby"}, {"peer_id", "alice"}, {"peers", 3}, {"name", "Al Ice"}, {"ok", true}}),
            "2026-01-31T10:00:00.007Z info    peer joined room=lobby peer_id=alice peers=3 name=\"Al Ice\" ok=true");
}

TEST(LogLine, IsOneJsonObjectInProduction) {
  EXPECT_EQ(log_line(Log::Format::json, kThen, Level::warning, "i-1", "slow", {{"room", "a\"b"}, {"ms", 1.5}}),
            R"({"time":"2026-01-31T10:00:00.007Z","level":"warning","message":"slow","instance":"i-1",)"
            R"("room":"a\"b","ms":1.5})");
}

TEST(LogLine, CannotBeSplitOrForgedByAClient) {
  const std::string evil = "x\n2026-01-31T10:00:00.000Z error forged\x1b[31m\r\xc2\x85\xe2\x80\xa8";
  for (const auto format : {Log::Format::text, Log::Format::json}) {
    const std::string line = log_line(format, kThen, Level::info, "", evil, {{"room", evil}});
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
    EXPECT_TRUE(std::none_of(line.begin(), line.end(), is_control)) << line;
    EXPECT_THAT(line, Not(HasSubstr("\xc2\x85")));
    EXPECT_THAT(line, Not(HasSubstr("\xe2\x80\xa8")));
  }
}

TEST(LogLine, StaysWithinItsBoundAndValidJson) {
  const std::string evil(5000, '\x01');
  simdjson::dom::parser parser;
  const std::string line =
      log_line(Log::Format::json, kThen, Level::info, "i", evil,
               {{"a", evil}, {"b", evil}, {"c", evil}, {"d", evil}, {"e", evil}, {"f", evil}, {"g", evil}});
  EXPECT_LT(line.size(), kMaxLogLine);
  EXPECT_EQ(parser.parse(line).error(), simdjson::SUCCESS);
}

TEST(Log, WritesWholeLinesFromItsLevelOn) {
  Pipe pipe;
  {
    Log log({.level = Level::warning, .format = Log::Format::text, .instance = "", .fd = pipe.writer()});
    log.debug("one");
    log.info("two");
    log.warning("three");
    log.error("four");
    log.notice("listening");
    EXPECT_FALSE(log.logs(Level::info));
    EXPECT_TRUE(log.logs(Level::error));
  }
  const std::string all = pipe.read_all();
  EXPECT_THAT(all, Not(HasSubstr("one")));
  EXPECT_THAT(all, Not(HasSubstr("two")));
  EXPECT_THAT(all, HasSubstr(" warning three\n"));
  EXPECT_THAT(all, HasSubstr(" error   four\n"));
  EXPECT_THAT(all, EndsWith(" info    listening\n"));
}

TEST(Log, DropsAndCountsWhatNobodyReadsAndStillStops) {
  Pipe pipe;
  constexpr int kLines = 5000;
  std::uint64_t dropped = 0;
  {
    Log log({.level = Level::info, .format = Log::Format::json, .instance = "", .fd = pipe.writer(), .queue = 16});
    const std::string text(500, 'x');
    for (int i = 0; i < kLines; ++i) log.info(text);
    dropped = log.dropped();
  }
  // A pipe holds 64 KiB; all else had to go, and the destructor did not wait for a reader.
  EXPECT_GT(dropped, 1000U);
  const std::string all = pipe.read_all();
  EXPECT_LT(std::count(all.begin(), all.end(), '\n'), kLines);
  EXPECT_THAT(all, EndsWith("}\n"));
}

}  // namespace
}  // namespace grtc::ops
