// SharedMail's talk with the other replicas.

#include <algorithm>
#include <array>
#include <utility>

#include "cluster/channel_text.hpp"
#include "cluster/mail_address.hpp"
#include "cluster/mail_scripts.hpp"
#include "cluster/shared_mail.hpp"

namespace grtc::cluster {
namespace {

/// What may be on its way to one address, and to how many.
constexpr std::size_t kMaxLetters = 1'000;
constexpr std::size_t kMaxBytes = std::size_t{2} * 1024 * 1024;
constexpr std::size_t kMaxAddresses = 100'000;
/// Letters that go to Redis at a time.
constexpr std::size_t kMaxBatch = 64;
/// Origins that may wait for one holder's sign of life.
constexpr std::size_t kMaxAskers = 16;

/// `letter MAY_WAIT SIZE FROM FRAME`, or `hand WAITED SIZE FROM FRAME`
std::string write_letter(std::string_view kind, std::size_t number, std::string_view from, std::string_view frame) {
  std::string text(kind);
  text.append(" ").append(std::to_string(number)).append(" ").append(std::to_string(from.size())).append(" ");
  return text.append(from).append(frame);
}

}  // namespace

// ---- saying ----------------------------------------------------------------------------------------------------

void SharedMail::send(core::Letter letter) {
  Address* known = find(letter.to);
  if (known == nullptr) {
    if (addresses_.size() >= kMaxAddresses) return refused(std::move(letter));
    known = &note(letter.to);
  }
  if (known->letters.size() >= kMaxLetters || known->bytes + letter.frame.size() > kMaxBytes) {
    return refused(std::move(letter));
  }
  known->bytes += letter.frame.size();
  known->letters.push_back(std::move(letter));
  if (known->stage == Address::Stage::leaving) known->stage = Address::Stage::sending;
  if (known->stage == Address::Stage::sending) send_some(*known);
}

/// One batch at a time: were one refused that others followed, they would overtake it.
void SharedMail::send_some(Address& address) {
  if (address.sending > 0) return;
  if (address.letters.empty()) return linger(address);
  const std::string key = home_key(address.name);
  if (!client_.is_up(key)) return live_here(address, false);
  address.sending = std::min(address.letters.size(), kMaxBatch);
  const std::string channels = channel_prefix(address.name);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < address.sending; ++i) {
    const core::Letter& letter = address.letters[i];
    texts.push_back(write_letter("letter", letter.may_wait ? 1 : 0, letter.from, letter.frame.view()));
  }
  const std::array<std::string_view, 1> keys{key};
  std::vector<std::string_view> arguments{channels};
  arguments.insert(arguments.end(), texts.begin(), texts.end());
  client_.eval(mail_scripts::kAll[mail_scripts::kSend], keys, arguments,
               for_address(address, [this, batch = ++address.batch](Address& known, const redis::Reply& reply) {
                 if (batch == known.batch) on_sent(known, reply);
               }));
}

void SharedMail::on_sent(Address& address, const redis::Reply& reply) {
  const std::size_t count = std::exchange(address.sending, 0);
  const bool is_lost = reply.is_lost() || reply.is_error();
  const auto end = address.letters.begin() + static_cast<std::ptrdiff_t>(count);
  if (reply.integer() == 1) {
    address.forget(address.letters.begin(), end);
  } else if (!is_lost) {
    const auto waits = [](const core::Letter& letter) { return letter.may_wait; };
    address.forget(std::stable_partition(address.letters.begin(), end, waits), end);
  }
  if (address.stage != Address::Stage::sending) return;
  if (is_lost) return live_here(address, false);
  if (reply.integer() == 1 || address.letters.empty()) return send_some(address);
  // Its place is nowhere: letters for it wait here, where their sender is.
  open(address);
}

void SharedMail::tell(const Address& address, std::string_view origin, std::string_view what) {
  const std::string channel = channel_prefix(address.name) + std::string(origin);
  client_.command(channel, {"SPUBLISH", channel, what}, [](const redis::Reply& /*reply*/) {});
}

void SharedMail::tell_askers(Address& address, std::string_view what) {
  for (const std::string& origin : std::exchange(address.askers, {})) tell(address, origin, what);
}

void SharedMail::alive(const std::string& name) {
  Address* address = find(name);
  if (address != nullptr) tell_askers(*address, "alive");
}

// ---- hearing ---------------------------------------------------------------------------------------------------

void SharedMail::hear(Address& address, std::string_view payload) {
  const std::string_view kind = next_word(payload);
  const Address::Stage stage = address.stage;
  if (kind == "letter" || kind == "hand") {
    const std::uint64_t number = next_number(payload);
    const std::uint64_t size = next_number(payload);
    std::string from = next_bytes(payload, size);
    if (kind == "hand" && stage == Address::Stage::receiving) {
      const auto waited = std::chrono::milliseconds(number);
      return mailroom_.restore({std::move(from), address.name, std::string(payload), waited}, io_.now());
    }
    core::Letter letter{std::move(from), address.name, core::SharedFrame::copy_of(payload),
                        kind == "hand" || number == 1, nullptr};
    return stage == Address::Stage::here ? arrived(std::move(letter)) : send(std::move(letter));
  }
  if (kind == "handed") return stage == Address::Stage::receiving ? live_here(address, true) : void();
  if (kind == "probe") return hear_probe(address, payload);
  if (kind == "alive") return stage == Address::Stage::contested ? refuse_first(address, Entry::taken) : void();
  if (kind == "free") return stage == Address::Stage::contested ? claim(address, "force") : void();
  if (kind == "remove" && stage == Address::Stage::here) {
    mailroom_.remove(address.name, io_.now());
    return;
  }
  if (kind != "moved") return;
  const std::string origin(next_word(payload));
  hand_over(address, origin, payload == "silent" ? core::Dismissal::silent : core::Dismissal::replaced);
}

void SharedMail::hear_probe(Address& address, std::string_view origin) {
  using Stage = Address::Stage;
  const bool is_soon_here = address.stage == Stage::asking || address.stage == Stage::receiving;
  const bool is_held = address.stage == Stage::here && mailroom_.is_held(address.name);
  if (!is_soon_here && !is_held) return tell(address, origin, "free");
  if (address.askers.size() >= kMaxAskers) address.askers.erase(address.askers.begin());
  if (std::find(address.askers.begin(), address.askers.end(), origin) == address.askers.end()) {
    address.askers.emplace_back(origin);
  }
  if (is_held) mailroom_.probe(address.name);
}

/// All that waits here goes there, ahead of what is said to it there.
void SharedMail::hand_over(Address& address, std::string_view origin, core::Dismissal why) {
  address.moved_on = true;
  if (address.stage == Address::Stage::here || address.stage == Address::Stage::receiving) {
    const std::vector<core::SavedLetter> waiting = mailroom_.release(address.name, why, io_.now());
    for (const core::SavedLetter& letter : waiting) {
      const auto waited = static_cast<std::size_t>(letter.waited.count());
      tell(address, origin, write_letter("hand", waited, letter.from, letter.frame));
    }
    lose(address);
  }
  tell(address, origin, "handed");
}

/// It lives elsewhere: who wants it here is too late, and letters go there.
void SharedMail::lose(Address& address) {
  const std::deque<Entrant> entrants = std::exchange(address.entrants, {});
  address.stage = Address::Stage::sending;
  send_some(address);
  for (const Entrant& entrant : entrants) entrant.decided(Entry::taken);
}

}  // namespace grtc::cluster
