#pragma once
#include "core/problem.hpp"

namespace grtc::core {

class Session;

/// A connection as a room sees it. An outlet only takes note and acts at the end of the loop turn:
/// it must not call back into the room. Thread: the room's own.
class Outlet {
 public:
  Outlet() = default;
  Outlet(const Outlet&) = delete;
  Outlet& operator=(const Outlet&) = delete;

  /// The session's log has events to write.
  virtual void events_waiting() = 0;
  /// Someone else wants this peer id: answer with Room::alive() if the client still does.
  virtual void probe() = 0;
  /// A join that had to wait has been decided: the session is this connection's.
  virtual void admitted(Session& session, bool resumed) = 0;
  /// The session is not, or no longer, this connection's: tell the client and close.
  virtual void dismissed(const Problem& why) = 0;

 protected:
  ~Outlet() = default;
};

}  // namespace grtc::core
