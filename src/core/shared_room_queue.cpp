#include <algorithm>
#include <utility>

#include "core/shared_room.hpp"

namespace grtc::core {

// ---- made and handed to the log ------------------------------------------------------------------------------

Operation& SharedRoom::next(Operation& operation, Operation::Kind kind, std::string_view peer) const {
  operation.number = next_operation_ + 1;
  operation.kind = kind;
  operation.peer = peer;
  if (const auto it = members_.find(peer); it != members_.end()) operation.attachment = it->second.attachment;
  return operation;
}

Operation SharedRoom::make(Operation::Kind kind, Fact::Kind fact, std::string_view peer,
                           std::initializer_list<std::string_view> fields) {
  Operation operation;
  next(operation, kind, peer);
  operation.fact = write_fact(fact, options_.origin, operation.number, peer, fields);
  return operation;
}

bool SharedRoom::has_place_for(std::size_t bytes) const {
  return queue_.size() < options_.held.events && queue_bytes_ + bytes <= options_.held.bytes;
}

void SharedRoom::submit(Operation operation) {
  queue_.push_back(std::move(operation));
  submit_latest();
}

void SharedRoom::submit_latest() {
  Operation& queued = queue_.back();
  next_operation_ = queued.number;
  queue_bytes_ += queued.bytes();
  if (!reachable_) return tell_locally(queued);
  if (forgotten_) return;  // ask_again() does
  queued.sent = true;
  journal_.carry_out(*this, queued);
}

Operation SharedRoom::make_about(Operation::Kind kind, Fact::Kind fact, const Member& member, std::string_view name,
                                 std::string_view meta) {
  const Session& session = *member.session;
  const std::string joined_ms = std::to_string(session.joined_at().time_since_epoch().count());
  Operation operation = make(kind, fact, session.peer_id(), {member.attachment, name, joined_ms, meta});
  operation.about =
      std::make_unique<Operation::About>(Operation::About{std::string(name), std::string(meta), session.joined_at()});
  return operation;
}

void SharedRoom::tell_locally(const Operation& operation) {
  const auto fact = read_fact(operation.fact);
  if (!fact || !fact->is_tellable() || operation.answered) return;
  told_ = operation.number;
  if (operation.id != 0 && fact->kind == Fact::Kind::message) {
    told_ahead_.add(operation.peer, operation.id, operation.number);
  }
  const std::string text = operation.fact;  // what it sets off may move the queue
  if (const auto again = read_fact(text)) effect(*again, last_, {});
}

// ---- answered, and seen in the log ---------------------------------------------------------------------------

void SharedRoom::written(std::uint64_t first, std::uint64_t last, Seq place, TimePoint now) {
  if (place <= last_) return;
  for (std::uint64_t number = first; number <= last; ++number) {
    Operation* const operation = queued(number);
    if (operation == nullptr) return missed();
    const Seq position = place - (last - number);
    if (position <= last_) continue;
    if (phase_ == Phase::open && number > told_ && concerns_nobody_here(*operation)) {
      last_ = position;
      in_log_ = std::max(in_log_, number);
    } else {
      apply(position, operation->fact, now);
    }
  }
  drop_done();
}

/// Its receivers, all named, are connected to other replicas: most of what a replica tells is for others.
bool SharedRoom::concerns_nobody_here(const Operation& message) const {
  if (message.to.empty() || !entering_.empty()) return false;
  bool nobody = true;
  each_name(message.to, [&](std::string_view name) {
    const auto it = members_.find(name);
    nobody =
        nobody && it != members_.end() && it->second.session->outlet_ == nullptr && it->second.session->connected();
  });
  return nobody;
}

Operation* SharedRoom::queued(std::uint64_t number) {
  if (queue_.empty() || number < queue_.front().number || number > queue_.back().number) return nullptr;
  return &queue_[static_cast<std::size_t>(number - queue_.front().number)];
}

void SharedRoom::answered(std::uint64_t number, Answer answer, TimePoint now) {
  Operation* const asked = queued(number);
  if (asked == nullptr) return;
  Operation& operation = *asked;
  if (answer.outcome == Answer::Outcome::forgotten) return read_again();
  operation.answered = true;
  operation.position = answer.position;
  operation.absent = std::move(answer.absent);
  const std::string peer = operation.peer;
  const std::string attachment = operation.attachment;
  const Operation::Kind kind = operation.kind;
  const std::uint64_t id = operation.id;
  const bool is_message = kind == Operation::Kind::relay || kind == Operation::Kind::update;
  drop_done();
  if (kind == Operation::Kind::restore && !answer.generation.empty()) generation_ = answer.generation;
  if (kind == Operation::Kind::join) return answered_entering(std::move(answer), attachment, now);
  const auto it = members_.find(peer);
  Session* session = it == members_.end() ? nullptr : it->second.session.get();
  if (!is_message || session == nullptr || session->outlet_ == nullptr) return;
  if (answer.outcome == Answer::Outcome::failed) {
    refuse(*session, answer.sentence, id);
  } else if (answer.outcome == Answer::Outcome::absent || answer.outcome == Answer::Outcome::moved) {
    std::exchange(session->outlet_, nullptr)
        ->dismissed({Code::session_replaced, "This session has ended or is connected elsewhere.", {}, 0});
  }
}

void SharedRoom::all_told(std::uint64_t first, std::uint64_t last, Seq place) {
  for (std::uint64_t number = first; number <= last; ++number) {
    Operation* const operation = queued(number);
    if (operation == nullptr) continue;
    operation->answered = true;
    operation->position = place - (last - number);
  }
  drop_done();
}

/// What is answered and, if it left a fact, was seen in the log.
void SharedRoom::drop_done() {
  std::vector<Operation> not_for_all;
  while (!queue_.empty()) {
    Operation& oldest = queue_.front();
    if (!oldest.answered || oldest.position > last_) break;
    queue_bytes_ -= oldest.bytes();
    if (!oldest.absent.empty()) not_for_all.push_back(std::move(oldest));
    queue_.pop_front();
  }
  for (const Operation& said : not_for_all) complain(said);
}

/// Only now is it known who was there: one that a log has forgotten, and its replica puts back, has heard it.
void SharedRoom::complain(const Operation& said) {
  Session* session = find(said.peer);
  if (session == nullptr || session->outlet_ == nullptr) return;
  for (const std::string& absent : said.absent) {
    if (find(absent) != nullptr) continue;
    tell(*session, encoder_.complaint(Code::unknown_peer, "There is no such peer in this room.", said.id, absent), 0);
  }
}

/// Nobody waits for it any more, and the log never heard of it: it need not.
void SharedRoom::withdraw(std::string_view attachment) {
  for (Operation& operation : queue_) {
    if (operation.kind != Operation::Kind::join || operation.attachment != attachment || operation.sent) continue;
    operation.answered = true;
    std::erase_if(entering_, [&](const auto& waiting) { return waiting->attachment == attachment; });
    return;
  }
}

}  // namespace grtc::core
