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
    effect(*read_fact(text), position(), last_, now);
  }
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

/// The session lives here, and the log has forgotten it or takes it for lost.
void SharedRoom::put_back(Member& member) {
  const Session& session = *member.session;
  Operation operation =
      make_about(Operation::Kind::restore, Fact::Kind::joined, member, session.name(), session.meta());
  operation.id = session.received();
  operation.entry = std::make_unique<Operation::Entry>();
  operation.entry->token = session.token();
  submit(std::move(operation));
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
    const bool here = it != members_.end() && it->second.session->outlet_ != nullptr;
    if (here || (it != members_.end() && it->second.attachment == peer.attachment)) continue;
    const auto kind = it == members_.end()      ? Fact::Kind::joined
                      : peer.attachment.empty() ? Fact::Kind::lost
                                                : Fact::Kind::attached;
    const std::string joined_ms = std::to_string(peer.joined_at.time_since_epoch().count());
    const std::string text = write_fact(kind, {}, 0, peer.peer_id, {peer.attachment, peer.name, joined_ms, peer.meta});
    effect(*read_fact(text), position(), last_, now);
  }
}

}  // namespace grtc::core
