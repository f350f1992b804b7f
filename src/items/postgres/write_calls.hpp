#pragma once
#include <functional>
#include <span>
#include <vector>

#include "items/postgres/call.hpp"
#include "items/postgres/ledger.hpp"
#include "items/write.hpp"

namespace grtc::items::postgres {

/// Begins a transaction, takes the lock that all writers of all replicas take, reads what the writes name.
[[nodiscard]] std::vector<Call> opening_calls(std::span<const Write> writes);
/// What opening_calls() were answered, in their order.
/// @param clock  empty: the database's
[[nodiscard]] Books read_books(const std::vector<Rows>& answers, const std::function<core::WallTime()>& clock);

/// Writes what the ledger says, wakes the other replicas, commits.
/// @param prunes  also bounds the change log and drops keys that are too old, which costs a millisecond
[[nodiscard]] std::vector<Call> closing_calls(const Ledger& ledger, bool prunes);
[[nodiscard]] std::vector<Call> rollback_call();

}  // namespace grtc::items::postgres
