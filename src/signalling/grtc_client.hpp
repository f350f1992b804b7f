#pragma once
#include <optional>
#include <string>

#include "core/outlet.hpp"
#include "core/seq_text.hpp"
#include "core/session.hpp"
#include "net/ws_connection.hpp"
#include "signalling/envelope.hpp"
#include "signalling/presence_update.hpp"
#include "signalling/throttle.hpp"

namespace grtc::signalling {

class GrtcHub;

/// What a welcome says of the room (docs/signalling.md).
struct Greeting {
  std::string_view room;
  std::string_view peers;  ///< the peer objects of the others, with commas between them
  bool resumed = false;
  core::SeqText seq{0};
};

/// One connection that speaks `grtc.v1`: reads its frames, holds it to its rate, and sends it its session's events.
/// What its messages do depends on how its room is kept, by this process alone or shared with others: see the derived
/// classes. Thread: its hub's.
class GrtcClient : public net::WsConnection, public core::Outlet {
 public:
  /// @param proof_expires  when the token that let it in ends; bounds the TURN credentials it is given
  /// @param ticket         its place among the counted connections, given back when the socket closes
  GrtcClient(GrtcHub& hub, net::RawSocket socket, std::optional<core::WallTime> proof_expires,
             std::shared_ptr<void> ticket);
  ~GrtcClient() override;

  /// Tells the client why it can't be served, and closes.
  void refuse(const core::Problem& problem);
  /// The server goes down: the session is kept for its client, which is told to come back.
  void drain();

  // core::Outlet
  void events_waiting() override;
  void probe() override;
  void dismissed(const core::Problem& why) override;

 protected:
  /// Hands a message on to those it is for.
  virtual void relay(const Envelope& message) = 0;
  /// Changes what the others see of this peer.
  virtual void update(PresenceUpdate change, std::uint64_t id) = 0;
  /// Tells the client of a fault that it can go on after. It is an event of the session, so a resume repeats it.
  /// @param ref  the client's `id` of the message; 0: none
  /// @param to   the receiver that is absent
  virtual void complain(core::Code code, std::string_view sentence, std::uint64_t ref, std::string_view to) = 0;
  /// The client gave a sign of life: who wants its peer id does not get it.
  virtual void alive() = 0;
  /// Parts from session and room: for good, or so that its client can come back.
  virtual void let_go(bool gone_for_good) = 0;
  /// It was refused: the room, if it is in one, has nothing more to do with it.
  virtual void forsake() = 0;

  /// The session is this client's from now on.
  void welcome(core::Session& session, const Greeting& greeting);
  [[nodiscard]] GrtcHub& hub() noexcept { return hub_; }
  /// Ours while we are attached to it.
  [[nodiscard]] core::Session* session() noexcept { return session_; }
  /// Lets the session be somebody else's; what still waits in its log is not sent. @return it
  core::Session* part();

 private:
  // net::WsConnection
  void on_text(std::string_view message) override;
  void on_binary(std::string_view message) override;
  void on_pong() override;
  void on_ping_sent() override;
  void on_silent() override;
  void on_caught_up() override;
  void on_ended(std::uint16_t code) override;
  void on_socket_closed() override;

  void handle(const Envelope& message, std::string_view text);
  void leave();
  void pong(const Envelope& message);
  void throttle();

  GrtcHub& hub_;
  core::Session* session_ = nullptr;
  std::optional<core::WallTime> proof_expires_;
  std::shared_ptr<void> ticket_;
  Throttle throttle_;
  /// What was written when a ping left. Once its pong is back and a resume window has passed, the client has no use for
  /// it any more.
  struct Mark {
    core::Seq written = 0;
    core::TimePoint at;
    bool answered = false;
  };
  std::optional<Mark> mark_;
};

}  // namespace grtc::signalling
