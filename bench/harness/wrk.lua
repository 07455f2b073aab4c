-- One request again and again, from the environment; at the end one line of JSON.
wrk.method = os.getenv("BENCH_METHOD") or "GET"
wrk.body = os.getenv("BENCH_BODY")
if wrk.body then wrk.headers["content-type"] = "application/json" end
local token = os.getenv("BENCH_TOKEN")
if token then wrk.headers["authorization"] = "Bearer " .. token end
local tag = os.getenv("BENCH_IF_NONE_MATCH")
if tag then wrk.headers["if-none-match"] = tag end

-- The first request of each connection waits until all are open: Node accepts one in each turn of its event loop, and
-- under load the last of them would wait for as many turns.
local connections = tonumber(os.getenv("BENCH_SETTLE") or "0")
if connections > 0 then
  local begun = 0
  function delay ()
    begun = begun + 1
    return begun <= connections and 300 or 0
  end
end

function done (summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"us":%d,"p50":%d,"p99":%d,"errors":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout
  ))
end
