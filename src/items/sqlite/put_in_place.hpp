#pragma once
#include <string>

#include "core/problem.hpp"
#include "items/sqlite/scratch_file.hpp"

namespace grtc::items::sqlite {

/// @return Code::conflict while another process has the database at `path` open
[[nodiscard]] core::Result<void> refuse_while_in_use(const std::string& path);

/// Gives `copy`, a whole database without a WAL, the place of the database at `path`, in one step.
[[nodiscard]] core::Result<void> put_in_place(ScratchFile& copy, const std::string& path);

}  // namespace grtc::items::sqlite
