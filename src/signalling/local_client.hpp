#pragma once
#include "core/room.hpp"
#include "signalling/grtc_client.hpp"

namespace grtc::signalling {

/// A client of a room that this process keeps alone: its messages are calls of the room. Thread: its hub's.
class LocalClient final : public GrtcClient {
 public:
  using GrtcClient::GrtcClient;
  ~LocalClient() override = default;

  /// Asks the room to let it in and tells the client how that went.
  void join(core::Room& room, core::JoinRequest request);

  // core::Outlet
  void admitted(core::Session& session, bool resumed) override;

 private:
  void relay(const Envelope& message) override;
  void update(PresenceUpdate change, std::uint64_t id) override;
  void complain(core::Code code, std::string_view sentence, std::uint64_t ref, std::string_view to) override;
  void alive() override;
  void let_go(bool gone_for_good) override;
  void forsake() override;

  void enter(core::Session& session, bool resumed);
  void relay_to_named(const Envelope& message);

  core::Room* room_ = nullptr;  ///< joined, or being joined
  std::string stamp_;
};

}  // namespace grtc::signalling
