#include "cluster/scripts.hpp"

namespace grtc::cluster::scripts {
namespace {

// The one that runs for every message, so it stands alone and asks for all at once: half of what it would cost with the
// prelude. What is told together is one entry of the log and one word on the channel: a call and an entry cost Redis
// some forty times what one more message in it does. The entry's id is the place of its last fact, and those before it
// have the places before that, so that a reader who heard only some of them gets the entry again.
//
// The log's age is bounded by the witness, its length here: at most 20,000 entries, and 25,000 facts that were told
// together: every 5,000 of them leave a mark, and what was before the fifth last one is forgotten.
constexpr std::string_view kRelaySource = R"lua(
local S, L, call, size = KEYS[1], KEYS[2], redis.call, #ARGV
local facts, count, senders = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
local asked = {'o:' .. ARGV[1], 'g', 'l'}
local fields, receivers = #asked, 8 + 3 * senders
for i = 8, receivers - 1, 3 do asked[#asked + 1] = 'a:' .. ARGV[i] end
for i = receivers, size - 1 do asked[#asked + 1] = 't:' .. ARGV[i] end
local others = #asked
if count > 1 then
  asked[others + 1], asked[others + 2] = 'k', 'K'
end
local v = call('HMGET', S, unpack(asked))
if ARGV[size] ~= '' and v[2] ~= ARGV[size] then return 'forgotten' end
-- How many of them, at the end, were not done before.
local fresh = v[1] and ARGV[2] - v[1] or count
if fresh <= 0 then return 'nothing' end
local changes, stopped, missing = {asked[1], ARGV[2]}, nil, nil
for i = 1, senders do
  local at = 5 + 3 * i
  local peer, attachment = ARGV[at], v[fields + i]
  if peer ~= '' then
    local why = not attachment and 'absent' or (attachment ~= '' and attachment ~= ARGV[at + 1] and 'moved')
    if why then
      stopped = stopped or {}
      stopped[peer] = why
    elseif ARGV[at + 2] ~= '0' then
      changes[#changes + 1] = 'i:' .. peer
      changes[#changes + 1] = ARGV[at + 2]
    end
  end
end
for i = receivers, size - 1 do
  if not v[fields + senders + 1 + i - receivers] then
    missing = missing or {}
    missing[ARGV[i]] = true
  end
end
-- Only some of them, or not to all they are for: what becomes of each.
local answer = nil
if fresh < count or stopped or missing then
  local said, at = {}, 0
  answer = {'', 0}
  for fact in string.gmatch(facts, '[^\29]+') do
    at = at + 1
    local peer, to = string.match(fact, '^M\31[^\31]*\31[^\31]*\31([^\31]*)\31([^\31]*)')
    peer = peer or string.match(fact, '^T\31[^\31]*\31[^\31]*\31([^\31]*)')
    if at <= count - fresh then
      answer[at + 2] = 'nothing'
    elseif stopped and stopped[peer] then
      answer[at + 2] = stopped[peer]
    else
      said[#said + 1] = fact
      answer[at + 2] = #said
      for name in string.gmatch(missing and to or '', '[^\30]+') do
        if missing[name] then
          if type(answer[at + 2]) == 'number' then answer[at + 2] = {#said} end
          table.insert(answer[at + 2], name)
        end
      end
    end
  end
  count = #said
  answer[2] = count
  facts = table.concat(said, '\29')
end
if count == 0 then
  call('HSET', S, unpack(changes))
  return answer
end
-- The place of the last of them, as replicas count: 4,096 in a millisecond, and on from there where the clock is behind.
local function last_place()
  local t = call('TIME')
  local place = (t[1] * 1000 + math.floor(t[2] / 1000)) * 4096 - 1
  local ms, n = string.match(v[3] or '', '(%d+)-(%d+)')
  if ms then place = math.max(place, ms * 4096 + n) end
  place = place + count
  return string.format('%.0f-%.0f', math.floor(place / 4096), place % 4096)
end
-- Before all else that changes: where the memory is full this fails, and nothing was done.
local id = call('XADD', L, 'MAXLEN', '~', '20000', count == 1 and '*' or last_place(), 'f', facts)
if others < #asked then
  local told, marks = (v[others + 1] or 0) + count, v[others + 2] or ''
  if told >= 5000 then
    local first, later = string.match(marks, '^(%S+) (%S+ %S+ %S+)$')
    if first then call('XTRIM', L, 'MINID', first) end
    told, marks = 0, (later or marks) .. (marks == '' and '' or ' ') .. id
    call('HSET', S, 'K', marks)
  end
  call('HSET', S, 'l', id, 'k', told, unpack(changes))
else
  call('HSET', S, 'l', id, unpack(changes))
end
-- Lua looks at every byte of a string that it makes, so of many facts none is made. Who said them has them: they are
-- not sent back, unless only some of them were told.
if count == 1 then
  call('SPUBLISH', KEYS[3], id .. '\31' .. facts)
elseif not answer then
  call('SPUBLISH', KEYS[3], '=' .. id .. ' ' .. count .. ' ' .. ARGV[2] .. ' ' .. ARGV[1])
  call('SPUBLISH', KEYS[4], facts)
else
  call('SPUBLISH', KEYS[3], '+' .. id)
  call('SPUBLISH', KEYS[3], facts)
end
if not answer then return id end
answer[1] = id
return answer
)lua";

}  // namespace

const redis::Script kRelay{"relay", std::string(kRelaySource)};

}  // namespace grtc::cluster::scripts
