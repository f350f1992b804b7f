#include "signalling/letter_file.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/scratch_folder.hpp"

namespace grtc::signalling {
namespace {

using namespace std::chrono_literals;

class LetterFile : public testing::Test {
 protected:
  test::ScratchFolder folder;
  const std::string path = folder.file("letters");
  const core::WallTime now{1'000'000ms};
};

TEST_F(LetterFile, GivesBackWhatWasKeptAndTheTimeBetweenCounts) {
  ASSERT_TRUE(save_letters(path, {{"k/a", "k/b", std::string("\x81\x00z", 3), 700ms}}, now));
  const auto letters = take_letters(path, now + 300ms);
  ASSERT_TRUE(letters);
  ASSERT_EQ(letters->size(), 1U);
  EXPECT_EQ(letters->front().from, "k/a");
  EXPECT_EQ(letters->front().to, "k/b");
  EXPECT_EQ(letters->front().frame, std::string("\x81\x00z", 3));
  EXPECT_EQ(letters->front().waited, 1s);
  EXPECT_TRUE(take_letters(path, now)->empty()) << "once";
}

TEST_F(LetterFile, TellsOfOneThatIsNotOursAndLeavesItAlone) {
  std::ofstream(path) << "somebody else's";
  EXPECT_FALSE(take_letters(path, now));
  EXPECT_TRUE(std::ifstream(path).good());
}

TEST_F(LetterFile, IsNotThereForNoLetters) {
  ASSERT_TRUE(save_letters(path, {}, now));
  EXPECT_FALSE(std::ifstream(path).good());
}

}  // namespace
}  // namespace grtc::signalling
