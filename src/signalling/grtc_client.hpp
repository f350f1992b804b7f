#pragma once
#include <optional>
#include <string>

#include "core/outlet.hpp"
#include "core/room.hpp"
#include "core/token_bucket.hpp"
#include "net/ws_connection.hpp"
#include "signalling/envelope.hpp"

namespace grtc::signalling {

class GrtcHub;

/// One connection that speaks `grtc.v1`: turns its frames into calls of its room and sends it its session's events.
/// Thread: its hub's.
class GrtcClient final : public net::WsConnection, public core::Outlet {
 public:
  /// @param proof_expires  when the token that let it in ends; bounds the TURN credentials it is given
  /// @param ticket         its place among the counted connections, given back when the socket closes
  GrtcClient(GrtcHub& hub, net::RawSocket socket, std::optional<core::WallTime> proof_expires,
             std::shared_ptr<void> ticket);
  ~GrtcClient() override;

  /// Asks the room to let it in and tells the client how that went.
  void join(core::Room& room, core::JoinRequest request);
  /// Tells the client why it can't be served, and closes.
  void refuse(const core::Problem& problem);
  /// The server goes down: the session is kept for its client, which is told to come back.
  void drain();

  // core::Outlet
  void events_waiting() override;
  void probe() override;
  void admitted(core::Session& session) override;
  void dismissed(const core::Problem& why) override;

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

  void welcome(core::Session& session, bool resumed);
  void handle(const Envelope& message, std::string_view text);
  void relay(const Envelope& message);
  void relay_to_named(const Envelope& message);
  void update(const Envelope& message, std::string_view text);
  void leave();
  void pong(const Envelope& message);
  void complain(core::Code code, std::string_view sentence, std::uint64_t ref, std::string_view to = {});
  void throttle();
  void let_go(bool gone_for_good);

  GrtcHub& hub_;
  core::Room* room_ = nullptr;        ///< joined, or being joined
  core::Session* session_ = nullptr;  ///< ours while we are attached to it
  std::string stamp_;
  std::optional<core::WallTime> proof_expires_;
  std::shared_ptr<void> ticket_;
  core::TokenBucket rate_;
  std::optional<core::TimePoint> throttled_since_;
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
