# Decides how Martlet's figures with many runs are measured: RUNS of them, filled in by SQL as the server would have
# left them (large.fill.sql), then lists, counts and transitions through the server, the room they take, and what it
# costs to drop a day of history. Part of run.sh, which reads it.
# shellcheck shell=sh disable=SC2154 # run.sh sets the variables

runs=$((${RUNS:-10000000} / 300 * 300))
[ "$runs" -ge 120000 ] || fail "RUNS must be at least 120000: page 1000 of 100 runs"

number() { sql -At -c "$1"; }
# new_server: on an empty database.
new_server() {
  stop_server
  rm -rf "$work/data"
  start_server
}
fill() { # RUNS
  start=$(milliseconds)
  sql -v runs="$1" -f Tests/Benchmarks/large.fill.sql
  sql -c CHECKPOINT
  filled=$(($(milliseconds) - start))
}
# rates FILE: rounds of transitions over streams; leaves the runs they made in `made`, the WAL they wrote in `wal`.
rates() {
  : >"$1"
  before=$(number 'SELECT sum(runs) FROM (SELECT runs FROM run_count UNION ALL
    SELECT runs FROM run_count_change WHERE from_type IS NULL) n')
  lsn=$(number 'SELECT pg_current_wal_lsn()')
  i=0
  while [ $i -lt "$rounds" ]; do
    "$load" stream --server "$address" --seconds "$seconds" --connections 2 --streams 16 --reports 64 >"$work/load"
    value_of "$work/load" transitions_stream >>"$1"
    i=$((i + 1))
  done
  wal=$(number "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '$lsn')::bigint")
  made=$(($(number 'SELECT sum(runs) FROM (SELECT runs FROM run_count UNION ALL
    SELECT runs FROM run_count_change WHERE from_type IS NULL) n') - before))
}

new_server
fill 9900
rates "$work/few"
wal_few=$((wal / made))

new_server
fill "$runs"
note "$runs runs filled in in $((filled / 1000)) s, vacuumed and analysed; the database is the server's own"

# The rollup is what a full count says.
counts='{"groupBy":["state.type"]}'
curl -sf -H 'content-type: application/json' -d "$counts" "$address/martlet.v1.RunService/CountRuns" |
  python3 -c 'import json, sys
for group in json.load(sys.stdin)["groups"]: print(group["values"][0], group["count"])' | sort >"$work/counted"
number "SELECT (ARRAY['SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING', 'COMPLETED', 'FAILED', 'CANCELLED',
  'CRASHED'])[state_type] || ' ' || count(*) FROM run_state GROUP BY state_type" | sort >"$work/full"
diff "$work/full" "$work/counted" >&2 || fail "CountRuns is not what a full count says"
note "CountRuns by state is what a full count says: $(paste -sd ' ' "$work/counted")"

note "list_first, list_later (page 1,000 of 100 runs), count (by state): one gRPC call at a time, 300 of each, the"
note "  first ones on a cold cache"
"$load" lists --server "$address" >"$work/lists"
cat "$work/lists"
for name in list_first list_later count; do
  verdict "$(value_of "$work/lists" "${name}_p99")" at-most 20 "ms, p99 of $name"
done

note "bytes a run on disk, by table, right after the filling; a run of a task has three history rows"
sql -At -F ' ' -v runs="$runs" >"$work/sizes" <<'SQL'
SELECT name, rows, round(heap / :runs, 1), round(indexes / :runs, 1) FROM (
  SELECT coalesce(parent.relname, c.relname) AS name, sum(greatest(c.reltuples, 0))::bigint AS rows,
    sum(pg_table_size(c.oid)) AS heap, sum(pg_indexes_size(c.oid)) AS indexes
  FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class parent ON parent.oid = i.inhparent
  WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
  GROUP BY 1) t
WHERE name IN ('run', 'run_state', 'run_transition', 'feed') ORDER BY name;
SQL
while read -r name rows heap indexes; do
  note "  $(printf '%-16s %12s rows  %8s B heap  %8s B indexes' "$name" "$rows" "$heap" "$indexes")"
done <"$work/sizes"
figure run_bytes "$(awk '{ sum += $3 + $4 } END { print sum }' "$work/sizes")" B
figure history_bytes "$(awk '$1 == "run_transition" { print $3 + $4 }' "$work/sizes")" B

rates "$work/many"
note "transitions_few, transitions_many: over streams as in transitions_stream, beginning at 9,900 and at $runs runs;"
note "  median of $rounds rounds of $seconds s; rounds: few $(paste -sd ' ' "$work/few"); many $(paste -sd ' ' "$work/many")"
figure transitions_few "$(median "$work/few")" 1/s
figure transitions_many "$(median "$work/many")" 1/s
figure many_to_few "$(ratio "$work/many" "$work/few")" x
note "run_wal_few, run_wal_many: WAL of these a run of three transitions, full pages included"
figure run_wal_few "$wal_few" B
figure run_wal_many "$((wal / made))" B

rows=$(number "SELECT count(*) FROM run_transition
  WHERE run_id < uuid_from(date_trunc('day', now(), 'UTC'))")
"$load" latency --server "$address" --seconds 5 >"$work/calm"
# The writer goes on until the day is gone; so long at most.
"$load" latency --server "$address" --seconds "${DROP_SECONDS:-30}" >"$work/busy" &
writer=$!
sleep 1
start=$(milliseconds)
number "SELECT calm_oldest_day('run_transition', 0)"
search=$(($(milliseconds) - start))
start=$(milliseconds)
day=$(number "SET lock_timeout = '500ms'; SELECT drop_oldest_day('run_transition', 0)")
drop=$(($(milliseconds) - start))
wait "$writer"
case $day in *20*) ;; *) fail "no day was dropped" ;; esac
[ $((search + drop)) -lt $((${DROP_SECONDS:-30} * 1000 - 1000)) ] || fail "the writer ended before the day was gone: raise DROP_SECONDS"
note "drop_time: dropping the $rows history rows of $day, after the search for runs of that day that live, which takes no"
note "  lock (search_time); drop_pause, calm_pause: the longest transition of a lone writer meanwhile, and without it"
figure drop_rows "$rows" rows
figure search_time "$search" ms
figure drop_time "$drop" ms
verdict "$drop" at-most 1000 "ms to drop a day"
figure drop_pause "$(awk -v v="$(value_of "$work/busy" transition_max)" 'BEGIN { print v / 1000 }')" ms
figure calm_pause "$(awk -v v="$(value_of "$work/calm" transition_max)" 'BEGIN { print v / 1000 }')" ms
