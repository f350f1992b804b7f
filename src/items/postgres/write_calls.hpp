#pragma once
#include <span>
#include <vector>

#include "items/postgres/call.hpp"
#include "items/postgres/ledger.hpp"
#include "items/write.hpp"

namespace grtc::items::postgres {

/// Begins a transaction, takes the lock that all writers of all replicas take, reads what the writes name.
[[nodiscard]] std::vector<Call> opening_calls(std::span<const Write> writes);
/// What opening_calls() were answered, in their order.
[[nodiscard]] Books read_books(const std::vector<Rows>& answers);

/// Writes what the ledger says, bounds the change log and, once in a while, the keys; wakes the other replicas, commits.
[[nodiscard]] std::vector<Call> closing_calls(const Ledger& ledger, bool prunes_keys);
[[nodiscard]] std::vector<Call> rollback_call();

}  // namespace grtc::items::postgres
