#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/mail_route.hpp"
#include "core/mailroom.hpp"
#include "net/raw_socket.hpp"
#include "signalling/compat_hub.hpp"
#include "signalling/courier.hpp"
#include "signalling/mail_bus.hpp"

namespace grtc::signalling {

/// One of the worlds that PeerJS clients are in: ids of different keys never meet.
struct PeerjsKey {
  std::string name;
  core::Places peers;
  const std::size_t max_peers;  ///< PEERJS_MAX_PEERS, over all processes too

  PeerjsKey(std::string its_name, std::size_t max) : name(std::move(its_name)), peers(max), max_peers(max) {}
};

/// What all PeerJS hubs are told at start. Every value comes from the settings.
struct PeerjsOptions {
  CompatOptions common;
  core::MailLimits mail;                         ///< of one thread
  std::chrono::milliseconds alive_timeout{};     ///< PEERJS_ALIVE_TIMEOUT_S
  std::vector<std::unique_ptr<PeerjsKey>> keys;  ///< PEERJS_KEY

  [[nodiscard]] PeerjsKey* key(std::string_view name) const;
};

/// Why a connection is let in only to be told so.
struct PeerjsRefusal {
  std::string_view sentence;
  std::uint16_t close_code;
};

/// A connection whose upgrade request was good, on its way to the thread of its id.
struct PeerjsArrival {
  net::RawSocket socket;
  std::string handshake;  ///< the 101 answer, to be sent in front of everything
  std::string early;      ///< bytes behind the request
  PeerjsKey* key = nullptr;
  std::string id;
  std::string token;
  std::optional<PeerjsRefusal> refusal;
  std::shared_ptr<void> ticket;
};

/// `key/id`: where a client's letters go, and by which its thread is found.
[[nodiscard]] std::string peerjs_address(std::string_view key, std::string_view id);
/// The id of an address.
[[nodiscard]] std::string_view peerjs_id(std::string_view address) noexcept;

class PeerjsClient;

/// The PeerJS clients whose id lives on one I/O thread. Thread: that one, but for what says otherwise.
class PeerjsHub final : public CompatHub, public core::MailRoute {
 public:
  PeerjsHub(net::IoThread& io, const PeerjsOptions& options, ops::Log& log);
  ~PeerjsHub() override;

  /// Before the loops run: all hubs, this one among them, in the order of their threads.
  void connect(const std::vector<PeerjsHub*>& all);

  /// Likewise: ids are unique, and letters go, over all processes.
  void share(std::unique_ptr<MailBus> bus);
  /// Null: this process is alone.
  [[nodiscard]] MailBus* bus() const noexcept { return bus_.get(); }

  void arrive(PeerjsArrival arrival);
  [[nodiscard]] core::Mailroom& mailroom() noexcept { return mailroom_; }
  /// The client hears admitted() or dismissed(), now or within some seconds.
  void claim(PeerjsClient& client, core::MailClaim claim, std::size_t most);
  /// The client that holds `address` has shown that it is there.
  void alive(const std::string& address);
  [[nodiscard]] const PeerjsOptions& peerjs() const noexcept { return options_; }

  // core::MailRoute
  void send(core::Letter letter) override;

  /// The ids of `key` that are connected here.
  void add_ids(std::string_view key, std::vector<std::string>& ids) const;
  /// Ends the connection of an id. False: it has none here.
  bool remove(const std::string& address);
  /// The letters that wait here, for the next start. The loops have ended.
  [[nodiscard]] std::vector<core::SavedLetter> save();
  /// Takes back a letter of an earlier run. The loops don't run yet.
  void restore(core::SavedLetter letter);

 private:
  void tick(core::TimePoint now) override;
  [[nodiscard]] bool congested() const override { return courier_.congested(); }
  void deliver(core::Letter letter);
  void deliver_here(core::Letter letter);
  void refuse(const core::Letter& letter);
  void tell_expired(const std::string& sender, const std::string& absent);

  const PeerjsOptions& options_;
  core::Mailroom mailroom_;
  std::unique_ptr<MailBus> bus_;
  Courier<core::Letter> courier_;
  std::size_t self_ = 0;
  std::size_t hubs_ = 1;
};

}  // namespace grtc::signalling
