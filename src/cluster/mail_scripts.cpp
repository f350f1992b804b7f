#include "cluster/mail_scripts.hpp"

namespace grtc::cluster::mail_scripts {

const std::array<redis::Script, 6> kAll{
    // KEYS: the address. ARGV: this origin, the proof, the mode, the lease in ms, the channels' common part; for
    // `force`
    // the origin and the proof that were found before.
    // Modes: `enter` a new holder; `force` the same, and the one before gave no sign of life; `stay` a holder here,
    // again;
    // `keep` letters that wait here.
    redis::Script{"claim an address", R"lua(
local o, t = unpack(redis.call('HMGET', KEYS[1], 'o', 't'))
local me, proof, mode = ARGV[1], ARGV[2], ARGV[3]
local function tell(what) return redis.call('SPUBLISH', ARGV[5] .. o, what) end
local function take(from)
  redis.call('HSET', KEYS[1], 'o', me, 't', proof)
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  return {'home', from}
end
local function move(why) return take(tell('moved ' .. me .. ' ' .. why) > 0 and o or '') end
if not o or o == me then return take('') end
if mode == 'force' and o == ARGV[6] and t == ARGV[7] then return move('silent') end
if mode == 'keep' then
  if tell('there') > 0 then return {'elsewhere'} end
  return take('')
end
if t == '' or (t == proof and mode ~= 'stay') then return move('replaced') end
if mode == 'stay' then
  if tell('there') > 0 then return {'lost'} end
  return take('')
end
if tell('probe ' .. me) == 0 then return take('') end
return {'contested', o, t}
)lua"},
    // KEYS: the address. ARGV: the channels' common part, letters. All go, or none.
    redis::Script{"send letters", R"lua(
local o = redis.call('HGET', KEYS[1], 'o')
if not o or redis.call('SPUBLISH', ARGV[1] .. o, ARGV[2]) == 0 then return 0 end
for i = 3, #ARGV do redis.call('SPUBLISH', ARGV[1] .. o, ARGV[i]) end
return 1
)lua"},
    redis::Script{"leave an address", R"lua(
if redis.call('HGET', KEYS[1], 'o') ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
)lua"},
    redis::Script{"remove a holder", R"lua(
local o, t = unpack(redis.call('HMGET', KEYS[1], 'o', 't'))
if not o or t == '' then return 0 end
return redis.call('SPUBLISH', ARGV[1] .. o, 'remove') > 0 and 1 or 0
)lua"},
    // KEYS: the list of a group. ARGV: the name, until when it is believed, now, how many there may be.
    redis::Script{"enlist a name", R"lua(
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
return 1
)lua"},
    redis::Script{"strike a name", R"lua(
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if score and tonumber(score) == tonumber(ARGV[2]) then redis.call('ZREM', KEYS[1], ARGV[1]) end
return 0
)lua"}};

}  // namespace grtc::cluster::mail_scripts
