#pragma once
#include <array>

#include "redis/client.hpp"

namespace grtc::cluster {

/// What is done to a shared room in Redis. Each is a script because several keys, or a question and what depends on its
/// answer, must change together; docs/scaling.md tells of the keys. KEYS: the room's state (a hash), its log (a
/// stream), its channel; of kRelay also the channel on which only the others hear this replica. ARGV: 1 origin, 2
/// operation, 3 how long the room is kept (ms), 4 how long its log is kept (ms), then as below. The last one of all
/// that are operations: which memory of the room is meant ('' any).
namespace scripts {

/// 5 peer, 6 attachment, 7 token, 8 name, 9 joined_at, 10 max peers, 11 fact, 12 fact that the holder was replaced,
/// 13 attachment to evict, 14 claimed token, 15 seen ('' from the start), 16 whether the token alone says who it is
extern const redis::Script kJoin;
/// Messages whose operations are in a row: 2 the last one's, 5 their facts with kFactsMark between them, 6 how many, 7
/// how many senders, then of each: peer ('' an administrator), attachment, the client's id of its last one; then the
/// receivers. Answers the id of the last fact, or one word for all of them where nothing was done; where they differ an
/// array: that id, how many were told, and of each: which of those it is, alone or before the receivers that are not
/// there, or why it was not told.
extern const redis::Script kRelay;
/// 5 peer, 6 attachment, 7 id, 8 fact, 9 name, 10 meta
extern const redis::Script kUpdate;
/// 5 peer, 6 attachment, 7 fact, 8 resume window (ms)
extern const redis::Script kDetach;
/// 5 peer, 6 attachment ('' any), 7 fact, 8 whether an administrator does it
extern const redis::Script kLeave;
/// 5 peer, 6 fact
extern const redis::Script kExpire;
/// 5 origin that has gone, 6 resume window (ms)
extern const redis::Script kLose;
/// 5 peer, 6 attachment, 7 token, 8 name, 9 joined_at, 10 meta, 11 id, 12 fact, 13 number of the restore, 14 attachment
/// that is known to be an older one
extern const redis::Script kRestore;
/// –
extern const redis::Script kSnapshot;
/// 5 seen, 6 generation that is known
extern const redis::Script kReadAfter;
/// 5 position, then peer and its last event, again and again
extern const redis::Script kWitness;

[[nodiscard]] std::span<const redis::Script> all();

}  // namespace scripts
}  // namespace grtc::cluster
