#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/mailroom.hpp"
#include "signalling/compat_client.hpp"
#include "signalling/peerjs_frames.hpp"
#include "signalling/peerjs_hub.hpp"

namespace grtc::signalling {

/// One connection that speaks PeerJS: holds its id's address in the mailroom and sends letters from there.
/// Thread: its hub's.
class PeerjsClient final : public CompatClient, public core::MailOutlet {
 public:
  /// Takes the socket, the ticket and the id out of `arrival`.
  PeerjsClient(PeerjsHub& hub, PeerjsArrival& arrival);

  /// Asks for its id.
  void claim(std::string token, PeerjsKey& key);
  /// Its socket is still there.
  [[nodiscard]] bool wants_in() const { return is_open(); }
  /// Tells the client why it can't be served, and closes.
  void refuse(const PeerjsRefusal& why);

  // core::MailOutlet
  [[nodiscard]] bool take(const core::SharedFrame& frame, std::string_view from) override;
  void probe() override;
  void admitted() override;
  void dismissed(core::Dismissal why) override;

 private:
  // CompatClient
  void on_frame(std::string_view text) override;
  void on_sign_of_life() override;
  void on_parting() override;
  void on_silent() override;
  void on_ping_sent() override;

  void relay(const PeerjsFrame& frame);
  void put_back();
  void drop_if_dead();

  PeerjsHub& hub_;
  std::string address_;  ///< `key/id`; empty when it was refused at the door
  bool held_ = false;
  bool probing_ = false;
  std::shared_ptr<core::Places> letters_;  ///< of ours that wait; made with the first one
  std::vector<std::string> senders_;       ///< whose letters were given; the last are those of what is unsent
  core::TimePoint last_sign_;
};

}  // namespace grtc::signalling
