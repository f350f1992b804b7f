#pragma once
#include <memory>

#include "items/item_store.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"
#include "ops/settings.hpp"

namespace grtc::app {

/// Opens the store that the settings ask for: DATABASE_URL's PostgreSQL, or else DATABASE_PATH's SQLite. What it counts
/// is shown in `metrics`, what befalls it is told to `log`; both outlive its last use.
/// @return one sentence that names the setting
[[nodiscard]] core::Result<std::unique_ptr<items::ItemStore>> open_item_store(const ops::Settings& settings,
                                                                              ops::Log& log, ops::Metrics& metrics);

}  // namespace grtc::app
