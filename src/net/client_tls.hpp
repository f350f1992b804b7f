#pragma once
#include <string>

#include "core/problem.hpp"
#include "net/raw_socket.hpp"

namespace grtc::net {

/// The client's end of TLS on a connecting socket: 1.2 and 1.3, the server's certificate checked against the system's
/// store (SSL_CERT_FILE, SSL_CERT_DIR) and `host`. The handshake runs inside the first reads and writes.
/// @param fd  is taken
[[nodiscard]] core::Result<RawSocket> secure_client(int fd, const std::string& host);

}  // namespace grtc::net
