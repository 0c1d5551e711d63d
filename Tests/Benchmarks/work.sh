# Decides how scheduled work is measured: schedules that are made into runs, a rush of them, claims, workers that have
# nothing to do, and how soon a program starts. Read by run.sh, whose functions it uses. BENCH_ONLY=work is all of it; its
# parts are idle, claims, due, schedules, trigger.
# shellcheck shell=sh disable=SC2154

is_part() { is_wanted work || is_wanted "$1"; }
number() { sql -At -c "$1"; }
call() { curl -sf -H 'content-type: application/json' -d "$2" "$address/martlet.v1.$1" >/dev/null || fail "$1 failed"; }
# calls_of WORDS: how often statements with these words were run since the last reset, and their mean and longest time.
calls_of() {
  sql -At -F ' ' -c "SELECT coalesce(sum(calls), 0), coalesce(sum(total_exec_time) / sum(calls), 0), coalesce(max(max_exec_time), 0)
    FROM pg_stat_statements WHERE query LIKE '%$1%'"
}

# A new database, whose statements are counted by Postgres itself.
stop_server
rm -rf "$work/data"
start_server
sql -c "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'"
stop_server
start_server
sql -c 'CREATE EXTENSION pg_stat_statements'

if is_part idle; then
  # idle_load COUNT: leaves the statements of `watch` seconds in `all`, those that renew sessions in `beats`.
  # A beat is 8 s (EngineSettings.workerBeat), of which `watch` is a multiple.
  if [ "${QUICK:-0}" = 1 ]; then watch=16; else watch=40; fi
  idle_load() {
    : >"$work/idle"
    "$load" idle --server "$address" --connections 4 --workers "$1" --seconds $((watch + 8)) >"$work/idle" 2>&1 &
    idle=$!
    peers="$peers $idle"
    until grep -q connected "$work/idle"; do
      kill -0 "$idle" 2>/dev/null || { cat "$work/idle" >&2; fail "the idle workers ended"; }
      sleep 0.1
    done
    sleep 4
    number 'SELECT pg_stat_statements_reset()' >/dev/null
    sleep "$watch"
    all=$(number "SELECT sum(calls) FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%'")
    beats=$(calls_of 'SET beat_time = greatest(s.beat_time, n.now)' | cut -d ' ' -f 1)
    wait "$idle" || { cat "$work/idle" >&2; fail "the idle workers ended"; }
    peers=''
  }
  idle_load 4
  few_all=$all few_beats=$beats
  idle_load 500
  note "idle_statements: statements a second on the database, one replica with 500 workers connected that would take a run,"
  note "  by pg_stat_statements over $watch s; with 4 workers: $(awk -v n="$few_all" -v s=$watch 'BEGIN { printf "%.1f", n / s }')"
  figure idle_statements "$(awk -v n="$all" -v s=$watch 'BEGIN { printf "%.1f", n / s }')" 1/s
  note "idle_heartbeats: statements among them that renew sessions, a beat of 8 s; with 4 workers: $few_beats in $watch s"
  each=$(awk -v n="$beats" -v s=$watch 'BEGIN { printf "%.2f", n * 8 / s }')
  figure idle_heartbeats "$each" 1/beat
  verdict "$each" at-most 1 "heartbeat statements a replica and beat"
fi

if is_part claims; then
  claims=$((seconds * 2500))
  i=0
  while [ "$i" -lt "$rounds" ]; do
    "$load" claims --server "$address" --connections 4 --workers 16 --credit 100 --runs "$claims" --pid "$server" \
      >"$work/rounds.claims.$i"
    i=$((i + 1))
  done
  note "claims: $claims runs of one deployment wait; 16 workers on 4 connections would take 100 each, accept each at once and"
  note "  then would take more; from the first word on credit to the last offer; median of $rounds rounds. The offer is the"
  note "  claim: with it the run is PENDING in a new epoch. claim_server_cpu: of the server without Postgres,"
  note "  claim_load_cpu: of the load beside it, each a claim"
  load_figures claims claims claim_server_cpu claim_load_cpu
