#include "signalling/session_file.hpp"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include <gtest/gtest.h>

namespace grtc::signalling {
namespace {

using namespace std::chrono_literals;

constexpr core::WallTime kNow{std::chrono::milliseconds(1'800'000'000'000)};

struct SessionFile : testing::Test {
  std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) /
      ("grtc-sessions-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
  std::string path = (folder / "items.db.sessions").string();

  SessionFile() {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
  }
  ~SessionFile() override { std::filesystem::remove_all(folder); }

  static std::vector<core::SavedRoom> rooms() {
    core::SavedSession ana{
        "ana", "Ana", R"({"hand":true})", "secret", kNow, 41, 7, 9, {{8, "one"}, {9, std::string("t\0o", 3)}}};
    core::SavedSession bo{"bo", "", "{}", "other", kNow, 0, 9, 9, {}};
    return {{"reuni\xc3\xb3n", 12, {ana, bo}}, {"b", 3, {bo}}};
  }
};

TEST_F(SessionFile, GivesBackWhatItTook) {
  ASSERT_EQ(save_sessions(path, rooms(), kNow).value(), 3U);
  const auto taken = take_sessions(path, kNow + 5s, 60s).value();
  ASSERT_EQ(taken.size(), 2U);
  EXPECT_EQ(taken[0].name, "reuni\xc3\xb3n");
  EXPECT_EQ(taken[0].seq, 12U);
  const core::SavedSession& ana = taken[0].sessions.at(0);
  EXPECT_EQ(ana.peer_id, "ana");
  EXPECT_EQ(ana.meta, R"({"hand":true})");
  EXPECT_EQ(ana.token, "secret");
  EXPECT_EQ(ana.joined_at, kNow);
  EXPECT_EQ(ana.received, 41U);
  EXPECT_EQ(ana.forgotten, 7U);
  EXPECT_EQ(ana.events, rooms()[0].sessions[0].events);
}

TEST_F(SessionFile, IsForItsOwnerOnlyAndTakenOnce) {
  ASSERT_TRUE(save_sessions(path, rooms(), kNow).has_value());
  struct stat facts {};
  ASSERT_EQ(::stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  EXPECT_EQ(take_sessions(path, kNow, 60s).value().size(), 2U);
  EXPECT_TRUE(take_sessions(path, kNow, 60s).value().empty());
}

TEST_F(SessionFile, IsIgnoredWhenItIsOld) {
  ASSERT_TRUE(save_sessions(path, rooms(), kNow).has_value());
  EXPECT_TRUE(take_sessions(path, kNow + 61s, 60s).value().empty());
}

TEST_F(SessionFile, IsNotBelievedWhenAnyByteOfItChanged) {
  ASSERT_TRUE(save_sessions(path, rooms(), kNow).has_value());
  const auto size = std::filesystem::file_size(path);
  std::string whole(size, '\0');
  std::ifstream(path, std::ios::binary).read(whole.data(), static_cast<std::streamsize>(size));
  for (std::size_t at = 16; at < size; at += 5) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    std::ofstream(path, std::ios::binary | std::ios::trunc) << damaged;
    EXPECT_TRUE(take_sessions(path, kNow, 60s).has_error()) << "byte " << at;
  }
}

TEST_F(SessionFile, LeavesAStrangersFileAlone) {
  std::ofstream(path) << "precious";
  EXPECT_TRUE(take_sessions(path, kNow, 60s).has_error());
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(SessionFile, SaysWhyItCannotBeWritten) {
  const std::string nowhere = (folder / "missing" / "file").string();
  const auto saved = save_sessions(nowhere, rooms(), kNow);
  ASSERT_TRUE(saved.has_error());
  EXPECT_NE(saved.error().sentence.find("No such file"), std::string::npos);
}

}  // namespace
}  // namespace grtc::signalling
