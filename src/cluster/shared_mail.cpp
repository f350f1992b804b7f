#include "cluster/shared_mail.hpp"

#include <array>
#include <utility>

#include "cluster/channel_text.hpp"
#include "cluster/mail_address.hpp"
#include "cluster/mail_scripts.hpp"
#include "ops/secret.hpp"

namespace grtc::cluster {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kRefreshEvery{20};
/// A channel that is not open by then will not be: Redis is out of reach.
constexpr std::chrono::seconds kMaxOpening{2};
/// The holder's replica answers a little after its client's time is over.
constexpr milliseconds kProbeSlack{300};
/// What waited elsewhere comes within this, or that replica has died.
constexpr std::chrono::seconds kMaxReceiving{1};
/// Letters that were on their way to an address when it moved.
constexpr std::chrono::seconds kLinger{1};
constexpr std::chrono::seconds kTryAgain{1};

/// Redis needs to tell tokens apart, not to know them: they may be somebody's credentials.
std::string proof_of(std::string_view token) {
  return token.empty() ? std::string() : ops::hmac_sha256("grtc peerjs token", token);
}

void ignore(const redis::Reply& /*reply*/) {}

bool failed(const redis::Reply& reply) {
  return reply.is_lost() || reply.is_error();
}

}  // namespace

SharedMail::SharedMail(net::IoThread& io, const ClusterOptions& options, core::Mailroom& mailroom,
                       milliseconds probe_window)
    : io_(io),
      mailroom_(mailroom),
      probe_window_(probe_window),
      origin_(options.instance + '-' + std::to_string(io.index())),
      client_(io, options.target, mail_scripts::kAll, options.client) {
  client_.on_state = [this] { on_state(); };
  io_.every_tick([this](core::TimePoint now) { tick(now); });
}

SharedMail::~SharedMail() = default;

SharedMail::Address* SharedMail::find(const std::string& name) const {
  const auto it = addresses_.find(name);
  return it == addresses_.end() ? nullptr : it->second.get();
}

bool SharedMail::is_here(const std::string& address) const {
  const Address* known = find(address);
  return known != nullptr && known->stage == Address::Stage::here;
}

SharedMail::Address& SharedMail::note(const std::string& name) {
  return *addresses_.emplace(name, std::make_unique<Address>(*this, name, ++born_)).first->second;
}

void SharedMail::open(Address& address) {
  if (address.has_channel) return ask(address);
  address.has_channel = true;
  address.stage = Address::Stage::opening;
  address.until = io_.now() + kMaxOpening;
  client_.subscribe(channel_prefix(address.name) + origin_, address);
}

redis::Client::OnReply SharedMail::for_address(const Address& address, Answered answered) {
  return [this, name = address.name, born = address.born, answered = std::move(answered)](const redis::Reply& reply) {
    Address* known = find(name);
    if (known != nullptr && known->born == born) answered(*known, reply);
  };
}

// ---- coming to live here ---------------------------------------------------------------------------------------

void SharedMail::enter(const std::string& name, const std::string& token, std::size_t most, Decided decided) {
  Address* known = find(name);
  if (known != nullptr && known->stage == Address::Stage::here) return decided(Entry::here);
  Address& address = known != nullptr ? *known : note(name);
  address.entrants.push_back({token, most, std::move(decided)});
  if (!client_.is_up(home_key(name))) return live_here(address, false);
  if (address.stage == Address::Stage::leaving || address.stage == Address::Stage::sending) open(address);
}

void SharedMail::adopt(const std::string& name) {
  if (find(name) == nullptr) live_here(note(name), false);
}

/// The channel is open: nothing that is sent here from now on is missed.
void SharedMail::ask(Address& address) {
  address.stage = Address::Stage::asking;
  if (address.entrants.empty()) return address.letters.empty() ? linger(address) : claim(address, "keep");
  enlist(address, address.entrants.front().most,
         for_address(address, [this](Address& known, const redis::Reply& reply) {
           if (failed(reply)) return live_here(known, false);
           if (reply.integer() == 0) return refuse_first(known, Entry::full);
           claim(known, "enter");
         }));
}

