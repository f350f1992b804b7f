#include "items/postgres/libpq.hpp"

#include <gtest/gtest.h>

namespace grtc::items::postgres {
namespace {

using Whatever = void (*)();

TEST(Libpq, IsThereWithAllThatIsUsed) {
  EXPECT_TRUE(find_libpq()) << pq().shared_object.trouble();
}

TEST(Libpq, ALibraryThatIsMissingIsNamed) {
  Library library("libno-such-thing.so.5");
  EXPECT_NE(library.trouble().find("libno-such-thing.so.5"), std::string::npos) << library.trouble();
  const Whatever function = library.find("PQclear");
  EXPECT_EQ(function, nullptr);
}

TEST(Libpq, WhatALibraryLacksIsNamed) {
  Library library("libpq.so.5");
  const Whatever known = library.find("PQclear");
  EXPECT_NE(known, nullptr);
  EXPECT_EQ(library.trouble(), "");
  const Whatever unknown = library.find("PQnoSuchThing");
  EXPECT_EQ(unknown, nullptr);
  EXPECT_NE(library.trouble().find("PQnoSuchThing"), std::string::npos) << library.trouble();
}

}  // namespace
}  // namespace grtc::items::postgres
