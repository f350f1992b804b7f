#pragma once
#include <string>
#include <string_view>

#include "core/problem.hpp"

namespace grtc::items::postgres {

/// The database can't be used just now, in a sentence of ours.
[[nodiscard]] core::Problem unavailable(std::string sentence);

/// What a refusal of the server means to whoever asked.
/// @param sqlstate  five characters (PostgreSQL Appendix A); anything else: no server answered
/// @param message   the server's own words; only shown where our sentence would say nothing
[[nodiscard]] core::Problem problem_of(std::string_view sqlstate, std::string_view message);

/// The write may or may not have been done: its connection was lost before the answer.
[[nodiscard]] core::Problem unknown_fate();

/// Whether another write may still succeed where one met `problem`: else the whole database is out of reach.
[[nodiscard]] bool concerns_one_write(const core::Problem& problem) noexcept;

}  // namespace grtc::items::postgres
