#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/problem.hpp"
#include "http/message.hpp"

namespace grtc::http {

/// RFC 6455 §4.2: the opening handshake eats a request and makes bytes; it owns no socket.

/// The `Sec-WebSocket-Accept` for a `Sec-WebSocket-Key` (RFC 6455 §4.2.2, step 5).
[[nodiscard]] std::string accept_key(std::string_view key);

/// Whether `key` is the base64 of exactly 16 bytes (RFC 6455 §4.2.1, point 5).
[[nodiscard]] bool is_websocket_key(std::string_view key) noexcept;

/// What stands against upgrading `request`: Code::upgrade_required (no WebSocket request, or not version 13) or
/// Code::bad_request (the key is malformed, or content comes with it). Origins and limits are the server's affair.
[[nodiscard]] std::optional<core::Problem> check_upgrade(const Request& request, bool http_11);

/// The whole 101 answer to a request that check_upgrade() let pass.
/// @param protocol  the subprotocol that was chosen; empty: none is named
[[nodiscard]] std::string switching_protocols(std::string_view key, std::string_view protocol);

}  // namespace grtc::http