void SharedMail::claim(Address& address, std::string_view mode) {
  address.stage = Address::Stage::asking;
  address.moved_on = false;
  address.told = address.entrants.empty() ? std::string() : address.entrants.front().token;
  ask_redis(address, mode,
            for_address(address, [this](Address& known, const redis::Reply& reply) { on_claimed(known, reply); }));
}

/// For the token that it is told of here.
void SharedMail::ask_redis(const Address& address, std::string_view mode, redis::Client::OnReply on_reply) {
  const std::string key = home_key(address.name);
  const std::string proof = proof_of(address.told);
  const std::string lease = std::to_string(kMailLease.count());
  const std::string channels = channel_prefix(address.name);
  const std::array<std::string_view, 1> keys{key};
  const std::array<std::string_view, 7> arguments{
      origin_, proof, mode, lease, channels, address.rival, address.rival_proof};
  client_.eval(mail_scripts::kAll[mail_scripts::kClaim], keys, arguments, std::move(on_reply));
}

void SharedMail::on_claimed(Address& address, const redis::Reply& reply) {
  if (failed(reply) || reply.size() == 0) return live_here(address, false);
  const std::string_view answer = reply[0].text();
  if (answer == "home") {
    if (address.moved_on) return lose(address);
    if (reply[1].text().empty()) return live_here(address, true);
    address.stage = Address::Stage::receiving;
    address.until = io_.now() + kMaxReceiving;
  } else if (answer == "contested") {
    address.stage = Address::Stage::contested;
    address.until = io_.now() + probe_window_ + kProbeSlack;
    address.rival = reply[1].text();
    address.rival_proof = reply[2].text();
  } else if (!address.entrants.empty()) {
    ask(address);  // somebody came in while it asked for letters only
  } else {
    address.stage = Address::Stage::sending;
    send_some(address);
  }
}

/// What waited elsewhere is in the mailroom; what came here since follows it, and then who may read it.
void SharedMail::live_here(Address& address, bool leased) {
  if (!std::exchange(address.has_channel, true)) client_.subscribe(channel_prefix(address.name) + origin_, address);
  address.stage = Address::Stage::here;
  address.refresh_at = io_.now() + (leased ? kRefreshEvery : kTryAgain);
  address.bytes = 0;
  address.sending = 0;
  ++address.batch;
  const std::deque<core::Letter> letters = std::exchange(address.letters, {});
  const std::deque<Entrant> entrants = std::exchange(address.entrants, {});
  for (const core::Letter& letter : letters) arrived(letter);
  for (const Entrant& entrant : entrants) entrant.decided(Entry::here);
  if (!address.askers.empty()) mailroom_.probe(address.name);
}

void SharedMail::refuse_first(Address& address, Entry why) {
  const Entrant refused = std::move(address.entrants.front());
  address.entrants.pop_front();
  ask(address);
  refused.decided(why);
}

// ---- staying ---------------------------------------------------------------------------------------------------

void SharedMail::stay(Address& address) {
  if (address.asking || !client_.is_up(home_key(address.name))) return;
  address.asking = true;
  address.refresh_at = io_.now() + kRefreshEvery;
  address.told = mailroom_.holder_token(address.name);
  if (!address.told.empty()) enlist(address, SIZE_MAX, ignore);
  ask_redis(address, address.told.empty() ? "keep" : "stay",
            for_address(address, [this](Address& known, const redis::Reply& reply) { on_stayed(known, reply); }));
}

void SharedMail::on_stayed(Address& address, const redis::Reply& reply) {
  address.asking = false;
  if (address.stage != Address::Stage::here) return;
  if (failed(reply) || reply.size() == 0) {
    address.refresh_at = io_.now() + kTryAgain;
  } else if (reply[0].text() != "home") {
    give_up(address, core::Dismissal::replaced);
  }
}

/// While Redis was away it came to live elsewhere: there is where what waits here goes.
void SharedMail::give_up(Address& address, core::Dismissal why) {
  linger(address);
  for (core::SavedLetter& letter : mailroom_.release(address.name, why, io_.now())) {
    send({std::move(letter.from), std::move(letter.to), core::SharedFrame::copy_of(letter.frame), true, nullptr});
  }
}

