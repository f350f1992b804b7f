#include <gtest/gtest.h>

#include "unit/items/sqlite/sqlite_world.hpp"

namespace grtc::test {

INSTANTIATE_TEST_SUITE_P(Sqlite, ItemStoreContract,
                         testing::Values(StoreFactory{"sqlite", [] { return std::make_unique<SqliteWorld>(); }}),
                         [](const auto& info) { return info.param.name; });

}  // namespace grtc::test
