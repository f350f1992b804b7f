#pragma once
#include <string>

namespace grtc::signalling {

/// A fresh URL-safe name from 96 random bits, 16 characters: a peer id that the client left to us.
[[nodiscard]] std::string random_peer_id();
/// A fresh secret from 144 random bits, 24 URL-safe characters: a session's token.
[[nodiscard]] std::string random_session_token();

}  // namespace grtc::signalling