void SharedMail::enlist(Address& address, std::size_t most, redis::Client::OnReply on_reply) {
  const std::int64_t now = wall_ms();
  address.listed_until = now + kMailLease.count();
  const std::string key = names_key(address.group());
  const std::array<std::string_view, 1> keys{key};
  const std::string until = std::to_string(address.listed_until);
  const std::string at = std::to_string(now);
  const std::string bound = std::to_string(most);
  const std::array<std::string_view, 4> arguments{address.id(), until, at, bound};
  client_.eval(mail_scripts::kAll[mail_scripts::kEnlist], keys, arguments, std::move(on_reply));
}

// ---- going -----------------------------------------------------------------------------------------------------

/// Nobody holds it and nothing waits.
void SharedMail::leave(Address& address) {
  const std::string key = home_key(address.name);
  const std::array<std::string_view, 1> keys{key};
  const std::array<std::string_view, 1> arguments{origin_};
  client_.eval(mail_scripts::kAll[mail_scripts::kLeave], keys, arguments, ignore);
  linger(address);
}

void SharedMail::linger(Address& address) {
  address.stage = Address::Stage::leaving;
  address.until = io_.now() + kLinger;
  if (address.listed_until == 0) return;
  const std::string key = names_key(address.group());
  const std::array<std::string_view, 1> keys{key};
  const std::string until = std::to_string(std::exchange(address.listed_until, 0));
  const std::array<std::string_view, 2> arguments{address.id(), until};
  client_.eval(mail_scripts::kAll[mail_scripts::kStrike], keys, arguments, ignore);
}

void SharedMail::on_state() {
  for (const auto& [name, address] : addresses_) address->refresh_at = {};
}

void SharedMail::tick(core::TimePoint now) {
  ticking_.clear();
  for (const auto& [name, address] : addresses_) {
    const bool is_due = address->stage == Address::Stage::here
                            ? now >= address->refresh_at || !address->askers.empty() ||
                                  mailroom_.holder_token(name) != address->told || !mailroom_.is_open(name)
                            : now >= address->until && address->stage != Address::Stage::asking &&
                                  address->stage != Address::Stage::sending;
    if (is_due) ticking_.push_back(name);
  }
  for (const std::string& name : ticking_) {
    Address* address = find(name);
    if (address == nullptr) continue;
    switch (address->stage) {
      case Address::Stage::opening:
      case Address::Stage::receiving:
        live_here(*address, address->stage == Address::Stage::receiving);
        break;
      case Address::Stage::contested:
        claim(*address, "force");
        break;
      case Address::Stage::here:
        tick_here(*address, now);
        break;
      case Address::Stage::leaving:
        if (address->has_channel) client_.unsubscribe(channel_prefix(name) + origin_);
        addresses_.erase(name);
        break;
      case Address::Stage::asking:
      case Address::Stage::sending:
        break;
    }
  }
}

void SharedMail::tick_here(Address& address, core::TimePoint now) {
  const std::string_view token = mailroom_.holder_token(address.name);
  if (token.empty()) tell_askers(address, "free");
  if (!mailroom_.is_open(address.name)) return leave(address);
  if (token != address.told || now >= address.refresh_at) stay(address);
}

// ---- for administrators ----------------------------------------------------------------------------------------

void SharedMail::remove(const std::string& name, std::function<void(bool removed)> done) {
  if (is_here(name)) return done(mailroom_.remove(name, io_.now()));
  const std::string key = home_key(name);
  const std::string channels = channel_prefix(name);
  const std::array<std::string_view, 1> keys{key};
  const std::array<std::string_view, 1> arguments{channels};
  client_.eval(mail_scripts::kAll[mail_scripts::kRemove], keys, arguments,
               [done = std::move(done)](const redis::Reply& reply) { done(reply.integer() == 1); });
}

void SharedMail::names(const std::string& group, std::function<void(std::optional<std::vector<std::string>>)> done) {
  const std::string key = names_key(group);
  client_.command(key, {"ZRANGEBYSCORE", key, std::to_string(wall_ms()), "+inf", "LIMIT", "0", kMaxListed},
                  [done = std::move(done)](const redis::Reply& reply) {
                    if (!reply.is_array()) return done(std::nullopt);
                    std::vector<std::string> names;
                    for (std::size_t i = 0; i < reply.size(); ++i) names.emplace_back(reply[i].text());
                    done(std::move(names));
                  });
}

}  // namespace grtc::cluster
