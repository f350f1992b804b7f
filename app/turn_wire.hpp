#pragma once
#include <memory>
#include <vector>

#include "app/stop_line.hpp"
#include "ops/ice_url.hpp"
#include "turn/wire.hpp"

namespace grtc::app {

/// The addresses of `target`'s host, at most four. Blocks as long as the name server takes.
/// @return Code::unavailable: the name is not known
[[nodiscard]] core::Result<std::vector<turn::Endpoint>> resolve(const ops::IceTarget& target);

/// Opens the way to one of them: a UDP socket, a TCP connection or TLS in one. The certificate is checked against the
/// system's authorities and the target's host, as browsers do.
/// @param stop  cuts everything short; outlives the wire
/// @return Code::unavailable or Code::timed_out, with the cause
[[nodiscard]] core::Result<std::unique_ptr<turn::Wire>> open_wire(const ops::IceTarget& target,
                                                                  const turn::Endpoint& server, const StopLine& stop);

}  // namespace grtc::app
