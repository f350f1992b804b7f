#include "signalling/peerjs_hub.hpp"

#include <algorithm>
#include <utility>

#include "signalling/grtc_door.hpp"
#include "signalling/peerjs_client.hpp"
#include "signalling/peerjs_frames.hpp"

namespace grtc::signalling {

PeerjsKey* PeerjsOptions::key(std::string_view name) const {
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const auto& each) { return each->name == name; });
  return found == keys.end() ? nullptr : found->get();
}

std::string peerjs_address(std::string_view key, std::string_view id) {
  std::string address;
  address.reserve(key.size() + 1 + id.size());
  return address.append(key).append(1, '/').append(id);
}

std::string_view peerjs_id(std::string_view address) noexcept {
  return address.substr(address.find('/') + 1);
}

PeerjsHub::PeerjsHub(net::IoThread& io, const PeerjsOptions& options, ops::Log& log)
    : CompatHub(io, options.common, log),
      options_(options),
      mailroom_(options.mail,
                [this](const std::string& from, const std::string& to) {
                  counters_.undelivered.add();
                  tell_expired(from, to);
                }),
      courier_(io) {}

PeerjsHub::~PeerjsHub() {
  abort_all();
}

void PeerjsHub::connect(const std::vector<PeerjsHub*>& all) {
  std::vector<Courier<core::Letter>::Stop> stops;
  for (PeerjsHub* hub : all) {
    if (hub == this) self_ = stops.size();
    stops.push_back({&hub->io(), [hub](core::Letter letter) { hub->deliver(std::move(letter)); }});
  }
  hubs_ = all.size();
  courier_.connect(std::move(stops));
}

void PeerjsHub::arrive(PeerjsArrival arrival) {
  // This replica may have hung meanwhile: whoever gave up on it has the id on another one by now.
  if (bus_ && arrival.socket.has_hung_up()) return;
  const auto client = std::make_shared<PeerjsClient>(*this, arrival);
  client->start(arrival.handshake, std::move(arrival.early));
  if (draining()) return client->dismiss(net::close_code::kServiceRestart, "Server restarts");
  if (arrival.refusal) return client->refuse(*arrival.refusal);
  client->claim(std::move(arrival.token), *arrival.key);
}

void PeerjsHub::share(std::unique_ptr<MailBus> bus) {
  bus_ = std::move(bus);
  bus_->arrived = [this](core::Letter letter) { deliver_here(std::move(letter)); };
  bus_->refused = [this](const core::Letter& letter) { refuse(letter); };
}

void PeerjsHub::claim(PeerjsClient& client, core::MailClaim claim, std::size_t most) {
  if (!bus_) return mailroom_.claim(std::move(claim), io().now());
  const auto decided = [this, claim, weak = client.weak_from_this()](MailBus::Entry entry) {
    const auto self = std::static_pointer_cast<PeerjsClient>(weak.lock());
    if (!self || !self->wants_in()) return;
    if (entry == MailBus::Entry::here) return mailroom_.claim(claim, io().now());
    claim.outlet->dismissed(entry == MailBus::Entry::full ? core::Dismissal::full : core::Dismissal::taken);
  };
  bus_->enter(claim.address, claim.token, most, decided);
}

void PeerjsHub::alive(const std::string& address) {
  mailroom_.alive(address);
  if (bus_) bus_->alive(address);
}

void PeerjsHub::tick(core::TimePoint now) {
  CompatHub::tick(now);
  mailroom_.expire(now);
}

// ---- letters ---------------------------------------------------------------------------------------------------

void PeerjsHub::send(core::Letter letter) {
  const std::size_t home = home_of(letter.to, hubs_);
  if (home == self_) return deliver(std::move(letter));
  const bool tells = letter.may_wait;
  std::string from = letter.from;
  std::string to = letter.to;
  const std::size_t bytes = letter.frame.size() + from.size() + to.size();
  if (courier_.send(home, std::move(letter), bytes)) return;
  counters_.refused.add();
  if (tells) tell_expired(from, to);
}

void PeerjsHub::deliver(core::Letter letter) {
  if (bus_ && !bus_->is_here(letter.to)) return bus_->send(std::move(letter));
  deliver_here(std::move(letter));
}

void PeerjsHub::deliver_here(core::Letter letter) {
  const bool tells = letter.may_wait;
  const std::string from = tells ? letter.from : std::string();
  const std::string to = tells ? letter.to : std::string();
  if (mailroom_.deliver(std::move(letter), io().now()) != core::Mailroom::Delivery::refused || !tells) return;
  counters_.refused.add();
  tell_expired(from, to);
}

void PeerjsHub::refuse(const core::Letter& letter) {
  counters_.refused.add();
  if (letter.may_wait) tell_expired(letter.from, letter.to);
}

/// It goes like any letter, but does not wait: a sender who has left asks no more.
void PeerjsHub::tell_expired(const std::string& sender, const std::string& absent) {
  send({absent, sender, peerjs_expire(peerjs_id(absent), peerjs_id(sender)), false, nullptr});
}

// ---- for the routes and the restart ----------------------------------------------------------------------------

void PeerjsHub::add_ids(std::string_view key, std::vector<std::string>& ids) const {
  mailroom_.each_held([&](std::string_view address) {
    if (address.substr(0, address.find('/')) == key) ids.emplace_back(peerjs_id(address));
  });
}

bool PeerjsHub::remove(const std::string& address) {
  return mailroom_.remove(address, io().now());
}

std::vector<core::SavedLetter> PeerjsHub::save() {
  return mailroom_.save(io().update_now());
}

void PeerjsHub::restore(core::SavedLetter letter) {
  const std::string address = letter.to;
  mailroom_.restore(std::move(letter), io().update_now());
  if (bus_) bus_->adopt(address);
}

}  // namespace grtc::signalling
