#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cluster/shared_mail.hpp"

/// Inside of SharedMail only.
namespace grtc::cluster {

/// How long Redis believes that an address lives somewhere and a name is held, without hearing so again.
inline constexpr std::chrono::milliseconds kMailLease{60'000};

inline std::string home_key(std::string_view address) {
  return "grtc:{peerjs:" + std::string(address) + "}:home";
}
inline std::string channel_prefix(std::string_view address) {
  return "grtc:{peerjs:" + std::string(address) + "}:at:";
}
inline std::string names_key(std::string_view group) {
  return "grtc:peerjs:" + std::string(group);
}

struct SharedMail::Entrant {
  std::string token;
  std::size_t most = 0;
  Decided decided;
};

/// One address that this thread has to do with.
class SharedMail::Address final : public redis::ChannelListener {
 public:
  enum class Stage : std::uint8_t {
    sending,    ///< it lives elsewhere, as far as is known: letters go there
    opening,    ///< its channel is being opened
    asking,     ///< Redis is being asked for it
    contested,  ///< its holder elsewhere has been asked for a sign of life
    receiving,  ///< it lives here; what waited elsewhere is on its way
    here,
    leaving,  ///< nothing is to be done; what was sent here before is still taken care of
  };

  Address(SharedMail& all, std::string its_name, std::uint64_t number)
      : name(std::move(its_name)), born(number), all_(all) {}

  void on_subscribed() override {
    if (stage == Stage::opening) return all_.ask(*this);
    // What was said since the channel broke was not heard; the address may have been given away.
    if (stage == Stage::here) refresh_at = {};
  }
  void on_message(std::string_view payload) override { all_.hear(*this, payload); }

  void forget(std::deque<core::Letter>::iterator first, std::deque<core::Letter>::iterator last) {
    for (auto letter = first; letter != last; ++letter) bytes -= letter->frame.size();
    letters.erase(first, last);
  }

  [[nodiscard]] std::string_view group() const noexcept { return std::string_view(name).substr(0, name.find('/')); }
  [[nodiscard]] std::string_view id() const noexcept { return std::string_view(name).substr(name.find('/') + 1); }

  const std::string name;
  const std::uint64_t born;  ///< tells it from a later one of this name
  Stage stage = Stage::sending;
  bool has_channel = false;
  std::deque<Entrant> entrants;      ///< connections here that want it, until it is decided
  std::deque<core::Letter> letters;  ///< for it, until it is decided
  std::size_t bytes = 0;             ///< of these
  std::size_t sending = 0;           ///< how many of the first Redis has not answered for
  std::uint64_t batch = 0;           ///< the number of these
  std::string rival;                 ///< contested: the origin and the proof that were found
  std::string rival_proof;
  std::vector<std::string> askers;  ///< origins that wait for a sign of life
  std::string told;                 ///< the token that Redis was told of; empty: letters only
  std::int64_t listed_until = 0;    ///< as the list of names has it, in ms since 1970; 0: not listed
  bool moved_on = false;            ///< asking: it was given to me, and to another one since
  bool asking = false;              ///< here: Redis is being told that it still is
  core::TimePoint until{};          ///< of the stage
  core::TimePoint refresh_at{};

 private:
  SharedMail& all_;
};

}  // namespace grtc::cluster
