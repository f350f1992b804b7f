#include <algorithm>
#include <charconv>
#include <utility>

#include "core/shared_room.hpp"

namespace grtc::core {
namespace {

/// Places of what a fact says about a peer.
constexpr std::size_t kAttachment = 0;
constexpr std::size_t kName = 1;
constexpr std::size_t kJoinedMs = 2;
constexpr std::size_t kMeta = 3;
/// Place of what a message says about itself: the client's number of it.
constexpr std::size_t kId = 2;
/// So many replicas are remembered, also when nobody is on them any more.
constexpr std::size_t kMaxOrigins = 64;

WallTime wall_time(std::string_view ms) {
  std::int64_t count = 0;
  std::from_chars(ms.data(), ms.data() + ms.size(), count);
  return WallTime(std::chrono::milliseconds(count));
}

LeaveReason reason_of(const Fact& fact) {
  if (fact.kind == Fact::Kind::expired || fact.fields[0] == "timeout") return LeaveReason::timeout;
  if (fact.fields[0] == "removed") return LeaveReason::removed;
  return fact.fields[0] == "replaced" ? LeaveReason::replaced : LeaveReason::left;
}

}  // namespace

/// As which operation clients here were told of it ahead of the log; 0: they were not.
std::uint64_t SharedRoom::told_before(const Fact& fact) {
  if (fact.origin == options_.origin) {
    in_log_ = std::max(in_log_, fact.operation);
    if (!fact.is_tellable() || fact.operation > told_) return 0;
    told_ahead_.forget(fact.operation);
    return fact.operation;
  }
  if (told_ahead_.empty() || fact.kind != Fact::Kind::message) return 0;
  std::uint64_t id = 0;
  const std::string_view text = fact.fields[kId];
  std::from_chars(text.data(), text.data() + text.size(), id);
  return id == 0 ? 0 : told_ahead_.take(fact.peer, id).value_or(0);
}

/// Said again in a new memory of the log, by a replica that could not know that it was heard.
bool SharedRoom::heard_before(const Fact& fact) {
  const bool is_said = fact.kind == Fact::Kind::message || fact.kind == Fact::Kind::told;
  if (!is_said || fact.origin == options_.origin) return false;
  auto it = heard_.find(fact.origin);
  if (it == heard_.end()) {
    if (heard_.size() > kMaxOrigins)
      std::erase_if(heard_, [&](const auto& of) { return !origins_.contains(of.first); });
    it = heard_.emplace(std::string(fact.origin), 0).first;
  }
  if (fact.operation <= it->second) return true;
  it->second = fact.operation;
  return false;
}

/// What happened, first to the room, then for those who hear of it.
void SharedRoom::effect(const Fact& fact, Seq position, TimePoint now) {
  if (fact.kind == Fact::Kind::message || fact.kind == Fact::Kind::told) {
    return hand_out(fact, position);
  }
  const auto it = members_.find(fact.peer);
  const bool known = it != members_.end();
  // Put back after the log had lost it: nobody here ever missed it.
  const bool no_news =
      fact.kind == Fact::Kind::joined ? known && it->second.attachment == fact.fields[kAttachment] : !known;
  if (known) it->second.missing_until.reset();
  if (no_news) return;
  // Here nobody saw it go: it is attached, and is put back at once.
  const bool lives_here = fact.kind == Fact::Kind::lost && it->second.session->outlet_ != nullptr;
  change_members(fact, now);
  if (!lives_here) hand_out(fact, position);
  const bool came =
      fact.kind == Fact::Kind::joined || fact.kind == Fact::Kind::attached || fact.kind == Fact::Kind::taken_over;
  if (came) arrived(fact.fields[kAttachment], position);
}

/// The fact alone says it, so that a replay long after tells the same.
SharedFrame SharedRoom::frame_of(const Fact& fact, const SeqText& seq) const {
  if (fact.kind == Fact::Kind::message) return encoder_.message(fact.peer, seq, fact.fields[1]);
  if (fact.kind == Fact::Kind::told) return encoder_.told(fact.fields[0], seq);
  Session peer(std::string(fact.peer), std::string(fact.fields[kName]), {}, wall_time(fact.fields[kJoinedMs]),
               EventLog::without_memory({}));
  if (fact.kind == Fact::Kind::left || fact.kind == Fact::Kind::expired) {
    return encoder_.left(peer, reason_of(fact), seq);
  }
  if (!fact.fields[kMeta].empty()) peer.meta_ = fact.fields[kMeta];
  peer.elsewhere_ = fact.kind != Fact::Kind::detached && fact.kind != Fact::Kind::lost;
  return fact.kind == Fact::Kind::joined ? encoder_.joined(peer, seq) : encoder_.updated(peer, seq);
}

void SharedRoom::change_members(const Fact& fact, TimePoint now) {
  if (fact.kind == Fact::Kind::joined) return join_member(fact);
  if (fact.kind == Fact::Kind::left || fact.kind == Fact::Kind::expired) return end_member(fact);
  Member& member = members_.find(fact.peer)->second;
  Session& session = *member.session;
  switch (fact.kind) {
    case Fact::Kind::attached:
    case Fact::Kind::taken_over:
      // Its old connection, if it was here, learns it now; one that was put back is the same.
      if (session.outlet_ != nullptr && member.attachment != fact.fields[kAttachment]) {
        std::exchange(session.outlet_, nullptr)
            ->dismissed({Code::session_replaced, "Another connection of this client took over.", {}, 0});
      }
      set_attachment(member, fact.fields[kAttachment]);
      session.elsewhere_ = true;
      return;
    case Fact::Kind::detached:
    case Fact::Kind::lost:
      session.elsewhere_ = false;
      member.missed = {};
      member.away_until = now + options_.limits.resume_window;
      if (session.outlet_ != nullptr) return put_back(member);
      return set_attachment(member, {});
    default:
      session.name_ = fact.fields[kName];
      session.meta_ = fact.fields[kMeta];
      if (member.wanted && member.wanted->operation <= fact.operation && fact.origin == options_.origin) {
        member.wanted.reset();
      }
  }
}

void SharedRoom::join_member(const Fact& fact) {
  if (const auto it = members_.find(fact.peer); it != members_.end()) {
    // In a new memory of the log the peer id was free.
    if (Outlet* outlet = std::exchange(it->second.session->outlet_, nullptr)) {
      outlet->dismissed({Code::session_replaced, "Another client took this peer id.", {}, 0});
    }
    erase(it);
  }
  Member& member = insert(fact.peer, fact.fields[kName], wall_time(fact.fields[kJoinedMs]), fact.fields[kAttachment]);
  if (!fact.fields[kMeta].empty()) member.session->meta_ = fact.fields[kMeta];
  member.session->elsewhere_ = !member.attachment.empty();
}

void SharedRoom::end_member(const Fact& fact) {
  const auto it = members_.find(fact.peer);
  if (Outlet* outlet = std::exchange(it->second.session->outlet_, nullptr)) {
    const LeaveReason reason = reason_of(fact);
    if (reason == LeaveReason::removed) {
      outlet->dismissed({Code::forbidden, "An administrator removed this client.", {}, 0});
    } else if (reason == LeaveReason::replaced) {
      outlet->dismissed(
          {Code::peer_id_taken, "Another client took this peer id while this one did not answer.", {}, 0});
    } else {
      outlet->dismissed({Code::session_replaced, "This session has ended.", {}, 0});
    }
  }
  erase(it);
  if (members_.empty()) generation_.clear();  // the log forgets a room that is empty
}

void SharedRoom::hand_out(const Fact& fact, Seq position, std::uint64_t told_as) {
  if (fact.kind == Fact::Kind::taken_over) return;
  std::optional<SharedFrame> frame;  // most of what a replica hears of its own messages is for others
  const auto give_to = [&](std::string_view peer_id) {
    const auto it = members_.find(peer_id);
    if (it == members_.end()) return;
    Member& member = it->second;
    const bool is_here = member.session->outlet_ != nullptr;
    if (is_here ? member.entered_after < told_as : entering_.empty() && member.session->connected()) return;
    if (!frame) frame = frame_of(fact, this->position());
    give(member, *frame, position);
  };
  if (fact.kind == Fact::Kind::told) return give_to(fact.peer);
  if (fact.kind == Fact::Kind::message && !fact.fields[0].empty()) return each_name(fact.fields[0], give_to);
  for (const auto& [id, member] : members_) {
    if (id != fact.peer) give_to(id);
  }
}

void SharedRoom::give(Member& member, const SharedFrame& frame, Seq position) {
  Session& session = *member.session;
  if (session.outlet_ == nullptr) {
    if (!session.connected()) note_missed(member, frame);
    if (entering_.empty()) return;
    Entering* waiting = entering(member.attachment);
    if (waiting != nullptr && waiting->reached > 0) waiting->since.push_back(frame);
    return;
  }
  if (session.overflowed_) return;
  member.given = position;
  const bool was_idle = session.log_.unwritten() == 0;
  if (session.log_.append(++serial_, frame)) {
    if (was_idle) session.outlet_->events_waiting();
    return;
  }
  session.overflowed_ = true;
  overflowed_.push_back(session.peer_id());
}

/// All replicas count, as the one that it was on may be no more; the first that asks ends it.
void SharedRoom::note_missed(Member& member, const SharedFrame& frame) {
  const bool was_full =
      member.missed.events > options_.limits.queue.events || member.missed.bytes > options_.limits.queue.bytes;
  ++member.missed.events;
  member.missed.bytes += frame.size();
  const bool is_full =
      member.missed.events > options_.limits.queue.events || member.missed.bytes > options_.limits.queue.bytes;
  if (is_full && !was_full) overflowed_.push_back(member.session->peer_id());
}

/// Not inside the loops over the members: it ends some.
void SharedRoom::settle_overflows() {
  if (overflowed_.empty()) return;
  for (const std::string& peer_id : std::exchange(overflowed_, {})) {
    Session* session = find(peer_id);
    if (session == nullptr || (session->outlet_ == nullptr && session->connected())) continue;
    Operation ends = make(Operation::Kind::leave, Fact::Kind::left, peer_id, {"timeout"});
    if (session->outlet_ == nullptr) {
      ends.attachment = "-";  // nobody's: only while it is away
    } else {
      std::exchange(session->outlet_, nullptr)
          ->dismissed({Code::slow_client, "This client reads too slowly: its queue is full.", {}, 0});
    }
    submit(std::move(ends));
  }
}

// ---- the list ------------------------------------------------------------------------------------------------

SharedRoom::Member& SharedRoom::insert(std::string_view peer_id, std::string_view name, WallTime joined_at,
                                       std::string_view attachment) {
  auto session = std::make_unique<Session>(std::string(peer_id), std::string(name), std::string(), joined_at,
                                           EventLog::without_memory(options_.limits.queue));
  const std::string_view key = session->peer_id();
  Member& member = members_[key];
  member.session = std::move(session);
  set_attachment(member, attachment);
  return member;
}

void SharedRoom::set_attachment(Member& member, std::string_view attachment) {
  const auto origin_of = [](std::string_view text) { return text.substr(0, text.find(':')); };
  const auto count = [this, &origin_of](const std::string& text, bool more) {
    const std::string_view origin = origin_of(text);
    if (origin.empty() || origin == options_.origin) return;
    auto it = origins_.find(origin);
    if (it == origins_.end()) it = origins_.emplace(std::string(origin), 0).first;
    more ? ++it->second : --it->second;
    if (it->second == 0) origins_.erase(it);
  };
  count(member.attachment, false);
  member.attachment = attachment;
  count(member.attachment, true);
}

void SharedRoom::erase(Members::iterator at) {
  set_attachment(at->second, {});
  const std::unique_ptr<Session> gone = std::move(at->second.session);  // the key points into it
  members_.erase(at);
}

}  // namespace grtc::core
