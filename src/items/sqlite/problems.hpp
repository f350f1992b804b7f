#pragma once
#include "core/problem.hpp"

namespace grtc::items::sqlite {

/// What an SQLite failure means to whoever asked.
/// @param code          an extended result code (https://sqlite.org/rescode.html)
/// @param system_errno  the errno behind it, 0 if there is none
[[nodiscard]] core::Problem problem_of(int code, int system_errno);

/// The database can't be used just now, in a sentence of ours.
[[nodiscard]] core::Problem unavailable(const char* sentence);

/// Whether another write may still succeed where one met `problem`: no use when the whole file is out of reach.
[[nodiscard]] bool concerns_one_write(const core::Problem& problem) noexcept;

}  // namespace grtc::items::sqlite
