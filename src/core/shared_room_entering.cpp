#include <algorithm>
#include <utility>

#include "core/shared_room.hpp"

namespace grtc::core {
namespace {

constexpr std::string_view kProbe = "probe";

}  // namespace

void SharedRoom::join(JoinRequest request, TimePoint now) {
  auto waiting = std::make_unique<Entering>();
  waiting->request = std::move(request);
  waiting->until = now + options_.patience;
  Entering& here = *entering_.emplace_back(std::move(waiting));
  if (was_opened_) {
    ask_to_enter(here);
  }
}

void SharedRoom::ask_to_enter(Entering& entering) {
  const JoinRequest& request = entering.request;
  const std::uint64_t number = next_operation_ + 1;
  const std::string attachment = options_.origin + ":" + std::to_string(number);
  const auto joined_at = std::chrono::floor<std::chrono::milliseconds>(request.came);
  const std::string joined_ms = std::to_string(joined_at.time_since_epoch().count());
  Operation operation =
      make(Operation::Kind::join, Fact::Kind::joined, request.peer_id, {attachment, request.name, joined_ms, "{}"});
  operation.attachment = attachment;
  operation.about = std::make_unique<Operation::About>(Operation::About{request.name, "{}", joined_at});
  operation.entry = std::make_unique<Operation::Entry>();
  Operation::Entry& entry = *operation.entry;
  entry.token = request.fresh_token;
  entry.came = request.came;
  entry.evict = entering.holder;
  entry.replaced_fact = write_fact(Fact::Kind::left, options_.origin, number, request.peer_id, {"replaced"});
  if (request.resume) {
    entry.claim = request.resume->token;
    entry.any_peer = request.resume->any_peer;
    entry.from_start = !request.resume->seen.has_value();
    if (request.resume->seen) entry.seen = *request.resume->seen;
  }
  entering.attachment = attachment;
  submit(std::move(operation));
}

SharedRoom::Entering* SharedRoom::entering(std::string_view attachment) {
  const auto it = std::find_if(entering_.begin(), entering_.end(),
                               [&](const auto& waiting) { return waiting->attachment == attachment; });
  return it == entering_.end() ? nullptr : it->get();
}

void SharedRoom::cancel_join(const Outlet& outlet) {
  for (const auto& waiting : entering_) {
    if (waiting->request.outlet != &outlet) continue;
    if (waiting->attachment.empty()) {
      std::erase_if(entering_, [&](const auto& one) { return one->request.outlet == &outlet; });
    } else {
      waiting->request.outlet = nullptr;  // it may be in already: then it has to be taken out again
      withdraw(std::string(waiting->attachment));
    }
    return;
  }
}

void SharedRoom::dismiss_entering(std::string_view attachment, const Problem& why) {
  const auto it = std::find_if(entering_.begin(), entering_.end(),
                               [&](const auto& waiting) { return waiting->attachment == attachment; });
  if (it == entering_.end()) return;
  Outlet* outlet = std::exchange((*it)->request.outlet, nullptr);
  // What was asked may still be carried out: answered_entering() takes it back then.
  const bool asked = !(*it)->attachment.empty() && !(*it)->probed_until && !(*it)->answer;
  if (!asked) entering_.erase(it);
  if (outlet != nullptr) outlet->dismissed(why);
}

void SharedRoom::answered_entering(Answer answer, std::string_view attachment, TimePoint now) {
  Entering* waiting = entering(attachment);
  if (waiting == nullptr) return;
  switch (answer.outcome) {
    case Answer::Outcome::joined:
    case Answer::Outcome::resumed:
      generation_ = answer.generation;
      waiting->request.peer_id = answer.peer_id;
      waiting->answer = std::move(answer);
      if (waiting->reached > 0) enter(attachment);
      return;
    case Answer::Outcome::held:
      waiting->holder = answer.attachment;
      waiting->probed_until = now + options_.limits.probe_window;
      waiting->until = *waiting->probed_until + options_.patience;
      if (waiting->request.outlet == nullptr) return dismiss_entering(attachment, {});
      return journal_.whisper(*this, std::string(kProbe) + kFieldMark + answer.attachment);
    case Answer::Outcome::full:
      waiting->answer = Answer();
      return dismiss_entering(attachment, {Code::room_full, "This room is full.", {}, 0});
    case Answer::Outcome::banned:
      waiting->answer = Answer();
      return dismiss_entering(attachment, {Code::forbidden, "An administrator removed this client.", {}, 0});
    default:
      waiting->answer = Answer();
      return dismiss_entering(
          attachment,
          {Code::out_of_reach, answer.sentence.empty() ? "Try again in a moment." : answer.sentence, {}, 1});
  }
}

void SharedRoom::arrived(std::string_view attachment, Seq position) {
  Entering* waiting = entering(attachment);
  if (waiting == nullptr) return;
  waiting->reached = position;
  if (waiting->answer) enter(attachment);
}

void SharedRoom::enter(std::string_view attachment) {
  const auto at = std::find_if(entering_.begin(), entering_.end(),
                               [&](const auto& waiting) { return waiting->attachment == attachment; });
  std::unique_ptr<Entering> entering = std::move(*at);
  entering_.erase(at);
  const auto it = members_.find(entering->request.peer_id);
  Outlet* outlet = entering->request.outlet;
  if (it == members_.end() || it->second.attachment != entering->attachment) {
    if (outlet != nullptr) outlet->dismissed({Code::session_replaced, "Another connection took over.", {}, 0});
    return;
  }
  Member& member = it->second;
  Session& session = *member.session;
  const bool resumed = entering->answer->outcome == Answer::Outcome::resumed;
  EventLog log = EventLog::without_memory(options_.limits.queue);
  if (outlet == nullptr || !replay(log, *entering)) {
    // The client has gone meanwhile, and may come back; or more has happened than a session may wait for.
    if (outlet == nullptr && resumed) {
      return submit(make_about(Operation::Kind::detach, Fact::Kind::detached, member, session.name_, session.meta_));
    }
    submit(make(Operation::Kind::leave, Fact::Kind::left, session.peer_id(), {outlet == nullptr ? "left" : "timeout"}));
    if (outlet == nullptr) return;
    entering->request.resume.reset();
    entering->answer.reset();
    entering->reached = 0;
    entering->since.clear();
    entering_.push_back(std::move(entering));
    return ask_to_enter(*entering_.back());
  }
  session.log_ = std::move(log);
  session.overflowed_ = false;
  session.token_ = resumed ? entering->request.resume->token : entering->request.fresh_token;
  session.received_ = entering->answer->received;
  session.outlet_ = outlet;
  generation_ = entering->answer->generation;  // the room may have been empty in between
  member.given = entering->reached;
  member.entered_after = told_;
  entrance_ = entrance_of(*entering);
  journal_.attached(*this, session);
  outlet->admitted(session, resumed);
}

/// What the client has seen, so that one that is cut off again before it has read more asks for the same.
SeqText SharedRoom::entrance_of(const Entering& entering) const {
  if (entering.answer->outcome != Answer::Outcome::resumed) return SeqText(entering.reached);
  if (const auto& seen = entering.request.resume->seen) {
    return seen->origin.empty() ? SeqText(seen->seq) : SeqText(seen->seq, seen->origin, seen->operation);
  }
  const auto& missed = entering.answer->missed;
  return SeqText(missed.empty() ? entering.reached : missed.front().first - 1);
}

bool SharedRoom::replay(EventLog& log, const Entering& entering) {
  const Position& seen =
      entering.request.resume && entering.request.resume->seen ? *entering.request.resume->seen : Position{};
  const bool resumed = entering.answer->outcome == Answer::Outcome::resumed;
  for (const auto& [position, text] : entering.answer->missed) {
    if (!resumed || position >= entering.reached) break;
    if (position <= seen.seq) continue;  // stands in one entry with what was not seen
    const auto fact = read_fact(text);
    if (!fact || !is_for(*fact, entering.request.peer_id)) continue;
    // Told by a replica that was cut off, ahead of the log.
    if (fact->origin == seen.origin && fact->operation <= seen.operation && fact->is_tellable()) continue;
    if (!log.append(++serial_, frame_of(*fact, SeqText(position)))) return false;
  }
  for (const SharedFrame& frame : entering.since) {
    if (!log.append(++serial_, frame)) return false;
  }
  return log.rewind_to_start() || log.unwritten() == 0;
}

/// Those whose holder was asked for a sign of life, and those who have waited long enough.
void SharedRoom::wait_for_the_log(TimePoint now) {
  std::vector<Entering*> silent;
  std::vector<Outlet*> late;
  std::vector<std::string> given_up;
  for (const auto& waiting : entering_) {
    if (waiting->probed_until && *waiting->probed_until <= now) {
      silent.push_back(waiting.get());
    } else if (waiting->until <= now && waiting->request.outlet != nullptr) {
      late.push_back(std::exchange(waiting->request.outlet, nullptr));
      given_up.push_back(waiting->attachment);
    }
  }
  for (Entering* waiting : silent) {
    waiting->probed_until.reset();
    ask_to_enter(*waiting);
  }
  std::erase_if(entering_,
                [](const auto& waiting) { return waiting->request.outlet == nullptr && waiting->attachment.empty(); });
  for (const std::string& attachment : given_up) withdraw(attachment);
  for (Outlet* outlet : late) {
    outlet->dismissed({Code::out_of_reach, "The other replicas can't be reached. Try again in a moment.", {}, 1});
  }
}

}  // namespace grtc::core
