# Decides how Prefect's API is measured: Martlet and Prefect's own server, both with their databases in the same Postgres, in
# turn, under the same load and with Prefect's own client. Read by run.sh, whose functions it uses; needs
# `make setup-prefect`. With SCALE=large: an import of FLOW_RUNS flow runs (1000000), and lists with RUNS runs (10000000).
# shellcheck shell=sh disable=SC2154

prefect_python=${PREFECT_PYTHON:-$root/.make/prefect/bin/python}
[ -x "$prefect_python" ] || fail "there is no $prefect_python: run \`make setup-prefect\`"
if [ "${QUICK:-0}" = 1 ]; then
  lone=200 crowd=1000 prefect_lone=40 prefect_crowd=128 maps=500 triggers=2 events=5000 prefect_events=500 flow_runs=20000
else
  lone=2000 crowd=15000 prefect_lone=100 prefect_crowd=400 maps='500 5000' triggers=5 events=50000 prefect_events=3000
  flow_runs=200000
fi
if [ "${SCALE:-}" = large ]; then flow_runs=${FLOW_RUNS:-1000000}; fi

is_part() { is_wanted prefect || is_wanted "prefect-$1"; }
prefect_sql() { psql -X -q -v ON_ERROR_STOP=1 -h "$work/data/run" -U martlet "$@" prefect; }
prefect_port=$(free_port)
prefect_address=http://127.0.0.1:$prefect_port
# prefect_client ADDRESS SCRIPT ARGUMENT...: one of the programs beside this file, with Prefect's own client.
prefect_client() {
  url=$1 script=$2
  shift 2
  PREFECT_API_URL=$url/api PREFECT_HOME=$work/prefect PREFECT_LOGGING_LEVEL=CRITICAL DO_NOT_TRACK=1 \
    "$prefect_python" "Tests/Benchmarks/prefect/$script" "$@"
}
# Processor time of a process and of those below it, in clock ticks.
family_ticks() {
  sum=$(ticks "$1")
  for child in $(pgrep -P "$1"); do sum=$((sum + $(family_ticks "$child"))); done
  echo "$sum"
}
family_resident() {
  { resident "$1"; for child in $(pgrep -P "$1"); do resident "$child"; done; } | awk '{ s += $1 } END { printf "%.1f\n", s }'
}
states() { # WHO ADDRESS TICKS-COMMAND RUNS CLIENTS ROUND
  before=$($3)
  "$load" prefect-states --server "$2" --connections "$5" --runs "$4" >"$work/rounds.$1.$5.$6" || fail "set_state failed ($1)"
  after=$($3)
  # What is counted is the making of each run and its two transitions: three requests.
  awk -v a="$before" -v b="$after" -v hz="$(getconf CLK_TCK)" -v n="$4" \
    'BEGIN { printf "figure request_cpu = %.1f us\n", (b - a) / hz * 1e6 / n / 3 }' >>"$work/rounds.$1.$5.$6"
  value_of "$work/rounds.$1.$5.$6" transitions >>"$work/states.$1.$5"
}
# both PART FIGURE UNIT [NAME]: the medians of a figure of both servers over the rounds of a part.
both() {
  for who in martlet prefect; do
    : >"$work/$who.values"
    for file in "$work/rounds.$who.$1."*; do value_of "$file" "$2" >>"$work/$who.values"; done
  done
  note "  ${4:-$2}: martlet $(paste -sd ' ' "$work/martlet.values"); prefect $(paste -sd ' ' "$work/prefect.values")"
  for who in martlet prefect; do
    # Who lost something has no time until it held all.
    if [ -s "$work/$who.values" ]; then figure "${who}_${4:-$2}" "$(median "$work/$who.values")" "$3"; fi
  done
}

# A new database, with both in it.
stop_server
rm -rf "$work/data"
start_server
curl -sf "$address/api/health" >/dev/null || fail "Prefect's API is off"
psql -X -q -h "$work/data/run" -U martlet -c 'CREATE DATABASE prefect' postgres
start=$(milliseconds)
PREFECT_HOME=$work/prefect PREFECT_SERVER_ANALYTICS_ENABLED=false DO_NOT_TRACK=1 \
  PREFECT_SERVER_DATABASE_CONNECTION_URL="postgresql+asyncpg://martlet@/prefect?host=$work/data/run&port=5432" \
  "$prefect_python" -m prefect server start --host 127.0.0.1 --port "$prefect_port" --no-ui >"$work/prefect.log" 2>&1 &
prefect=$!
peers="$peers $prefect"
await prefect "$prefect" -f "$prefect_address/api/health"
note "prefect: Prefect $("$prefect_python" -c 'import prefect; print(prefect.__version__)') with its database in the same" \
  "Postgres, one process, its services in it; made and ready in $(($(milliseconds) - start)) ms"

