#pragma once
#include <memory>
#include <string>

#include "items/item_copy.hpp"

namespace grtc::items::sqlite {

/// The items of the database at `path`. A server may run on it.
[[nodiscard]] core::Result<std::unique_ptr<ItemSource>> copy_source(const std::string& path);

/// A new database that takes `path` when it is finished. Refused where a database with items lies there, or one that a
/// server has open.
[[nodiscard]] core::Result<std::unique_ptr<ItemTarget>> copy_target(const std::string& path);

}  // namespace grtc::items::sqlite
