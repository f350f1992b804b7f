#pragma once
#include "core/shared_room.hpp"
#include "signalling/grtc_client.hpp"

namespace grtc::cluster {

/// A client of a room that several replicas share: what it wants goes into the room's log, and it hears what the log
/// says. Thread: its hub's.
class SharedClient final : public signalling::GrtcClient {
 public:
  using GrtcClient::GrtcClient;
  ~SharedClient() override = default;

  void join(core::SharedRoom& room, core::JoinRequest request);

  // core::Outlet
  void admitted(core::Session& session, bool resumed) override;

 private:
  void relay(const signalling::Envelope& message) override;
  void update(signalling::PresenceUpdate change, std::uint64_t id) override;
  void complain(core::Code code, std::string_view sentence, std::uint64_t ref, std::string_view to) override;
  void alive() override;
  void let_go(bool gone_for_good) override;
  void forsake() override;

  core::SharedRoom* room_ = nullptr;
  bool wanted_resume_ = false;
};

}  // namespace grtc::cluster
