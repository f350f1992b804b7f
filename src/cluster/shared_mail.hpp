#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cluster/shared_rooms.hpp"
#include "core/mailroom.hpp"
#include "redis/client.hpp"
#include "signalling/mail_bus.hpp"

namespace grtc::cluster {

/// The PeerJS addresses of one thread, shared through Redis (mail_scripts.hpp). An address lives where its holder is
/// connected, else where the first letter for it came from; it moves, letters and all, to where somebody claims it.
/// Redis decides who has it and passes letters on; it keeps none. Thread: its loop's.
class SharedMail final : public signalling::MailBus {
 public:
  /// @param mailroom  outlives it
  SharedMail(net::IoThread& io, const ClusterOptions& options, core::Mailroom& mailroom,
             std::chrono::milliseconds probe_window);
  ~SharedMail() override;

  // signalling::MailBus
  void enter(const std::string& address, const std::string& token, std::size_t most, Decided decided) override;
  void adopt(const std::string& address) override;
  [[nodiscard]] bool is_here(const std::string& address) const override;
  void send(core::Letter letter) override;
  void alive(const std::string& address) override;
  void remove(const std::string& address, std::function<void(bool removed)> done) override;
  void names(const std::string& group, std::function<void(std::optional<std::vector<std::string>>)> done) override;

 private:
  class Address;
  struct Entrant;
  using Answered = std::function<void(Address& address, const redis::Reply& reply)>;

  [[nodiscard]] Address* find(const std::string& name) const;
  /// A new one.
  Address& note(const std::string& name);
  /// Hears what is sent here, and asks for it then.
  void open(Address& address);
  /// What becomes of an answer when the address has gone meanwhile: nothing.
  [[nodiscard]] redis::Client::OnReply for_address(const Address& address, Answered answered);

  void ask(Address& address);
  void claim(Address& address, std::string_view mode);
  void ask_redis(const Address& address, std::string_view mode, redis::Client::OnReply on_reply);
  void on_claimed(Address& address, const redis::Reply& reply);
  void live_here(Address& address, bool leased);
  void refuse_first(Address& address, Entry why);
  void send_some(Address& address);
  void on_sent(Address& address, const redis::Reply& reply);
  void stay(Address& address);
  void on_stayed(Address& address, const redis::Reply& reply);
  void give_up(Address& address, core::Dismissal why);
  void enlist(Address& address, std::size_t most, redis::Client::OnReply on_reply);
  void leave(Address& address);
  void linger(Address& address);

  void hear(Address& address, std::string_view payload);
  void hear_probe(Address& address, std::string_view origin);
  void hand_over(Address& address, std::string_view origin, core::Dismissal why);
  void lose(Address& address);
  void tell(const Address& address, std::string_view origin, std::string_view what);
  void tell_askers(Address& address, std::string_view what);

  void on_state();
  void tick(core::TimePoint now);
  void tick_here(Address& address, core::TimePoint now);

  net::IoThread& io_;
  core::Mailroom& mailroom_;
  const std::chrono::milliseconds probe_window_;
  const std::string origin_;
  redis::Client client_;
  std::unordered_map<std::string, std::unique_ptr<Address>> addresses_;
  std::vector<std::string> ticking_;  ///< reused: the addresses of a tick
  std::uint64_t born_ = 0;
};

}  // namespace grtc::cluster
