#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"
#include "http/origins.hpp"
#include "http/trusted_proxies.hpp"
#include "net/raw_socket.hpp"

namespace grtc::http {

/// A connection that becomes a WebSocket. The request has passed check_upgrade(), the origin and the limits; the 101 is
/// still to be written (switching_protocols()).
struct Upgrade {
  net::RawSocket socket;
  std::shared_ptr<const Request> request;
  std::string early;             ///< bytes that came behind the head
  std::shared_ptr<void> ticket;  ///< from Options::enter, its place among the connections that are counted
};

/// A path, or all paths that begin with one, where WebSockets are opened.
struct Door {
  std::string path;                   ///< "/ws/": all paths that begin so; without the `/` that one, or with a `/`
  std::function<void(Upgrade)> open;  ///< runs on the I/O thread that accepted the connection
  /// Which pages may open it. None: those of Options::origins.
  std::shared_ptr<const AllowedOrigins> origins = {};

  [[nodiscard]] bool leads(std::string_view to) const noexcept {
    if (!to.starts_with(path)) return false;
    return path.ends_with('/') || to.size() == path.size() || to.substr(path.size()) == "/";
  }
};

/// How long a client may take. Not settings: docs/http-api.md promises them.
struct Deadlines {
  std::chrono::milliseconds head{10'000};   ///< for a whole head, from its first byte (TLS: from the connection)
  std::chrono::milliseconds body{10'000};   ///< without progress of the content
  std::chrono::milliseconds idle{75'000};   ///< keep-alive without a request: longer than the 60 s of common proxies
  std::chrono::milliseconds write{30'000};  ///< without progress of an answer that the client doesn't read
  std::chrono::milliseconds linger{2'000};  ///< after our FIN, for the client's
};

/// An answer as it left for the socket's queue: for the access log and the metrics.
struct Observation {
  const Request& request;          ///< of a refused head only what is known of it
  std::string_view route;          ///< the pattern; "" when no route answered
  std::uint16_t status;            ///< 101: a WebSocket opened
  std::size_t body_bytes;          ///< of the answer; 0 for a stream
  std::chrono::microseconds took;  ///< from the whole request to the answer
  std::string_view error;          ///< what() of an exception that a handler threw; else ""
};

struct Options {
  std::string host;              ///< HOST
  std::uint16_t port;            ///< PORT; 0: any free one, see Server::port()
  std::uint64_t max_body_bytes;  ///< MAX_BODY_BYTES
  std::size_t max_sockets;       ///< HTTP connections at once, over all threads; over it they are closed unanswered
  std::uint32_t request_rate;    ///< REQUEST_RATE; 0: off
  bool hsts;                     ///< ENVIRONMENT=production: say Strict-Transport-Security over TLS
  AllowedOrigins origins;        ///< ALLOWED_ORIGINS
  TrustedProxies proxies;        ///< TRUSTED_PROXIES
  std::vector<Door> doors;
  /// A place for one more WebSocket of `address` (the client's), held until the ticket goes; null: MAX_CONNECTIONS or
  /// MAX_CONNECTIONS_PER_IP is reached. Runs on any I/O thread. None: nobody counts.
  std::function<std::shared_ptr<void>(const std::string& address)> enter;
  /// Runs on the connection's I/O thread, for each answer. None: nobody listens.
  std::function<void(const Observation&)> observer;
  /// Runs on the connection's I/O thread for each request with an X-Forwarded-For from `address`, which is not of
  /// `proxies`: a proxy that is not named there, or a client that makes one up. None: nobody listens.
  std::function<void(const std::string& address)> untrusted_forward{};
  Deadlines deadlines{};
};

}  // namespace grtc::http
