#pragma once
#include <string>

namespace grtc::signalling {

/// A fresh URL-safe name from 96 random bits, 16 characters: a peer id that the client left to us.
[[nodiscard]] std::string random_peer_id();
/// A fresh version 4 UUID (RFC 9562 §5.4): 122 random bits, so no two are alike and no list of those in use is needed.
[[nodiscard]] std::string random_uuid();
/// A fresh secret from 144 random bits, 24 URL-safe characters: a session's token.
[[nodiscard]] std::string random_session_token();

}  // namespace grtc::signalling
