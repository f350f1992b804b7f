#include "core/shared_room.hpp"

#include <algorithm>
#include <utility>

namespace grtc::core {
namespace {

constexpr std::string_view kAlive = "alive";
/// Facts that are kept while the room is read; more, and it is read again.
constexpr std::size_t kMaxUnheard = 20'000;

}  // namespace

SharedRoom::SharedRoom(std::string name, const SharedRoomOptions& options, const SharedEncoder& encoder,
                       RoomJournal& journal, std::uint64_t floor)
    : name_(std::move(name)),
      options_(options),
      encoder_(encoder),
      journal_(journal),
      next_operation_(floor),
      last_restore_(floor),
      told_(floor),
      in_log_(floor) {}

Session* SharedRoom::find(std::string_view peer_id) const {
  const auto it = members_.find(peer_id);
  return it == members_.end() ? nullptr : it->second.session.get();
}

std::size_t SharedRoom::local() const {
  const auto here = std::count_if(members_.begin(), members_.end(),
                                  [](const auto& entry) { return entry.second.session->outlet_ != nullptr; });
  return static_cast<std::size_t>(here) + entering_.size();
}

bool SharedRoom::is_idle() const {
  if (!queue_.empty() || local() > 0) return false;
  // Somebody has to see to it that who is away ends: the last one here, unless another replica has the room open.
  const bool anyone_away = std::any_of(members_.begin(), members_.end(),
                                       [](const auto& entry) { return !entry.second.session->connected(); });
  return !anyone_away || !origins_.empty();
}

SeqText SharedRoom::position() const {
  // What was told ahead of the log is behind `last_` until the log has it too.
  return told_ > in_log_ ? SeqText(last_, options_.origin, told_) : SeqText(last_);
}

std::vector<std::pair<std::string, Seq>> SharedRoom::witnessed() const {
  std::vector<std::pair<std::string, Seq>> all;
  if (told_ > in_log_) return all;
  for (const auto& [id, member] : members_) {
    if (member.session->outlet_ != nullptr) all.emplace_back(id, member.given);
  }
  return all;
}

// ---- what is wanted ------------------------------------------------------------------------------------------

void SharedRoom::relay(Session& from, std::span<const std::string_view> members, std::span<const std::string_view> to,
                       std::uint64_t id) {
  std::string names = join_names(to);
  std::string fact = write_message(options_.origin, next_operation_ + 1, from.peer_id(), {names, members, id});
  if (has_place_for(Operation::bytes_of(fact.size()))) {
    Operation& operation = next(queue_.emplace_back(), Operation::Kind::relay, from.peer_id());
    operation.id = id;
    operation.to = std::move(names);
    operation.fact = std::move(fact);
    submit_latest();
  } else {
    refuse(from, "The other replicas can't be reached, and no more can be kept for them.", id);
  }
  settle_overflows();
}

void SharedRoom::update(Session& session, std::optional<std::string> name, std::optional<std::string> meta,
                        std::uint64_t id) {
  Member& member = members_.find(session.peer_id())->second;
  const std::string& old_name = member.wanted ? member.wanted->name : session.name_;
  const std::string& old_meta = member.wanted ? member.wanted->meta : session.meta_;
  Member::Wanted wanted{next_operation_ + 1, name ? *std::move(name) : old_name, meta ? *std::move(meta) : old_meta};
  Operation operation = make_about(Operation::Kind::update, Fact::Kind::updated, member, wanted.name, wanted.meta);
  operation.id = id;
  if (!has_place_for(operation.bytes())) return refuse(session, "The other replicas can't be reached.", id);
  member.wanted = std::move(wanted);
  submit(std::move(operation));
  settle_overflows();
}

void SharedRoom::tell(Session& session, std::string_view text, std::uint64_t id) {
  Operation operation = make(Operation::Kind::relay, Fact::Kind::told, session.peer_id(), {text});
  operation.id = id;
  if (has_place_for(operation.bytes())) submit(std::move(operation));
  settle_overflows();
}

/// Nothing of it can be written down, so it is an event that no resume repeats.
void SharedRoom::refuse(Session& from, std::string_view sentence, std::uint64_t id) {
  const auto it = members_.find(from.peer_id());
  if (it == members_.end()) return;
  give(it->second, encoder_.told(encoder_.complaint(Code::unavailable, sentence, id, {}), position()), last_);
  settle_overflows();
}

void SharedRoom::leave(Session& session) {
  session.outlet_ = nullptr;
  submit(make(Operation::Kind::leave, Fact::Kind::left, session.peer_id(), {"left"}));
  settle_overflows();
}

void SharedRoom::detach(Session& session) {
  if (session.outlet_ == nullptr) return;
  session.outlet_ = nullptr;
  const Member& member = members_.find(session.peer_id())->second;
  submit(make_about(Operation::Kind::detach, Fact::Kind::detached, member, session.name_, session.meta_));
  settle_overflows();
}

void SharedRoom::lose(std::string_view origin) {
  if (!origins_.contains(origin) || !reachable_) return;
  Operation operation = make(Operation::Kind::lose, Fact::Kind::lost, origin, {});
  submit(std::move(operation));
}

// ---- signs of life -------------------------------------------------------------------------------------------

void SharedRoom::alive(const Session& session) {
  const auto it = members_.find(session.peer_id());
  if (it == members_.end()) return;
  const std::string text = std::string(kAlive) + kFieldMark + it->second.attachment;
  journal_.whisper(*this, text);
}

void SharedRoom::overheard(std::string_view text, TimePoint /*now*/) {
  const std::size_t mark = text.find(kFieldMark);
  if (mark == std::string_view::npos) return;
  const std::string_view attachment = text.substr(mark + 1);
  if (text.substr(0, mark) == kAlive) {
    std::vector<std::string> refused;
    for (const auto& waiting : entering_) {
      if (waiting->probed_until && waiting->holder == attachment) refused.push_back(waiting->attachment);
    }
    for (const std::string& one : refused) {
      dismiss_entering(one, {Code::peer_id_taken, "This peer id is in use in this room.", {}, 0});
    }
    return;
  }
  for (auto& [id, member] : members_) {
    if (member.attachment == attachment && member.session->outlet_ != nullptr) member.session->outlet_->probe();
  }
}

// ---- the log -------------------------------------------------------------------------------------------------

void SharedRoom::listening() {
  listening_ = true;
  if (!was_opened_) {
    phase_ = Phase::opening;
    journal_.read_all(*this);
  } else {
    phase_ = Phase::catching_up;
    journal_.read_after(*this, last_);
  }
}

void SharedRoom::opened(Snapshot snapshot, TimePoint now) {
  const bool first = !std::exchange(was_opened_, true);
  heard_of(snapshot.generation);
  if (first) {
    for (Snapshot::Peer& peer : snapshot.peers) {
      Member& member = insert(peer.peer_id, peer.name, peer.joined_at, peer.attachment);
      member.session->meta_ = std::move(peer.meta);
      member.session->elsewhere_ = !member.attachment.empty();
      member.away_until = now + options_.limits.resume_window;
    }
  } else {
    reconcile(snapshot, now);
  }
  last_ = std::max(last_, snapshot.position);
  phase_ = Phase::open;
  hear_what_waited(now);
  if (std::exchange(forgotten_, false) && reachable_) ask_again();
  if (first) {
    for (const auto& waiting : entering_) ask_to_enter(*waiting);
  }
}

/// What was said while the room was being read; more of it than could be kept is read once more.
void SharedRoom::hear_what_waited(TimePoint now) {
  const bool incomplete = std::exchange(missed_some_, false);
  for (const auto& [position, fact] : std::exchange(unheard_, {})) apply(position, fact, now);
  drop_done();  // what was read may have brought the last of it, with nothing said since
  if (incomplete) missed();
}

void SharedRoom::caught_up(const LogPart& part, TimePoint now) {
  phase_ = Phase::open;
  if (!part.complete) {
    part_from_all();
    phase_ = Phase::opening;
    return journal_.read_all(*this);
  }
  for (const auto& [position, fact] : part.entries) apply(position, fact, now);
  if (part.room) {
    heard_of(part.room->generation);
    reconcile(*part.room, now);
    last_ = std::max(last_, part.room->position);
  }
  hear_what_waited(now);
  if (std::exchange(forgotten_, false) && reachable_) ask_again();
}

void SharedRoom::apply(Seq position, std::string_view text, TimePoint now) {
  if (phase_ != Phase::open) {
    if (!missed_some_ && unheard_.size() < kMaxUnheard) {  // what comes after a gap is read with it
      unheard_.emplace_back(position, text);
    } else {
      missed_some_ = true;
    }
    return;
  }
  if (position <= last_) return;
  const auto fact = read_fact(text);
  if (!fact) return;
  last_ = position;
  if (heard_before(*fact)) return drop_done();
  if (const std::uint64_t told_as = told_before(*fact); told_as > 0) {
    hand_out(*fact, position, told_as);
  } else {
    effect(*fact, position, now);
  }
  drop_done();
  settle_overflows();
}

void SharedRoom::missed() {
  if (phase_ != Phase::open) {
    missed_some_ = true;
    return;
  }
  phase_ = Phase::catching_up;
  journal_.read_after(*this, last_);
}

}  // namespace grtc::core
