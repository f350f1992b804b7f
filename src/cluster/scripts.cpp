#include "cluster/scripts.hpp"

namespace grtc::cluster::scripts {
namespace {

// The fields of a room's state, each with what it is about behind the colon: t: token, n: name, m: meta, j: joined_at,
// a: attachment ('' while away), d: when one that is away ends, i: highest client id taken, b: where it begins in the
// log, w: what it was seen to have been given, A: where it was attached last, c: when that connection came; o: newest
// operation of an origin; r: newest restore of it; O: since when an origin is taken for dead; T: whose a token is; n
// the number of peers, g what tells this room's memory from a later one's, h up to where it lost the end of its log, x
// bans; l the newest entry of the log; k and K: see relay_scripts.cpp.
constexpr std::string_view kPrelude = R"lua(
local S, L, C = KEYS[1], KEYS[2], KEYS[3]
local origin, operation = ARGV[1], ARGV[2]
local call = redis.call
local function now()
  local t = call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end
-- Why it is not to be done, or nil. Nothing is, and nothing is noted, in another memory of the room than was meant.
local function stopped_by()
  local v = call('HMGET', S, 'o:' .. origin, 'g')
  if ARGV[#ARGV] ~= '' and v[2] ~= ARGV[#ARGV] then return 'forgotten' end
  if v[1] and tonumber(v[1]) >= tonumber(operation) then return 'nothing' end
  call('HSET', S, 'o:' .. origin, operation)
  return nil
end
local function say(fact)
  local id = call('XADD', L, 'MINID', '~', now() - tonumber(ARGV[4]), '*', 'f', fact)
  -- However much is said within that time.
  if call('XLEN', L) > 25000 then call('XTRIM', L, 'MAXLEN', '~', 20000) end
  call('HSET', S, 'l', id)
  call('SPUBLISH', C, id .. '\31' .. fact)
  return id
end
local function about(kind, peer, attachment)
  local v = call('HMGET', S, 'n:' .. peer, 'j:' .. peer, 'm:' .. peer)
  return table.concat({kind, origin, operation, peer, attachment, v[1], v[2], v[3]}, '\31')
end
local function keep()
  call('PEXPIRE', S, ARGV[3])
  call('PEXPIRE', L, ARGV[3])
end
local function remove(peer)
  local token = call('HGET', S, 't:' .. peer)
  if token then call('HDEL', S, 'T:' .. token) end
  call('HDEL', S, 't:' .. peer, 'n:' .. peer, 'm:' .. peer, 'j:' .. peer, 'a:' .. peer, 'd:' .. peer, 'i:' .. peer,
    'b:' .. peer, 'c:' .. peer, 'w:' .. peer, 'A:' .. peer)
  call('HINCRBY', S, 'n', -1)
end
-- The log stays a while: a later room of this name must not use the same positions again.
local function forget_if_empty()
  if tonumber(call('HGET', S, 'n') or 0) > 0 then return end
  call('DEL', S)
  call('PEXPIRE', L, ARGV[4])
end
-- `number`: what is unique of the operation in all memories.
local function add(peer, attachment, token, name, joined, meta, id, fact, number)
  call('HSETNX', S, 'g', origin .. ':' .. (number or operation))
  -- Longer than what Redis keeps in a list (64 bytes): it makes a table, where a message's fields are found at once.
  call('HSETNX', S, '-', string.rep('-', 100))
  call('HSET', S, 't:' .. peer, token, 'n:' .. peer, name, 'm:' .. peer, meta, 'j:' .. peer, joined,
    'a:' .. peer, attachment, 'i:' .. peer, id, 'T:' .. token, peer)
  call('HINCRBY', S, 'n', 1)
  local at = say(fact)
  call('HSET', S, 'b:' .. peer, at, 'A:' .. peer, at)
  keep()
  return at
end
local function before(a, b)
  local ams, an = string.match(a, '(%d+)-(%d+)')
  local bms, bn = string.match(b, '(%d+)-(%d+)')
  ams, an, bms, bn = tonumber(ams), tonumber(an), tonumber(bms), tonumber(bn)
  return ams < bms or (ams == bms and an < bn)
end
local function forgotten()
  if call('EXISTS', L) == 0 then return '0-0', '0-0' end
  local info, known = call('XINFO', 'STREAM', L), {}
  for i = 1, #info, 2 do known[info[i]] = info[i + 1] end
  return known['max-deleted-entry-id'], known['last-generated-id']
end
local function entries(after)
  if call('EXISTS', L) == 0 then return {} end
  return call('XRANGE', L, '(' .. after, '+', 'COUNT', 20000)
end
local function fence(peer, attachment)
  local a = call('HGET', S, 'a:' .. peer)
  if not a then return 'absent' end
  if a ~= '' and a ~= attachment then return 'moved' end
  return nil
end
)lua";

constexpr std::string_view kJoinSource = R"lua(
local peer, attachment, token, claim = ARGV[5], ARGV[6], ARGV[7], ARGV[14]
if ARGV[16] == '1' and claim ~= '' then peer = call('HGET', S, 'T:' .. claim) or peer end
local held = call('HGET', S, 't:' .. peer)
local function resumed(seen)
  local v = call('HMGET', S, 'A:' .. peer, 'i:' .. peer)
  return {'resumed', v[1], peer, call('HGET', S, 'g'), v[2], entries(seen)}
end
-- The point after which nothing that the session heard of is forgotten, or nil.
local function point_of_return()
  local start = call('HGET', S, 'b:' .. peer)
  local seen = ARGV[15] == '' and start or ARGV[15]
  local witnessed = call('HGET', S, 'w:' .. peer)
  if witnessed then
    local at, given = string.match(witnessed, '(%S+) (%S+)')
    if not before(seen, given) and before(seen, at) then seen = at end
  end
  local lost, newest = forgotten()
  if before(seen, start) or before(seen, call('HGET', S, 'h') or '0-0') then return nil end
  if before(seen, lost) or before(newest, seen) then return nil end
  return seen
end
local stopped = stopped_by()
if stopped == 'forgotten' then return {stopped} end
if stopped then
  if call('HGET', S, 'a:' .. peer) ~= attachment then return {'nothing'} end
  if call('HGET', S, 'A:' .. peer) == call('HGET', S, 'b:' .. peer) then
    return {'joined', call('HGET', S, 'b:' .. peer), peer, call('HGET', S, 'g')}
  end
  return resumed(point_of_return() or '0-0')
end
if claim ~= '' and call('HGET', S, 'x:' .. claim) then return {'banned'} end
if held and held == claim then
  -- A connection that came before the one that has the session now, on a slower way: it is the older one.
  if tonumber(call('HGET', S, 'c:' .. peer) or 0) > tonumber(ARGV[17]) then return {'nothing'} end
  local seen = point_of_return()
  if seen then
    local kind = call('HGET', S, 'a:' .. peer) == '' and 'A' or 'Z'
    call('HSET', S, 'a:' .. peer, attachment, 'c:' .. peer, ARGV[17])
    call('HDEL', S, 'd:' .. peer)
    call('HSET', S, 'A:' .. peer, say(about(kind, peer, attachment)))
    keep()
    return resumed(seen)
  end
  say(ARGV[12])
  remove(peer)
elseif held then
  local a = call('HGET', S, 'a:' .. peer)
  if a ~= '' and a ~= ARGV[13] then return {'held', a} end
  say(ARGV[12])
  remove(peer)
end
if tonumber(call('HGET', S, 'n') or 0) >= tonumber(ARGV[10]) then return {'full'} end
return {'joined', add(peer, attachment, token, ARGV[8], ARGV[9], '{}', 0, ARGV[11]), peer, call('HGET', S, 'g')}
)lua";

constexpr std::string_view kUpdateSource = R"lua(
local peer = ARGV[5]
local stopped = stopped_by() or fence(peer, ARGV[6])
if stopped then return {stopped} end
if ARGV[7] ~= '0' then call('HSET', S, 'i:' .. peer, ARGV[7]) end
call('HSET', S, 'n:' .. peer, ARGV[9], 'm:' .. peer, ARGV[10])
return {'done', say(ARGV[8])}
)lua";

