#pragma once
#include <string_view>
#include <vector>

#include "ops/settings_table.hpp"

namespace grtc::ops {

/// The parts between commas, without white space around them and without empty ones.
[[nodiscard]] std::vector<std::string_view> split_list(std::string_view text);
/// Whether `text` (not empty) is what the row allows.
[[nodiscard]] bool fits(const Setting& setting, std::string_view text);

}  // namespace grtc::ops
