#include <algorithm>
#include <utility>

#include "core/shared_room.hpp"

namespace grtc::core {
namespace {

/// How long a session that the log forgot may take to be put back by its replica.
constexpr std::chrono::seconds kRestoreTime{10};
constexpr std::chrono::seconds kAskAgain{1};
/// What a client does after it has come back.
constexpr std::chrono::seconds kSaidAgain{5};

}  // namespace

void SharedRoom::tick(TimePoint now) {
  expire_away(now);
  if (reachable_ && phase_ == Phase::open) told_ahead_.expire(now, options_.limits.resume_window + kSaidAgain);
  wait_for_the_log(now);
  settle_overflows();
}

void SharedRoom::expire_away(TimePoint now) {
  std::vector<std::string> forgotten;
  for (auto& [id, member] : members_) {
    if (member.missing_until && *member.missing_until <= now) forgotten.emplace_back(id);
    if (member.session->connected() || member.away_until > now || !reachable_ || phase_ != Phase::open) continue;
    member.away_until = now + kAskAgain;
    submit(make(Operation::Kind::expire, Fact::Kind::expired, id, {}));
  }
  for (const std::string& id : forgotten) {
    const std::string text = write_fact(Fact::Kind::expired, {}, 0, id);
    effect(*read_fact(text), last_, now);
  }
}

void SharedRoom::reachable() {
  if (std::exchange(reachable_, true)) return;
  forgotten_ = false;
  ask_again();
}

void SharedRoom::ask_again() {
  for (Operation& operation : queue_) {
    if (operation.answered) continue;
    operation.sent = true;
    if (operation.kind == Operation::Kind::restore && operation.restore == 0) operation.restore = next_restore();
    journal_.carry_out(*this, operation);
  }
  drop_done();
}

/// Above all that was used, also when the room is opened again.
std::uint64_t SharedRoom::next_restore() {
  last_restore_ = std::max(last_restore_, next_operation_) + 1;
  return last_restore_;
}

/// The log has lost its memory, or got another one: what was asked waits until that is read, and who lives here is in
/// it.
void SharedRoom::read_again() {
  if (std::exchange(forgotten_, true)) return;
  journal_.hold_back(*this);
  if (!listening_ || phase_ != Phase::open) return;  // it is read anyway
  phase_ = Phase::catching_up;
  journal_.read_after(*this, last_);
}

/// In another memory nothing may be done before what was meant for the one before, and who lives here, are in it.
void SharedRoom::heard_of(const std::string& generation) {
  if (!generation_.empty() && generation != generation_ && !std::exchange(forgotten_, true)) journal_.hold_back(*this);
  generation_ = generation;
}

void SharedRoom::unreachable(TimePoint /*now*/) {
  if (!std::exchange(reachable_, false)) return;
  listening_ = false;
  // By number: what is told may set off more.
  for (std::size_t i = 0; i < queue_.size(); ++i) {
    Operation& operation = queue_[i];
    // What was not seen yet may be lost with the log, whatever the answer was, and has to be told now, or it would come
    // behind what follows. Who was put back is looked for by reconcile().
    if (operation.position > 0 && operation.restore == 0 && operation.number > in_log_) operation.answered = false;
    if (operation.number > std::max(told_, in_log_)) tell_locally(operation);
  }
  settle_overflows();
}

/// The log no longer reaches back to what was heard here last: sessions here have missed something, and the log alone
/// can tell which of them may go on.
void SharedRoom::part_from_all() {
  for (auto& [id, member] : members_) {
    Outlet* outlet = std::exchange(member.session->outlet_, nullptr);
    if (outlet == nullptr) continue;
    outlet->dismissed({Code::out_of_reach, "This server was cut off from the others for too long.", {}, 1});
    submit(make_about(Operation::Kind::detach, Fact::Kind::detached, member, member.session->name_,
                      member.session->meta_));
  }
}

/// The session lives here, and the log has forgotten it or takes it for lost, or knows only its connection before.
void SharedRoom::put_back(Member& member, std::string_view known_attachment) {
  const Session& session = *member.session;
  Operation operation =
      make_about(Operation::Kind::restore, Fact::Kind::joined, member, session.name(), session.meta());
  operation.id = session.received();
  operation.entry = std::make_unique<Operation::Entry>();
  operation.entry->token = session.token();
  operation.entry->evict = known_attachment;
  // Those in front of the queue are numbered when they are asked for: the last one is the first.
  if (queue_.empty() || (reachable_ && !forgotten_)) {
    operation.restore = next_restore();
    return submit(std::move(operation));
  }
  // Before what is kept: in the log's new memory nobody has that number.
  operation.number = queue_.front().number - 1;
  const std::string joined_ms = std::to_string(session.joined_at().time_since_epoch().count());
  operation.fact = write_fact(Fact::Kind::joined, options_.origin, operation.number, session.peer_id(),
                              {member.attachment, session.name(), joined_ms, session.meta()});
  queue_bytes_ += operation.bytes();
  queue_.push_front(std::move(operation));
}

/// The log has lost its memory, or some of what happened: the view is brought to what the log knows now. Sessions that
/// are attached here are put back into the log; those of other replicas are given time to be.
void SharedRoom::reconcile(const Snapshot& snapshot, TimePoint now) {
  std::unordered_map<std::string_view, const Snapshot::Peer*> known;
  for (const Snapshot::Peer& peer : snapshot.peers) known.emplace(peer.peer_id, &peer);
  for (auto& [id, member] : members_) {
    if (known.contains(id)) continue;
    if (member.session->outlet_ != nullptr) {
      put_back(member);
    } else {
      member.missing_until = now + kRestoreTime;
    }
  }
  for (const Snapshot::Peer& peer : snapshot.peers) {
    const auto it = members_.find(peer.peer_id);
    if (it != members_.end() && it->second.attachment == peer.attachment) continue;
    if (it != members_.end() && it->second.session->outlet_ != nullptr) {
      put_back(it->second, peer.attachment);
      continue;
    }
    const auto kind = it == members_.end()      ? Fact::Kind::joined
                      : peer.attachment.empty() ? Fact::Kind::lost
                                                : Fact::Kind::attached;
    const std::string joined_ms = std::to_string(peer.joined_at.time_since_epoch().count());
    const std::string text = write_fact(kind, {}, 0, peer.peer_id, {peer.attachment, peer.name, joined_ms, peer.meta});
    effect(*read_fact(text), last_, now);
  }
}

}  // namespace grtc::core
