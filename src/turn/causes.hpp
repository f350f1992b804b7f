#pragma once
#include <string>
#include <string_view>

#include "core/problem.hpp"
#include "turn/stun_message.hpp"

namespace grtc::turn {

/// What a server's refusal means for whoever set it up: the code, the server's words, and what to look at.
/// @see RFC 8489 §14.8, RFC 8656 §19
[[nodiscard]] std::string cause_of_error(const ErrorCode& error);
/// The same for an answer that did not come.
[[nodiscard]] std::string cause_of_silence(const core::Problem& problem, bool reliable);

}  // namespace grtc::turn
