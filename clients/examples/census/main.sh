#!/bin/sh
# What `make run` does: starts Martlet on its private Postgres, runs the census while showing its states, logs and
# timings, and then leaves the server up until Ctrl-C. ONCE=1 stops it after the job and leaves with the job's code.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
: "${MARTLET_BIN:=$here/../../../.build/release/martlet}"
: "${MARTLET_PORT:=4200}"
: "${ONCE:=}"
export MARTLET_API_URL="http://127.0.0.1:$MARTLET_PORT"
export CENSUS_REPORT="${CENSUS_REPORT:-$(dirname "$MARTLET_BIN")/census-report}"
scratch=$(mktemp -d)
server=

finish() {
  code=$?
  trap - EXIT INT TERM
  if [ -n "$server" ]; then
    kill -TERM "$server" 2>/dev/null || :
    wait "$server" 2>/dev/null || :
  fi
  rm -rf "$scratch"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

"$MARTLET_BIN" server start --port "$MARTLET_PORT" --log-level notice ${MARTLET_DATA_DIR:+--data-dir "$MARTLET_DATA_DIR"} &
server=$!
until curl -fsS -o /dev/null "$MARTLET_API_URL/readyz" 2>/dev/null; do
  # The server says itself why it cannot start.
  kill -0 "$server" 2>/dev/null || { wait "$server" || code=$?; server=; exit "${code:-1}"; }
  sleep 0.1
done

export CENSUS_OUTPUT="$scratch/census.md"
# The run is created first, so that it can be watched from its first transition on; the job takes it.
# shellcheck source=../../shell/martlet.sh
CENSUS_RUN_ID=$(
  . "$here/../../shell/martlet.sh"
  id=$(martlet_uuid)
  martlet_run_create_run --run.id "$id" --run.definition census >/dev/null && echo "$id"
)
export CENSUS_RUN_ID
code=0
"$here/census.sh" &
job=$!
"$MARTLET_BIN" flow-run watch "$CENSUS_RUN_ID" || :
wait "$job" || code=$?
echo
[ ! -s "$CENSUS_OUTPUT" ] || sed -n '1,24p' "$CENSUS_OUTPUT"
[ -z "$ONCE" ] || exit "$code"

cat <<TEXT

Martlet is up at $MARTLET_API_URL. Three things to try, in another terminal:

  curl -s $MARTLET_API_URL/martlet.v1.RunService/ListRuns -H 'content-type: application/json' -d '{"pageSize":3}'
  $MARTLET_BIN flow-run ls
  sh -c '. $here/../../shell/martlet.sh && martlet_flow hello && martlet_task greet -- echo "hello from \$(uname -n)"'

Ctrl-C stops it.
TEXT
wait "$server"
