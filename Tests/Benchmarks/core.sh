# Decides how the orchestration core is measured: a limit that a thousand want, a thousand watchers beside a load, events.
# Read by run.sh, whose functions it uses.
# shellcheck shell=sh disable=SC2154

i=0
while [ $i -lt $rounds ]; do
  {
    "$load" limits --server "$address" --connections 4 --waiters 1000 --slots 10 --seconds "$seconds"
    "$load" watchers --server "$address" --connections 4 --watchers 1000 --rate 5000 --seconds "$seconds"
    "$load" events --server "$address" --connections 4 --seconds "$seconds" --pid "$server"
  } >"$work/rounds.core.$i"
  i=$((i + 1))
done
note "limit_grants: 1,000 callers want one limit of 10 slots, give theirs back at once and ask again, over gRPC;"
note "  limit_wait: from the first ask to the grant, by Postgres's clock; limit_overtaking: by how much somebody who had"
note "  asked later was served earlier, at most; median of $rounds rounds of $seconds s"
load_figures core limit_grants limit_wait_p50 limit_wait_longest limit_overtaking
note "watch_delivery: 1,000 watchers of one run each, from the commit's time to the arrival, while watch_load transitions"
note "  a second pass; watch_verdict: how long who reported them waited"
load_figures core watch_load watch_verdict_p50 watch_delivery_p50 watch_delivery_p99
verdict "$(median "$work/watch_delivery_p99.values")" at-most 100 "ms until a watcher knows"
note "events_ingested: BatchPublishEvents of 1,000 events, 16 calls under way, answered when durable;"
note "  event_server_cpu: CPU of the server without Postgres an event"
load_figures core events_ingested event_server_cpu
verdict "$(median "$work/events_ingested.values")" at-least 50000 "events a second"
