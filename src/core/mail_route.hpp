#pragma once
#include "core/mailroom.hpp"

namespace grtc::core {

/// The way of a letter to the mailroom that its address lives in: on this thread, on another one or, behind a bus, in
/// another process. Who sends letters knows nothing else of where their receivers are. Thread: the sender's.
class MailRoute {
 public:
  MailRoute() = default;
  MailRoute(const MailRoute&) = delete;
  MailRoute& operator=(const MailRoute&) = delete;

  /// Letters from one address to another arrive in the order of the calls. One that may wait and is not taken comes
  /// back to its sender as the dialect tells it: at once when a bound is reached, else when it has waited long enough.
  virtual void send(Letter letter) = 0;

 protected:
  ~MailRoute() = default;
};

}  // namespace grtc::core
