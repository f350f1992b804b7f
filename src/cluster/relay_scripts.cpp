#include "cluster/scripts.hpp"

namespace grtc::cluster::scripts {
namespace {

// The one that runs for every message, so it stands alone and asks for all at once: half of what it would cost with the
// prelude. The log's age is bounded by the witness, its length here.
constexpr std::string_view kRelaySource = R"lua(
local S, call, peer = KEYS[1], redis.call, ARGV[5]
local last = #ARGV
local asked = {'o:' .. ARGV[1], 'a:' .. peer, 'g'}
for i = 10, last - 1 do asked[i - 6] = 't:' .. ARGV[i] end
local v = call('HMGET', S, unpack(asked))
if ARGV[last] ~= '' and v[3] ~= ARGV[last] then return {'forgotten'} end
if v[1] and tonumber(v[1]) >= tonumber(ARGV[2]) then return {'nothing'} end
local from = peer ~= ''
local stopped = from and ((not v[2] and 'absent') or (v[2] ~= '' and v[2] ~= ARGV[6] and 'moved'))
if from and not stopped and ARGV[7] ~= '0' then
  call('HSET', S, asked[1], ARGV[2], 'i:' .. peer, ARGV[7])
else
  call('HSET', S, asked[1], ARGV[2])
end
if stopped then return {stopped} end
local id = call('XADD', KEYS[2], 'MAXLEN', '~', '20000', '*', 'f', ARGV[8])
call('SPUBLISH', KEYS[3], id .. '\31' .. ARGV[8])
local answer = {id}
for i = 10, last - 1 do
  if not v[i - 6] then answer[#answer + 1] = ARGV[i] end
end
return {answer}
)lua";

// The same for several at once: under load a call costs Redis more than a message in it. For one it costs half as much
// again as the script above.
constexpr std::string_view kRelayManySource = R"lua(
local S, call = KEYS[1], redis.call
local asked, count, at, size = {'o:' .. ARGV[1], 'g'}, 0, 5, #ARGV
while at < size do
  asked[#asked + 1] = 'a:' .. ARGV[at]
  local receivers = at + 5
  at = receivers + ARGV[at + 4]
  for i = receivers, at - 1 do asked[#asked + 1] = 't:' .. ARGV[i] end
  count = count + 1
end
local v = call('HMGET', S, unpack(asked))
local answers, changes, said, field = {}, {asked[1], ARGV[2]}, {}, 3
if ARGV[size] ~= '' and v[2] ~= ARGV[size] then
  for i = 1, count do answers[i] = 'forgotten' end
  return answers
end
-- How many of them, at the end, were not done before.
local fresh = v[1] and ARGV[2] - v[1] or count
if fresh <= 0 then changes = nil end
at = 5
for i = 1, count do
  local peer, attachment = ARGV[at], v[field]
  local receivers = at + 5
  local after = receivers + ARGV[at + 4]
  local answer
  if i <= count - fresh then
    answer = 'nothing'
  elseif peer ~= '' and not attachment then
    answer = 'absent'
  elseif peer ~= '' and attachment ~= '' and attachment ~= ARGV[at + 1] then
    answer = 'moved'
  else
    answer = at
    if peer ~= '' and ARGV[at + 2] ~= '0' then
      changes[#changes + 1] = 'i:' .. peer
      changes[#changes + 1] = ARGV[at + 2]
    end
    for j = receivers, after - 1 do
      if not v[field + 1 + j - receivers] then
        if answer == at then answer = {at} end
        answer[#answer + 1] = ARGV[j]
      end
    end
  end
  answers[i] = answer
  field = field + 1 + after - receivers
  at = after
end
-- Before anything is said: where the memory is full this fails, and nothing was done.
if changes then call('HSET', S, unpack(changes)) end
for i = 1, count do
  local answer = answers[i]
  local listed = type(answer) == 'table'
  local at = listed and answer[1] or answer
  if type(at) == 'number' then
    local fact = ARGV[at + 3]
    local id = call('XADD', KEYS[2], 'MAXLEN', '~', '20000', '*', 'f', fact)
    said[#said + 1] = id .. '\31' .. fact
    if listed then answer[1] = id else answers[i] = id end
  end
end
if said[1] then call('SPUBLISH', KEYS[3], table.concat(said, '\29')) end
return answers
)lua";

}  // namespace

const redis::Script kRelay{"relay", std::string(kRelaySource)};
const redis::Script kRelayMany{"relay-many", std::string(kRelayManySource)};

}  // namespace grtc::cluster::scripts
