-- The requests of bench/items.mjs for wrk: made once, so that wrk stays cheaper than the server.
-- arguments: post | get | list, and the number of items that there are.
local kPosts = 1000
local requests = {}
local at = 0

function init(args)
  local kind, items = args[1], tonumber(args[2])
  local json = { ["Content-Type"] = "application/json" }
  if kind == "post" then
    for i = 1, kPosts do
      requests[i] = wrk.format("POST", "/api/items", json, '{"name":"item ' .. i .. '","description":"written while it is measured"}')
    end
  elseif kind == "list" then
    requests[1] = wrk.format("GET", "/api/items?limit=20")
  else
    -- A step that has no factor in common with the number of items visits all of them, in no order.
    for i = 1, items do requests[i] = wrk.format("GET", "/api/items/" .. (i * 7919 % items + 1)) end
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format('{"requests":%d,"us":%d,"refused":%d,"broken":%d,"p50_us":%d,"p99_us":%d}\n', summary.requests, summary.duration,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(50), latency:percentile(99)))
end
