#include "core/room.hpp"

#include <algorithm>
#include <cassert>

namespace grtc::core {
namespace {

Problem problem(Code code, std::string sentence) {
  return {code, std::move(sentence), {}, 0};
}

Problem taken() {
  return problem(Code::peer_id_taken, "This peer id is in use in this room.");
}

}  // namespace

Room::Room(std::string name, const RoomLimits& limits, const EventEncoder& encoder, std::size_t* population)
    : name_(std::move(name)), limits_(limits), encoder_(encoder), population_(population) {}

// ---- joining -------------------------------------------------------------------------------------------------

JoinOutcome Room::join(JoinRequest request, TimePoint now) {
  if (request.resume && request.resume->any_peer) {
    if (const std::string owner = peer_of(request.resume->token); !owner.empty()) request.peer_id = owner;
  }
  if (Session* session = claimed(request)) {
    EventLog& log = session->log();
    const bool nothing_missing = request.resume->seen ? log.rewind(request.resume->seen->seq) : log.rewind_to_start();
    if (nothing_missing) {
      const bool was_away = !session->connected();
      if (!was_away) {
        std::exchange(session->outlet_, nullptr)
            ->dismissed(problem(Code::session_replaced, "Another connection of this client took over."));
      } else {
        --detached_;
      }
      session->outlet_ = request.outlet;
      refuse_contests(session->peer_id());
      if (was_away) announce_update(*session, now);
      return Joined{session, true};
    }
    // Some of what it missed is gone. A resume with a hole would be a lie, so the session ends and a new one begins.
    remove(*session, LeaveReason::replaced,
           problem(Code::session_replaced, "Another connection of this client took over."), now);
  }
  return begin(std::move(request), now);
}

Session* Room::claimed(const JoinRequest& request) const {
  if (!request.resume) return nullptr;
  Session* session = find(request.peer_id);
  return session != nullptr && session->token() == request.resume->token ? session : nullptr;
}

JoinOutcome Room::begin(JoinRequest request, TimePoint now) {
  Session* holder = find(request.peer_id);
  if (holder != nullptr && holder->connected()) {
    holder->outlet_->probe();
    contests_.push_back({std::move(request), now + limits_.probe_window});
    return Waiting{};
  }
  // A holder without a connection can give no sign of life: it has lost the id to the newcomer.
  if (holder != nullptr) leave(*holder, LeaveReason::replaced, now);
  if (sessions_.size() >= limits_.max_peers) return problem(Code::room_full, "This room is full.");
  return Joined{&admit(std::move(request), now), false};
}

Session& Room::admit(JoinRequest request, TimePoint now) {
  Session& session = insert(std::make_unique<Session>(
      std::move(request.peer_id), std::move(request.name), std::move(request.fresh_token),
      std::chrono::floor<std::chrono::milliseconds>(request.came), EventLog(limits_.queue, seq_)));
  session.outlet_ = request.outlet;
  const Seq seq = next_seq();
  broadcast(&session, seq, encoder_.joined(session, SeqText(seq)), now);
  return session;
}

void Room::cancel_join(const Outlet& outlet) {
  std::erase_if(contests_, [&](const Contest& contest) { return contest.request.outlet == &outlet; });
}

void Room::alive(const Session& session) {
  refuse_contests(session.peer_id());
}

void Room::refuse_contests(std::string_view peer_id) {
  if (contests_.empty()) return;
  std::erase_if(contests_, [&](const Contest& contest) {
    if (contest.request.peer_id != peer_id) return false;
    contest.request.outlet->dismissed(taken());
    return true;
  });
}

// ---- talking -------------------------------------------------------------------------------------------------

bool Room::give(Session& to, Seq seq, const SharedFrame& frame) {
  if (to.overflowed_) return false;
  const bool was_idle = to.log_.unwritten() == 0;
  if (to.log_.append(seq, frame)) {
    if (was_idle && to.outlet_ != nullptr) to.outlet_->events_waiting();
    return true;
  }
  // Settled by the caller: ending a session here would change sessions_ under a loop over it.
  overflowed_.push_back(&to);
  to.overflowed_ = true;
  return false;
}

std::size_t Room::broadcast(const Session* from, Seq seq, const SharedFrame& frame, TimePoint now) {
  std::size_t reached = 0;
  for (const auto& to : sessions_) {
    if (to.get() != from && give(*to, seq, frame)) ++reached;
  }
  if (!overflowed_.empty()) settle_overflows(now);
  return reached;
}

bool Room::send(Session& to, Seq seq, const SharedFrame& frame, TimePoint now) {
  if (give(to, seq, frame)) return true;
  settle_overflows(now);
  return false;
}

void Room::settle_overflows(TimePoint now) {
  if (settling_) return;  // its own announcements may overflow more sessions: the loop below takes them too
  settling_ = true;
  while (!overflowed_.empty()) {
    Session& session = *overflowed_.back();
    overflowed_.pop_back();
    // An event was refused, so a resume would have a hole: the session ends, whether its client is slow or away.
    remove(session, LeaveReason::timeout,
           problem(Code::slow_client, "This client reads too slowly: its queue is full."), now);
  }
  settling_ = false;
}

Session* Room::find(std::string_view peer_id) const {
  const auto it = by_id_.find(peer_id);
  return it == by_id_.end() ? nullptr : it->second;
}

std::string Room::peer_of(std::string_view token) const {
  for (const auto& session : sessions_) {
    if (session->token() == token) return session->peer_id();
  }
  return {};
}

// ---- presence ------------------------------------------------------------------------------------------------

void Room::update(Session& session, std::optional<std::string> name, std::optional<std::string> meta, TimePoint now) {
  if (name) session.name_ = std::move(*name);
  if (meta) session.meta_ = std::move(*meta);
  announce_update(session, now);
}

void Room::announce_update(const Session& who, TimePoint now) {
  const Seq seq = next_seq();
  broadcast(&who, seq, encoder_.updated(who, SeqText(seq)), now);
}

void Room::leave(Session& session, LeaveReason reason, TimePoint now) {
  const std::unique_ptr<Session> gone = erase(session);
  hasten_contests(gone->peer_id(), now);
  const Seq seq = next_seq();
  broadcast(nullptr, seq, encoder_.left(*gone, reason, SeqText(seq)), now);
}

void Room::remove(Session& session, LeaveReason reason, const Problem& why, TimePoint now) {
  if (session.outlet_ != nullptr) session.outlet_->dismissed(why);
  leave(session, reason, now);
}

void Room::detach(Session& session, TimePoint now) {
  if (session.outlet_ == nullptr) return;
  session.outlet_ = nullptr;
  drop(session, now);
}

void Room::drop(Session& session, TimePoint now) {
  ++detached_;
  session.detached_until_ = now + limits_.resume_window;
  hasten_contests(session.peer_id(), now);
  announce_update(session, now);
}

void Room::hasten_contests(std::string_view peer_id, TimePoint now) {
  for (Contest& contest : contests_) {
    if (contest.request.peer_id == peer_id) contest.until = now;  // nobody is left to answer the probe
  }
}

void Room::expire(TimePoint now) {
  std::vector<Session*> over;
  for (const auto& session : sessions_) {
    if (!session->connected() && session->detached_until_ <= now) over.push_back(session.get());
  }
  for (Session* session : over) {
    // An earlier one's `peer-left` may have overflowed and ended this one already.
    const bool still_here = std::any_of(sessions_.begin(), sessions_.end(),
                                        [&](const auto& session_here) { return session_here.get() == session; });
    if (still_here) leave(*session, LeaveReason::timeout, now);
  }
  while (true) {
    const auto due = std::find_if(contests_.begin(), contests_.end(), [&](const Contest& c) { return c.until <= now; });
    if (due == contests_.end()) return;
    JoinRequest request = std::move(due->request);
    contests_.erase(due);
    Outlet& outlet = *request.outlet;
    const std::string peer_id = request.peer_id;
    if (Session* silent = find(peer_id)) {
      remove(*silent, LeaveReason::replaced,
             problem(Code::peer_id_taken, "Another client took this peer id while this one did not answer."), now);
    }
    if (sessions_.size() >= limits_.max_peers) {
      outlet.dismissed(problem(Code::room_full, "This room is full."));
      continue;
    }
    outlet.admitted(admit(std::move(request), now), false);
    refuse_contests(peer_id);
  }
}

// ---- the list ------------------------------------------------------------------------------------------------

Session& Room::insert(std::unique_ptr<Session> session) {
  session->slot_ = sessions_.size();
  Session& here = *session;
  sessions_.push_back(std::move(session));
  by_id_.emplace(here.peer_id(), &here);
  if (population_ != nullptr) ++*population_;
  return here;
}

std::unique_ptr<Session> Room::erase(Session& session) {
  if (!session.connected()) --detached_;
  if (session.overflowed_) std::erase(overflowed_, &session);
  by_id_.erase(session.peer_id());
  const std::size_t slot = session.slot_;
  std::swap(sessions_[slot], sessions_.back());
  sessions_[slot]->slot_ = slot;
  std::unique_ptr<Session> gone = std::move(sessions_.back());
  sessions_.pop_back();
  if (population_ != nullptr) --*population_;
  return gone;
}

// ---- over a restart ------------------------------------------------------------------------------------------

SavedRoom Room::save() const {
  SavedRoom saved{name_, seq_, {}};
  for (const auto& session : sessions_) {
    SavedSession& out = saved.sessions.emplace_back(SavedSession{session->peer_id(),
                                                                 session->name(),
                                                                 session->meta(),
                                                                 session->token(),
                                                                 session->joined_at(),
                                                                 session->received(),
                                                                 session->log().forgotten(),
                                                                 session->log().last(),
                                                                 {}});
    session->log().each([&](Seq seq, const SharedFrame& frame) { out.events.emplace_back(seq, frame.view()); });
  }
  return saved;
}

void Room::restore(SavedRoom saved, TimePoint now) {
  assert(sessions_.empty());
  seq_ = saved.seq;
  for (SavedSession& from : saved.sessions) {
    EventLog log(limits_.queue, from.forgotten);
    for (const auto& [seq, bytes] : from.events) {
      if (log.unwritten() == limits_.queue.events) log.mark_written(log.unwritten());
      if (!log.append(seq, SharedFrame::copy_of(bytes))) {
        log.mark_written(log.unwritten());
        (void)log.append(seq, SharedFrame::copy_of(bytes));
      }
    }
    Session& session = insert(std::make_unique<Session>(std::move(from.peer_id), std::move(from.name),
                                                        std::move(from.token), from.joined_at, std::move(log)));
    session.meta_ = std::move(from.meta);
    session.received_ = from.received;
    session.detached_until_ = now + limits_.resume_window;
    ++detached_;
  }
}

}  // namespace grtc::core
