#include "core/problem.hpp"

#include <gtest/gtest.h>

namespace grtc::core {

TEST(Codes, EachEnumeratorHasItsOwnRow) {
  for (std::size_t i = 0; i < kCodes.size(); ++i) EXPECT_EQ(static_cast<std::size_t>(kCodes[i].code), i);
}

}  // namespace grtc::core
