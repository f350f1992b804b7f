#include "core/mailroom.hpp"

#include <algorithm>
#include <utility>

namespace grtc::core {
namespace {

/// Letters are given up in sweeps, so that a burst of them to one address is one answer to its sender: docs promise
/// that an answer is at most a second late, and the caller's tick is part of that.
constexpr std::chrono::milliseconds kSweep{800};

}  // namespace

// ---- who holds what --------------------------------------------------------------------------------------------

void Mailroom::claim(MailClaim claim, TimePoint now) {
  Box& box = open(claim.address);
  if (box.holder == nullptr) {
    if (!claim.holders->take()) {
      claim.outlet->dismissed(Dismissal::full);
      return settle(box, now);
    }
    return admit(box, claim, now);
  }
  if (box.token == claim.token) {
    // It keeps the place of the connection that it replaces.
    std::exchange(box.holder, nullptr)->dismissed(Dismissal::replaced);
    refuse_contests(box.address);
    return admit(box, claim, now);
  }
  // A client that tries again, perhaps because its first try broke unseen, does not have to wait anew.
  for (Contest& contest : contests_) {
    if (contest.claim.address != claim.address || contest.claim.token != claim.token) continue;
    contest.claim.outlet->dismissed(Dismissal::replaced);
    contest.claim = std::move(claim);
    return;
  }
  box.holder->probe();
  contests_.push_back({std::move(claim), now + limits_.probe_window});
}

/// The claim's place is taken.
void Mailroom::admit(Box& box, const MailClaim& claim, TimePoint now) {
  box.holder = claim.outlet;
  box.token = claim.token;
  box.holders = claim.holders;
  box.holder->admitted();
  while (!box.letters.empty()) {
    const Waiting letter = take_oldest(box);
    if (!box.holder->take(letter.frame, letter.from)) {
      vacate(box);
      break;
    }
  }
  settle(box, now);
}

void Mailroom::leave(const std::string& address, const MailOutlet& outlet, TimePoint now) {
  std::erase_if(contests_, [&](const Contest& contest) { return contest.claim.outlet == &outlet; });
  Box* box = find(address);
  if (box == nullptr || box->holder != &outlet) return;
  vacate(*box);
  settle(*box, now);
}

void Mailroom::alive(const std::string& address) {
  if (!contests_.empty()) refuse_contests(address);
}

bool Mailroom::remove(const std::string& address, TimePoint now) {
  Box* box = find(address);
  if (box == nullptr || box->holder == nullptr) return false;
  MailOutlet& outlet = *box->holder;
  vacate(*box);
  outlet.dismissed(Dismissal::removed);
  settle(*box, now);
  return true;
}

void Mailroom::probe(const std::string& address) {
  const Box* box = find(address);
  if (box != nullptr && box->holder != nullptr) box->holder->probe();
}

std::vector<SavedLetter> Mailroom::release(const std::string& address, Dismissal why, TimePoint now) {
  refuse_contests(address);
  std::vector<SavedLetter> letters;
  Box* box = find(address);
  if (box == nullptr) return letters;
  while (!box->letters.empty()) {
    const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(now - box->letters.front().since);
    const Waiting letter = take_oldest(*box);
    letters.push_back({letter.from, address, std::string(letter.frame.view()), waited});
  }
  if (box->holder != nullptr) {
    MailOutlet& outlet = *box->holder;
    vacate(*box);
    outlet.dismissed(why);
  }
  settle(*box, now);
  return letters;
}

std::string_view Mailroom::holder_token(std::string_view address) const {
  const Box* box = find(address);
  return box == nullptr ? std::string_view() : std::string_view(box->token);
}

bool Mailroom::is_held(std::string_view address) const {
  const Box* box = find(address);
  return box != nullptr && box->holder != nullptr;
}

void Mailroom::vacate(Box& box) {
  box.holder = nullptr;
  box.token.clear();
  std::exchange(box.holders, nullptr)->give_back();
}

/// Nobody may hold `box`, and it may be empty: then who waits for it gets it, or it goes.
void Mailroom::settle(Box& box, TimePoint now) {
  if (box.holder == nullptr && admit_next(box.address, now)) return;
  if (box.holder != nullptr || !box.letters.empty()) return;
  const auto it = boxes_.find(box.address);
  boxes_.erase(it);
}

/// Gives the address to the one who has waited longest for it. True: admit() has settled the box.
bool Mailroom::admit_next(const std::string& address, TimePoint now) {
  for (;;) {
    const auto next = std::find_if(contests_.begin(), contests_.end(),
                                   [&](const Contest& contest) { return contest.claim.address == address; });
    if (next == contests_.end()) return false;
    const MailClaim claim = std::move(next->claim);
    contests_.erase(next);
    if (!claim.holders->take()) {
      claim.outlet->dismissed(Dismissal::full);
      continue;
    }
    // Before it is admitted: the letters that it gets may end it, which must not admit one of them.
    refuse_contests(address);
    admit(*find(claim.address), claim, now);
    return true;
  }
}

void Mailroom::refuse_contests(const std::string& address) {
  std::erase_if(contests_, [&](const Contest& contest) {
    if (contest.claim.address != address) return false;
    contest.claim.outlet->dismissed(Dismissal::taken);
    return true;
  });
}

void Mailroom::decide_contests(TimePoint now) {
  for (;;) {
    const auto due =
        std::find_if(contests_.begin(), contests_.end(), [&](const Contest& contest) { return contest.until <= now; });
    if (due == contests_.end()) return;
    Box* box = find(due->claim.address);  // held, or leave() would have decided
    MailOutlet& silent = *box->holder;
    vacate(*box);
    silent.dismissed(Dismissal::silent);
    settle(*box, now);
  }
}

// ---- letters ---------------------------------------------------------------------------------------------------

Mailroom::Delivery Mailroom::deliver(Letter letter, TimePoint now) {
  Box* box = find(letter.to);
  if (box != nullptr && box->holder != nullptr) {
    const std::string_view waits_from = letter.may_wait ? std::string_view(letter.from) : std::string_view();
    if (box->holder->take(letter.frame, waits_from)) return Delivery::taken;
    vacate(*box);
    settle(*box, now);
  }
  if (!letter.may_wait) return Delivery::refused;
  return keep(std::move(letter), now);
}

Mailroom::Delivery Mailroom::keep(Letter letter, TimePoint now) {
  Box* box = find(letter.to);
  const bool begins = box == nullptr || box->letters.empty();
  if (begins && waiting_.size() >= limits_.addresses) return Delivery::refused;
  const std::size_t size = letter.frame.size();
  if (!begins && box->letters.size() >= limits_.letters) return Delivery::refused;
  if ((begins ? 0 : box->bytes) + size > limits_.bytes) return Delivery::refused;
  if (letter.sender_letters && !letter.sender_letters->take()) return Delivery::refused;
  if (box == nullptr) box = &open(letter.to);
  box->bytes += size;
  box->letters.push_back({std::move(letter.from), std::move(letter.frame), std::move(letter.sender_letters), now});
  waiting_.insert(box);
  return Delivery::waits;
}

Mailroom::Waiting Mailroom::take_oldest(Box& box) {
  Waiting oldest = std::move(box.letters.front());
  box.letters.pop_front();
  box.bytes -= oldest.frame.size();
  if (oldest.sender_letters) oldest.sender_letters->give_back();
  if (box.letters.empty()) waiting_.erase(&box);
  return oldest;
}

void Mailroom::expire(TimePoint now) {
  if (!contests_.empty()) decide_contests(now);
  if (now - swept_ < kSweep) return;
  swept_ = now;
  if (!waiting_.empty()) sweep(now);
}

void Mailroom::sweep(TimePoint now) {
  std::vector<std::pair<std::string, std::string>> given_up;
  for (Box* box : std::vector<Box*>(waiting_.begin(), waiting_.end())) {
    const std::size_t first = given_up.size();
    while (!box->letters.empty() && now - box->letters.front().since >= limits_.wait) {
      std::string from = take_oldest(*box).from;
      const bool told = std::any_of(given_up.begin() + static_cast<std::ptrdiff_t>(first), given_up.end(),
                                    [&](const auto& pair) { return pair.first == from; });
      if (!told) given_up.emplace_back(std::move(from), box->address);
    }
    settle(*box, now);
  }
  // Only now: telling them may deliver, and that changes the boxes.
  for (const auto& [from, to] : given_up) undelivered_(from, to);
}

// ---- boxes -----------------------------------------------------------------------------------------------------

Mailroom::Box* Mailroom::find(std::string_view address) const {
  const auto it = boxes_.find(address);
  return it == boxes_.end() ? nullptr : it->second.get();
}

Mailroom::Box& Mailroom::open(const std::string& address) {
  if (Box* box = find(address)) return *box;
  auto box = std::make_unique<Box>();
  box->address = address;
  Box& opened = *box;
  boxes_.emplace(opened.address, std::move(box));
  return opened;
}

// ---- over a restart --------------------------------------------------------------------------------------------

std::vector<SavedLetter> Mailroom::save(TimePoint now) const {
  std::vector<SavedLetter> saved;
  for (const Box* box : waiting_) {
    for (const Waiting& letter : box->letters) {
      const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(now - letter.since);
      saved.push_back({letter.from, box->address, std::string(letter.frame.view()), waited});
    }
  }
  return saved;
}

void Mailroom::restore(SavedLetter letter, TimePoint now) {
  keep({std::move(letter.from), std::move(letter.to), SharedFrame::copy_of(letter.frame), true, nullptr},
       now - letter.waited);
}

}  // namespace grtc::core
