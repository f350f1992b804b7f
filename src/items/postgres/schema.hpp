#pragma once
#include <cstdint>
#include <string_view>

#include "core/problem.hpp"
#include "items/postgres/session.hpp"

namespace grtc::items::postgres {

/// NOTIFY's channel: there is something new in the change log.
inline constexpr std::string_view kChannel = "grtc_items";

/// What `grtc.store` says after the latest migration.
[[nodiscard]] std::int64_t schema_version() noexcept;

/// Makes the schema `grtc`, or brings it up to schema_version(), in one transaction under an advisory lock: of several
/// replicas that start at once one does it and the others find it done. Tables of other programs are never touched.
/// On a standby, or for a user that may not: only checks that it is there.
[[nodiscard]] core::Result<void> migrate(Session& session);

/// Lets the ids of the change log go on at a random place. A restored dump repeats the ids that it had, in another
/// history; an id that a feed remembers from the other one is then found in none of this log's rows.
void leave_gap(Session& session);

/// The schema's version, from 1 to schema_version().
/// @return why it is no database of ours that this program can read
[[nodiscard]] core::Result<std::int64_t> version_of(Session& session);

}  // namespace grtc::items::postgres
