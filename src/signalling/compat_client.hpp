#pragma once
#include <array>
#include <memory>
#include <optional>
#include <string_view>

#include "net/ws_connection.hpp"
#include "signalling/compat_hub.hpp"
#include "signalling/throttle.hpp"

namespace grtc::signalling {

/// One connection of a client that speaks a dialect other than `grtc.v1`: what they all have in common, which is that
/// one client's faults and floods stay its own. Binary frames that hold text are taken as text. Thread: its hub's.
class CompatClient : public net::WsConnection {
 public:
  /// @param ticket  its place among the counted connections, given back when the socket closes
  CompatClient(CompatHub& hub, net::RawSocket socket, std::shared_ptr<void> ticket);
  ~CompatClient() override;

  /// Parts from what it is in, and closes.
  void dismiss(std::uint16_t code, std::string_view reason);

 protected:
  /// A whole message, valid UTF-8, good until it returns.
  virtual void on_frame(std::string_view text) = 0;
  /// The client has said something, or its browser has answered a ping.
  virtual void on_sign_of_life() {}
  /// Once: the connection is of no use any more. Leave whatever it was in.
  virtual void on_parting() = 0;
  /// It is going to be closed with 4429.
  virtual void on_flooding() {}
  void on_silent() override;
  void on_ping_sent() override {}

  /// Queues a frame. False: the client reads too slowly. It was closed with 4408, and is parted from nothing yet.
  [[nodiscard]] bool give(const core::SharedFrame& frame);
  /// Of the frames that were given, those that have not left: the latest ones, oldest first.
  [[nodiscard]] std::size_t unsent() const noexcept { return outbox_.unwritten(); }
  [[nodiscard]] const core::SharedFrame& unsent_at(std::size_t i) const noexcept { return outbox_.unwritten_at(i); }
  /// Nothing more can be sent, and nobody decided so here.
  [[nodiscard]] bool is_broken() const noexcept { return !is_open() && !too_slow_; }
  /// Counts a frame that makes no sense; the twentieth within a minute closes with 1007.
  void bad_frame(std::string_view why);
  void part();

 private:
  void on_text(std::string_view message) final;
  void on_binary(std::string_view message) final;
  void on_pong() final;
  void on_caught_up() final;
  void on_closing() final;
  void on_ended(std::uint16_t code) final;
  void on_socket_closed() final;

  void take(std::string_view text);
  void throttle();

  static constexpr std::size_t kBadFrames = 20;
  struct BadFrames {
    std::array<core::TimePoint, kBadFrames> at{};  ///< a ring: those before the latest
    std::size_t next = 0;
    std::size_t count = 0;
  };

  CompatHub& compat_hub_;
  std::shared_ptr<void> ticket_;
  core::EventLog outbox_;
  core::Seq sent_ = 0;
  Throttle throttle_;
  std::unique_ptr<BadFrames> bad_frames_;  ///< most clients never send one
  bool parted_ = false;
  bool too_slow_ = false;
};

}  // namespace grtc::signalling
