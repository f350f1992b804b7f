#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "core/problem.hpp"

namespace grtc::app {

/// A server's answer to a GET.
struct ProbeAnswer {
  std::uint16_t status = 0;
  std::string body;  ///< at most 64 KiB of it
};

/// How to ask, when it is not for a plain answer.
struct ProbeHow {
  std::string headers = "Connection: close\r\n";  ///< whole lines
  std::string until;  ///< text after which no more is waited for; empty: the connection's end
};

/// Sends one GET and waits for the answer: for commands, as it blocks. A certificate is checked against the system's
/// authorities, but not for a loopback host, where it could not name one.
/// @param url      `http://host[:port][/path]` or `https://…`; IPv6 in brackets
/// @param patience for all of it but the name's resolution
/// @return Code::bad_request: no such URL; else Code::unavailable with the cause
[[nodiscard]] core::Result<ProbeAnswer> probe(const std::string& url, std::chrono::milliseconds patience,
                                              const ProbeHow& how = {});

}  // namespace grtc::app
