#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "core/problem.hpp"
#include "turn/endpoint.hpp"

namespace grtc::turn {

/// The way to one STUN or TURN server: datagrams, or a stream cut into messages. Blocks; one thread.
class Wire {
 public:
  using Clock = std::chrono::steady_clock;

  Wire() = default;
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  virtual ~Wire() = default;

  /// @return Code::unavailable with the cause
  [[nodiscard]] virtual core::Result<void> send(std::string_view message) = 0;
  /// The next whole message, of at most 64 KiB.
  /// @return Code::timed_out: none came by `until`; Code::unavailable with the cause
  [[nodiscard]] virtual core::Result<std::string> receive(Clock::time_point until) = 0;
  /// Whether what is sent arrives or the line breaks: a datagram has to be sent again.
  [[nodiscard]] virtual bool reliable() const noexcept = 0;
  /// Whom it leads to.
  [[nodiscard]] virtual const Endpoint& server() const noexcept = 0;
};

}  // namespace grtc::turn