constexpr std::string_view kDetachSource = R"lua(
local peer = ARGV[5]
local stopped = stopped_by()
if stopped then return {stopped} end
if call('HGET', S, 'a:' .. peer) ~= ARGV[6] then return {'nothing'} end
call('HSET', S, 'a:' .. peer, '', 'd:' .. peer, now() + tonumber(ARGV[8]))
keep()
return {'done', say(ARGV[7])}
)lua";

constexpr std::string_view kLeaveSource = R"lua(
local peer = ARGV[5]
local stopped = stopped_by()
if stopped then return {stopped} end
local a = call('HGET', S, 'a:' .. peer)
if not a then return {'absent'} end
if ARGV[6] ~= '' and a ~= '' and a ~= ARGV[6] then return {'moved'} end
if ARGV[8] == '1' then call('HSET', S, 'x:' .. call('HGET', S, 't:' .. peer), '1') end
local at = say(ARGV[7])
remove(peer)
forget_if_empty()
return {'done', at}
)lua";

constexpr std::string_view kExpireSource = R"lua(
local peer = ARGV[5]
local stopped = stopped_by()
if stopped then return {stopped} end
local v = call('HMGET', S, 'a:' .. peer, 'd:' .. peer)
if v[1] ~= '' or tonumber(v[2] or 0) > now() then return {'nothing'} end
local at = say(ARGV[6])
remove(peer)
forget_if_empty()
return {'done', at}
)lua";

