#pragma once
#include <memory>
#include <string>

#include "items/item_copy.hpp"

namespace grtc::items::postgres {

/// The items of the database at `url`. Servers may run on it.
[[nodiscard]] core::Result<std::unique_ptr<ItemSource>> copy_source(const std::string& url);

/// The database at `url`, whose schema is made where there is none. Refused where it has items. Servers that run on it
/// see all at once, and tell their listeners to list again.
[[nodiscard]] core::Result<std::unique_ptr<ItemTarget>> copy_target(const std::string& url);

}  // namespace grtc::items::postgres
