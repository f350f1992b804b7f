#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/room_journal.hpp"
#include "redis/reply.hpp"

namespace grtc::cluster {

/// A stream's entry id (`ms-n`) as a `seq`: the milliseconds in front, so that a room whose memory was lost goes on
/// with later ones. 4,096 events a millisecond and room, and 16 digits, last until 2047.
[[nodiscard]] core::Seq seq_of(std::string_view id);
[[nodiscard]] std::string id_of(core::Seq seq);

[[nodiscard]] core::Answer read_answer(const redis::Reply& reply);
/// The place of the last of messages (scripts::kRelay) that were all told to all they are for; 0: read each.
[[nodiscard]] core::Seq told_at(const redis::Reply& reply);
/// What became of one of them. @pre told_at(reply) == 0, or it is the only one
[[nodiscard]] core::Answer read_relayed(const redis::Reply& reply, std::size_t which);
/// @param fields  a room's state, as HGETALL gives it
[[nodiscard]] core::Snapshot read_snapshot(const redis::Reply& newest, const redis::Reply& generation,
                                           const redis::Reply& fields);
/// @pre five elements, of scripts::kReadAfter
[[nodiscard]] core::LogPart read_part(const redis::Reply& reply);
/// What XRANGE gives.
[[nodiscard]] std::vector<core::LogEntry> read_entries(const redis::Reply& reply);

}  // namespace grtc::cluster
