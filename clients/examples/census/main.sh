#!/bin/sh
# What `make run` does: starts Martlet on its private Postgres, runs the census by hand while showing its states, logs and
# timings, then deploys it on a schedule, starts a worker and has that run it once more. Both stay until Ctrl-C, the worker
# first. ONCE=1 stops them after the second job and leaves with the code of the job that failed, if one did.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
: "${MARTLET_BIN:=$here/../../../.build/release/martlet}"
: "${MARTLET_PORT:=4200}"
: "${ONCE:=}"
export MARTLET_API_URL="http://127.0.0.1:$MARTLET_PORT"
export CENSUS_REPORT="${CENSUS_REPORT:-$(dirname "$MARTLET_BIN")/census-report}"
scratch=$(mktemp -d)
server=
worker=

# stop PROCESS: lets it end in good order.
stop() {
  [ -n "$1" ] || return 0
  kill -TERM "$1" 2>/dev/null || :
  wait "$1" 2>/dev/null || :
}

finish() {
  code=$?
  trap - EXIT INT TERM
  # What the worker has begun ends first, and is told to a server that is there.
  stop "$worker"
  stop "$server"
  rm -rf "$scratch"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

answers() { curl -fsS --noproxy '*' --max-time 5 -o /dev/null "$MARTLET_API_URL/readyz" 2>/dev/null; }

# start_server: in the background; ends this script when it ends before it is ready, having said why.
start_server() {
  # In a session of its own: Ctrl-C is for this script, which stops what it began in order.
  setsid "$MARTLET_BIN" server start --port "$MARTLET_PORT" --log-level notice ${MARTLET_DATA_DIR:+--data-dir "$MARTLET_DATA_DIR"} &
  server=$!
  tries=0
  # Whoever has the port answers too, but then the server, which asks for it first of all, has ended within a second.
  until [ $tries -ge 10 ] && kill -0 "$server" 2>/dev/null && answers; do
    kill -0 "$server" 2>/dev/null || { wait "$server" || code=$?; server=; exit "${code:-1}"; }
    tries=$((tries + 1))
    [ $tries -lt 1800 ] || { echo "The server is not ready after 3 minutes." >&2; exit 1; }
    sleep 0.1
  done
}

if answers; then
  # Not ours: no job of ours is run there. Who has the port, and what to do, the server says itself.
  "$MARTLET_BIN" server start --port "$MARTLET_PORT" --log-level notice ${MARTLET_DATA_DIR:+--data-dir "$MARTLET_DATA_DIR"} || exit
  exit 1
fi
start_server

output="$scratch/census.md"
# The run is created first, so that it can be watched from its first transition on; the job takes it.
# shellcheck source=../../shell/martlet.sh
run=$(
  . "$here/../../shell/martlet.sh"
  id=$(martlet_uuid)
  martlet_run_create_run --run.id "$id" --run.definition census >/dev/null && echo "$id"
)
code=0
CENSUS_OUTPUT="$output" CENSUS_RUN_ID="$run" "$here/census.sh" &
job=$!
"$MARTLET_BIN" flow-run watch "$run" || :
wait "$job" || code=$?
echo
[ ! -s "$output" ] || sed -n '1,24p' "$output"

echo
echo "The same on a schedule, by a worker:"
"$MARTLET_BIN" apply -f "$here"
setsid "$MARTLET_BIN" worker start --pool census --name census --limit 1 --state-dir "$scratch/worker" >"$scratch/worker.log" 2>&1 &
worker=$!
"$MARTLET_BIN" deployment run census/every-five-minutes --watch || { code=1; cat "$scratch/worker.log"; }
[ -z "$ONCE" ] || exit "$code"

elsewhere=
[ "$MARTLET_PORT" = 4200 ] || elsewhere="MARTLET_API_URL=$MARTLET_API_URL "
cat <<TEXT

Martlet is up at $MARTLET_API_URL, and takes the census again every five minutes. Three things to try, in another terminal:

  curl -s $MARTLET_API_URL/martlet.v1.RunService/ListRuns -H 'content-type: application/json' -d '{"pageSize":3}'
  $elsewhere$MARTLET_BIN flow-run ls
  ${elsewhere}sh -c '. $here/../../shell/martlet.sh && martlet_flow hello && martlet_task greet -- echo "hello from \$(uname -n)"'

Ctrl-C stops the worker, then the server.
TEXT
wait "$server"
