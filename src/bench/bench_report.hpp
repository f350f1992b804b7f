#pragma once
#include <string>
#include <vector>

#include "bench/load.hpp"

namespace grtc::bench {

/// The head and a line of the live table.
[[nodiscard]] std::string tick_head();
[[nodiscard]] std::string tick_line(const Tick& tick);

/// What a person should know before believing the figures; empty: nothing.
[[nodiscard]] std::vector<std::string> warnings_of(const Outcome& outcome);
[[nodiscard]] std::string summary_text(const Outcome& outcome);
[[nodiscard]] std::string summary_json(const Outcome& outcome);
/// `ours` beside `other`, with ratios of the first to the second.
[[nodiscard]] std::string comparison_text(const Outcome& ours, const Outcome& other);

}  // namespace grtc::bench