// What an origin has had done is remembered for an hour: it may be cut off and not dead, and ask for it again.
constexpr std::string_view kLoseSource = R"lua(
local stopped = stopped_by()
if stopped then return {stopped} end
local all, at = call('HGETALL', S), nil
local mark = ARGV[5] .. ':'
for i = 1, #all, 2 do
  if string.sub(all[i], 1, 2) == 'O:' and tonumber(all[i + 1]) < now() - 3600000 then
    call('HDEL', S, all[i], 'o:' .. string.sub(all[i], 3), 'r:' .. string.sub(all[i], 3))
  end
  if string.sub(all[i], 1, 2) == 'a:' and string.sub(all[i + 1], 1, #mark) == mark then
    local peer = string.sub(all[i], 3)
    call('HSET', S, 'a:' .. peer, '', 'd:' .. peer, now() + tonumber(ARGV[6]))
    at = say(about('G', peer, all[i + 1]))
  end
end
call('HSET', S, 'O:' .. ARGV[5], now())
if at then return {'done', at} end
return {'nothing'}
)lua";

// Counted apart: it goes before what its replica has kept to say.
constexpr std::string_view kRestoreSource = R"lua(
local peer, attachment = ARGV[5], ARGV[6]
local g = call('HGET', S, 'g')
if ARGV[#ARGV] ~= '' and g ~= ARGV[#ARGV] then return {'forgotten'} end
local last = call('HGET', S, 'r:' .. origin)
if last and tonumber(last) >= tonumber(ARGV[13]) then return {'nothing'} end
call('HSET', S, 'r:' .. origin, ARGV[13])
call('HDEL', S, 'O:' .. origin)
local a = call('HGET', S, 'a:' .. peer)
if a == attachment then return {'nothing'} end
if a and ((a ~= '' and a ~= ARGV[14]) or call('HGET', S, 't:' .. peer) ~= ARGV[7]) then return {'moved'} end
if a then
  call('HSET', S, 'a:' .. peer, attachment)
  call('HDEL', S, 'd:' .. peer)
  local at = say(about('A', peer, attachment))
  call('HSET', S, 'A:' .. peer, at)
  return {'done', at, g}
end
local at = add(peer, attachment, ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11], ARGV[12], 'r' .. ARGV[13])
return {'done', at, call('HGET', S, 'g')}
)lua";

constexpr std::string_view kSnapshotSource = R"lua(
local _, newest = forgotten()
return {newest, call('HGET', S, 'g') or '', call('HGETALL', S)}
)lua";

// A log that has lost its end goes on behind it, or what is told next would not be news; and who did not hear all of
// that end may not resume.
constexpr std::string_view kReadAfterSource = R"lua(
local after, known = ARGV[5], ARGV[6]
local lost, newest = forgotten()
local found = entries(after)
local complete = not before(after, lost) and #found < 20000
local g = call('HGET', S, 'g') or ''
local shorter = before(newest, after)
if shorter then
  call('XADD', L, after, 'f', '')
  call('PEXPIRE', L, ARGV[3])
  if g ~= '' then call('HSET', S, 'h', after, 'l', after) end
end
return {complete and 1 or 0, found, newest, g, (shorter or g ~= known) and call('HGETALL', S) or false}
)lua";

constexpr std::string_view kWitnessSource = R"lua(
if call('EXISTS', S) == 0 then return 0 end
call('XTRIM', L, 'MINID', '~', now() - tonumber(ARGV[4]))
for i = 6, #ARGV, 2 do
  if call('HEXISTS', S, 't:' .. ARGV[i]) == 1 then call('HSET', S, 'w:' .. ARGV[i], ARGV[5] .. ' ' .. ARGV[i + 1]) end
end
keep()
return 1
)lua";

/// A script as Redis is given it.
std::string whole(std::string_view body) {
  return std::string(kPrelude).append(body);
}

}  // namespace

const redis::Script kJoin{"join", whole(kJoinSource)};
const redis::Script kUpdate{"update", whole(kUpdateSource)};
const redis::Script kDetach{"detach", whole(kDetachSource)};
const redis::Script kLeave{"leave", whole(kLeaveSource)};
const redis::Script kExpire{"expire", whole(kExpireSource)};
const redis::Script kLose{"lose", whole(kLoseSource)};
const redis::Script kRestore{"restore", whole(kRestoreSource)};
const redis::Script kSnapshot{"snapshot", whole(kSnapshotSource)};
const redis::Script kReadAfter{"read-after", whole(kReadAfterSource)};
const redis::Script kWitness{"witness", whole(kWitnessSource)};

std::span<const redis::Script> all() {
  static const std::array known{kJoin, kRelay,   kUpdate,   kDetach,    kLeave,  kExpire,
                                kLose, kRestore, kSnapshot, kReadAfter, kWitness};
  return known;
}

}  // namespace grtc::cluster::scripts