fi

if is_part due; then
  if [ "${QUICK:-0}" = 1 ]; then due=1000 lead=15; else due=10000 lead=60; fi
  "$load" due --server "$address" --connections 4 --deployments "$due" --workers 16 --lead "$lead" >"$work/rounds.due.0"
  note "due_*: $due deployments, made over the API (deployments_created, 32 callers), each with a schedule that fires at the"
  note "  same second; from that second to the offers of their runs to 16 workers that would take them all, by the clock of"
  note "  the load; due_load_cpu: what the load side cost in all"
  load_figures due deployments_created due_first_offer due_half_offered due_last_offer due_load_cpu
fi

if is_part schedules; then
  if [ "${QUICK:-0}" = 1 ]; then schedules=10000; else schedules=100000; fi
  call PoolService/CreatePool '{"pool":{"name":"bench-schedules","type":"process"}}'
  call DeploymentService/CreateDeployment '{"deployment":{"flow":"bench","name":"pattern",
    "spec":{"pool":"bench-schedules","shell":"true"},
    "schedules":[{"cron":{"expression":"0 * * * *"},"horizon":{"minRuns":1},"paused":true}]}}'
  sql -v schedules="$schedules" -f Tests/Benchmarks/work.fill.sql
  sql -c 'UPDATE schedule SET is_paused = false, is_held = false'
  sql -c CHECKPOINT
  before=$(ticks "$server")
  start=$(milliseconds)
  woken=$(number 'WITH woken AS (UPDATE schedule SET wake_time = now()) SELECT now()')
  updated=$(($(milliseconds) - start))
  until [ "$(number "SELECT EXISTS (SELECT FROM schedule WHERE wake_time <= '$woken')")" = f ]; do sleep 0.1; done
  took=$(($(milliseconds) - start))
  after=$(ticks "$server")
  made=$(number 'SELECT count(*) FROM work_item w JOIN schedule s ON s.id = w.schedule_id')
  # The pattern is one of them.
  note "schedules: $((schedules + 1)) deployments with a schedule each, once an hour, filled in by work.fill.sql; then all are"
  note "  woken at once (which took $updated ms) and the server's scheduler makes their runs of the next hour and"
  note "  what it makes ahead: $made runs in $took ms"
  figure scheduled_runs "$(awk -v n="$made" -v ms=$took 'BEGIN { printf "%d", n * 1000 / ms }')" 1/s
  figure scheduled_run_server_cpu "$(awk -v a="$before" -v b="$after" -v hz="$(getconf CLK_TCK)" -v n="$made" \
    'BEGIN { printf "%.1f", (b - a) / hz * 1e6 / n }')" us
  # They are due at every full minute now; passes in between find nothing.
  name=martlet_scheduler_idle_pass_seconds
  sum=$(metric ${name}_sum) count=$(metric ${name}_count)
  count=${count:-0}
  number 'SELECT pg_stat_statements_reset()' >/dev/null
  tries=0
  until [ "$(metric ${name}_count)" -gt $((count + 2)) ]; do
    tries=$((tries + 1))
    [ $tries -lt 180 ] || fail "no pass found nothing due"
    sleep 1
  done
  idle=$(awk -v s="$sum" -v c="$count" -v t="$(metric ${name}_sum)" -v d="$(metric ${name}_count)" \
    'BEGIN { printf "%.3f", (t - s) / (d - c) * 1000 }')
  note "schedule_idle_pass: mean time of a pass that finds nothing due among them, by the server's metric $name;"
  note "  its one statement took at most $(calls_of 'FROM schedule_mark m WHERE m.schedule_id IS NOT NULL)' | cut -d ' ' -f 3) ms"
  figure schedule_idle_pass "$idle" ms
  verdict "$idle" at-most 1000 "ms a pass of the scheduler when nothing is due"
fi

if is_part trigger; then
  stop_server
  if [ "${QUICK:-0}" = 1 ]; then triggers=30; else triggers=200; fi
  MARTLET_BIN=$martlet Tests/Benchmarks/trigger.sh "$triggers"
fi