if [ "${SCALE:-}" != large ]; then
  note "prefect_idle_memory, martlet_idle_memory: VmRSS without Postgres, before any load"
  figure prefect_idle_memory "$(family_resident "$prefect")" MiB
  figure martlet_idle_memory "$(resident "$server")" MiB

  if is_part states; then
    note "states: flow runs, each made (not timed), then told RUNNING and COMPLETED over POST /flow_runs/{id}/set_state by 1, 32"
    note "  and 64 clients of HTTP/1.1 that keep their connections, the same program for both; rounds in turn. request_cpu: of"
    note "  the server without Postgres, each of the three requests of a run; load_cpu: of the load, each transition"
    for clients in 1 32 64; do
      if [ "$clients" = 1 ]; then ours=$lone theirs=$prefect_lone; else ours=$crowd theirs=$prefect_crowd; fi
      i=0
      while [ "$i" -lt "$rounds" ]; do
        states martlet "$address" "ticks $server" "$ours" "$clients" "$i"
        states prefect "$prefect_address" "family_ticks $prefect" "$theirs" "$clients" "$i"
        i=$((i + 1))
      done
      both "$clients" transitions 1/s "transitions_$clients"
      both "$clients" transition_p50 ms "transition_p50_$clients"
      both "$clients" transition_p99 ms "transition_p99_$clients"
      both "$clients" request_cpu us "request_cpu_$clients"
      both "$clients" load_cpu us "load_cpu_$clients"
      times=$(ratio "$work/states.martlet.$clients" "$work/states.prefect.$clients")
      figure "prefect_times_$clients" "$times" x
      [ "$clients" = 1 ] || verdict "$times" at-least 50 "times Prefect's rate of set_state with $clients clients"
    done
  fi

  if is_part map; then
    note "map: a flow that maps a task over so many numbers, Prefect's own client, until the flow has the ends (ended) and until"
    note "  the server counts them all (held), if it ever does (kept); the client's own processor time (client_cpu) bounds both"
    for count in $maps; do
      for who in martlet prefect; do
        if [ $who = martlet ]; then url=$address; else url=$prefect_address; fi
        prefect_client "$url" map.py "$count" >"$work/rounds.$who.map$count.0" || fail "the map of $count failed ($who)"
        sed -i 's/map_//' "$work/rounds.$who.map$count.0"
      done
      both "map$count" kept runs "map_kept_$count"
      for name in ended held client_cpu; do both "map$count" "$name" s "map_${name}_$count"; done
    done
  fi

  if is_part trigger; then
    note "trigger: from a deployment's run being made to RUNNING, with Prefect's process worker, which looks once a second and"
    note "  starts a Python for it; median of $triggers"
    for who in martlet prefect; do
      if [ $who = martlet ]; then url=$address; else url=$prefect_address; fi
      mkdir -p "$work/flows.$who"
      prefect_client "$url" trigger.py "$triggers" "$work/flows.$who" >"$work/output" || { cat "$work/output" >&2; fail "trigger ($who)"; }
      grep '^figure' "$work/output" >"$work/rounds.$who.trigger.0"
    done
    both trigger trigger s
  fi

  if is_part events; then
    note "events: one connection to /events/in, until the answer to a ping (answered), which tells of Martlet alone that all are"
    note "  durable, and until all are found (held); $events for Martlet, $prefect_events for Prefect, $rounds rounds"
    i=0
    while [ "$i" -lt "$rounds" ]; do
      prefect_client "$address" events.py "$events" >"$work/rounds.martlet.events.$i" || fail "events (martlet)"
      prefect_client "$prefect_address" events.py "$prefect_events" >"$work/rounds.prefect.events.$i" || fail "events (prefect)"
      value_of "$work/rounds.martlet.events.$i" events_held >>"$work/events.martlet"
      value_of "$work/rounds.prefect.events.$i" events_held >>"$work/events.prefect"
      i=$((i + 1))
    done
    both events events_answered 1/s
    both events events_held 1/s
    both events events_client_cpu us
    figure prefect_times_events "$(ratio "$work/events.martlet" "$work/events.prefect")" x
  fi
fi

if is_part import; then
  prefect_sql -v flow_runs="$flow_runs" -f Tests/Benchmarks/prefect/fill.sql
  rows=$(prefect_sql -At -c 'SELECT (SELECT count(*) FROM flow_run) + (SELECT count(*) FROM task_run)')
  sql -c CHECKPOINT
  before=$(ticks "$server")
  start=$(milliseconds)
  "$martlet" import prefect --from "postgresql://martlet@/prefect?host=$work/data/run&port=5432" --server "$address" --only flows,runs \
    >"$work/import" 2>&1 || { tail -20 "$work/import" >&2; fail "the import failed"; }
  took=$(($(milliseconds) - start))
  note "import: martlet import prefect, of $rows flow and task runs, three states each, in $took ms"
  imported=$(awk -v n="$rows" -v ms=$took 'BEGIN { printf "%d", n * 1000 / ms }')
  figure import_runs "$imported" 1/s
  figure import_server_cpu "$(awk -v a="$before" -v b="$(ticks "$server")" -v hz="$(getconf CLK_TCK)" -v n="$rows" \
    'BEGIN { printf "%.1f", (b - a) / hz * 1e6 / n }')" us
  verdict "$imported" at-least 5600 "runs a second: 10,000,000 in half an hour"

  sql -c 'VACUUM (ANALYZE) run, run_state'
  note "list: POST /flow_runs/filter of 200, the latest first, one call at a time, with $flow_runs filled flow runs in both"
  i=0
  while [ "$i" -lt "$rounds" ]; do
    "$load" prefect-lists --server "$address" --calls 100 >"$work/rounds.martlet.list.$i" || fail "lists (martlet)"
    "$load" prefect-lists --server "$prefect_address" --calls 10 >"$work/rounds.prefect.list.$i" || fail "lists (prefect)"
    i=$((i + 1))
  done
  both list list_p50 ms
  both list list_p99 ms
fi
note "prefect_memory, martlet_memory: VmRSS without Postgres, at the end"
figure prefect_memory "$(family_resident "$prefect")" MiB
figure martlet_memory "$(resident "$server")" MiB
stop "$prefect"

if [ "${SCALE:-}" = large ]; then
  stop_server
  rm -rf "$work/data"
  start_server
  sql -v runs=$((${RUNS:-10000000} / 300 * 300)) -f Tests/Benchmarks/large.fill.sql
    "$load" prefect-lists --server "$address" --calls 100 >"$work/rounds.martlet_large.0"
  note "martlet_list_large: the same list of Martlet alone with ${RUNS:-10000000} runs, a hundredth of them flow runs"
  load_figures martlet_large list_p50 list_p99
fi
