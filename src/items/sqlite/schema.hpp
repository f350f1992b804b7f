#pragma once
#include <cstdint>

#include "core/problem.hpp"
#include "items/sqlite/connection.hpp"

namespace grtc::items::sqlite {

/// What `PRAGMA user_version` says after the latest migration.
[[nodiscard]] std::int64_t schema_version() noexcept;

/// Brings the database up to schema_version(): each step with its version in one transaction. An empty file becomes a
/// database; the tables of another program are never touched.
/// @param first_change  where the ids of a new change log begin; over 0
[[nodiscard]] core::Result<void> migrate(Connection& db, std::int64_t first_change);

/// The schema's version, from 1 to schema_version().
/// @return why it is no database of ours that this program can read
[[nodiscard]] core::Result<std::int64_t> version_of(Connection& db);

}  // namespace grtc::items::sqlite
