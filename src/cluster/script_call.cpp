#include "cluster/script_call.hpp"

#include "cluster/answers.hpp"
#include "cluster/shared_rooms.hpp"

namespace grtc::cluster {
namespace {

using core::Operation;

constexpr std::chrono::seconds kLogSlack{30};
constexpr std::chrono::minutes kRoomKept{2};

std::string ms_text(std::chrono::milliseconds time) {
  return std::to_string(time.count());
}

/// Milliseconds with a fraction, as two connections of one client may come within one, and older replicas write whole
/// ones.
std::string fine_text(core::FineWallTime time) {
  const auto us = time.time_since_epoch().count();
  return ms_text(std::chrono::milliseconds(us / 1000)) + '.' + std::to_string(1000 + us % 1000).substr(1);
}

ScriptCall join_call(const Operation& what, const core::RoomLimits& limits) {
  const Operation::Entry& entry = *what.entry;
  return {
      scripts::kJoin,
      {what.peer, what.attachment, entry.token, what.about->name,
       std::to_string(what.about->joined_at.time_since_epoch().count()), std::to_string(limits.max_peers), what.fact,
       entry.replaced_fact, entry.evict, entry.claim, entry.from_start ? std::string() : id_of(entry.seen.seq),
       entry.any_peer ? "1" : "0", fine_text(entry.came)}};
}

}  // namespace

ScriptCall call_of(const Operation& what, const core::RoomLimits& limits) {
  const std::string window = ms_text(limits.resume_window);
  const std::string id = std::to_string(what.id);
  switch (what.kind) {
    case Operation::Kind::join:
      return join_call(what, limits);
    case Operation::Kind::update:
      return {scripts::kUpdate, {what.peer, what.attachment, id, what.fact, what.about->name, what.about->meta}};
    case Operation::Kind::detach:
      return {scripts::kDetach, {what.peer, what.attachment, what.fact, window}};
    case Operation::Kind::leave:
      return {scripts::kLeave, {what.peer, what.attachment, what.fact, "0"}};
    case Operation::Kind::expire:
      return {scripts::kExpire, {what.peer, what.fact}};
    case Operation::Kind::lose:
      return {scripts::kLose, {what.peer, window}};
    case Operation::Kind::restore:
    case Operation::Kind::relay:  // by RelayBatch
      break;
  }
  return {scripts::kRestore,
          {what.peer, what.attachment, what.entry->token, what.about->name,
           std::to_string(what.about->joined_at.time_since_epoch().count()), what.about->meta, id, what.fact,
           std::to_string(what.restore), what.entry->evict}};
}

std::vector<std::string> head_of(const ClusterOptions& options, std::string_view origin, std::uint64_t operation) {
  const std::chrono::milliseconds log_kept = options.limits.resume_window + 2 * options.heartbeat + kLogSlack;
  return {std::string(origin), std::to_string(operation), ms_text(options.limits.resume_window + kRoomKept),
          ms_text(log_kept)};
}

}  // namespace grtc::cluster
