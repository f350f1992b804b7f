#include "ops/version.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace grtc::ops {

TEST(Version, IsASemanticOne) {
  EXPECT_THAT(std::string(version()), testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+.*"));
}

}  // namespace grtc::ops
