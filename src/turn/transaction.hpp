#pragma once
#include <string>

#include "turn/stun_message.hpp"
#include "turn/wire.hpp"

namespace grtc::turn {

/// For every request another one (RFC 8489 §5: 96 random bits).
[[nodiscard]] TransactionId new_transaction();

/// Sends `request` until its answer is there: over datagrams again after 0.5, 1 and 2 s (RFC 8489 §6.2.1, with fewer
/// repetitions, as a person waits).
/// @param transaction  that of `request`
/// @return the answer's bytes, which parse; Code::timed_out after 5 s, Code::unavailable with the cause
[[nodiscard]] core::Result<std::string> ask(Wire& wire, const std::string& request, const TransactionId& transaction);

}  // namespace grtc::turn
