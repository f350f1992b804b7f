#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/executor.hpp"
#include "core/problem.hpp"

namespace grtc::routes {

struct RoomSummary {
  std::string room;
  std::uint32_t peers = 0;      ///< sessions, also those whose connection broke and may resume
  std::uint32_t connected = 0;  ///< of these with a connection
};

struct RoomDetail {
  std::string room;
  std::vector<std::string> peers;  ///< JSON, each the peer object of docs/signalling.md
};

/// The port to the rooms for admin calls: they live on several I/O threads, which are asked by message.
/// Any thread calls it. Each `done` runs once, on the given executor, also at shutdown (then with Code::unavailable).
class RoomDirectory {
 public:
  template <class T>
  using Done = std::function<void(core::Result<T>)>;

  RoomDirectory() = default;
  RoomDirectory(const RoomDirectory&) = delete;
  RoomDirectory& operator=(const RoomDirectory&) = delete;
  virtual ~RoomDirectory() = default;

  /// All rooms that have a session, in no order.
  virtual void list(core::Executor& on, Done<std::vector<RoomSummary>> done) = 0;
  /// Code::not_found when there is no such room.
  virtual void get(std::string room, core::Executor& on, Done<RoomDetail> done) = 0;
  /// Puts a message of the server's own into a room: relayed as a client's would be, but with no `from`.
  /// @param message  text that scan_envelope() takes for a relayed message: JSON object with `type`, perhaps `to`
  /// @return how many sessions took it; Code::not_found: no such room; Code::unknown_peer: none of those in `to` is
  /// there
  virtual void send(std::string room, std::string message, core::Executor& on, Done<std::size_t> done) = 0;
  /// Removes a peer: close 4403, `peer-left` with reason `removed`, no resume.
  /// @return Code::not_found: no such room or peer
  virtual void remove(std::string room, std::string peer_id, core::Executor& on, Done<void> done) = 0;
};

}  // namespace grtc::routes
