#!/bin/sh
# Decides how Martlet's figures are measured: the server and its peers in one run on one machine, in
# interleaved rounds, the median of which counts; a ratio is the median of the rounds' ratios. Each
# result is a line `figure NAME = VALUE UNIT`, below the lines that tell how it was made. Leaves
# nothing behind but the peer's build in .make.
#
# Usage: run.sh              about 12 minutes
#        QUICK=1 run.sh      about 3 minutes: one short round, to see that it works
#        SCALE=large run.sh  how it bears RUNS runs (10000000) and not the rest; see large.sh
# Variables: MARTLET_BIN, MARTLET_BENCH_BIN (programs), BENCH_ONLY (some of: start ping wire latency
# transitions core memory work prefect large; or parts of work, or of prefect: prefect-states, -map, -trigger, -events,
# -import), BENCH_DIR (where the database lies, for large; /tmp).
set -eu
cd "$(dirname "$0")/../.."
root=$PWD
martlet=${MARTLET_BIN:-$root/.build/release/martlet}
load=${MARTLET_BENCH_BIN:-$root/.build/release/martlet-bench}
cache=$root/.make/bench
case ${SCALE:-} in
  large) only=${BENCH_ONLY:-large} ;;
  '')
    only=${BENCH_ONLY:-start ping wire latency transitions core memory work}
    # Prefect's own server is measured where it is installed: `make setup-prefect`.
    if [ -z "${BENCH_ONLY:-}" ] && [ -x "${PREFECT_PYTHON:-$root/.make/prefect/bin/python}" ]; then only="$only prefect"; fi
    ;;
  *) echo "bench: SCALE=$SCALE is not known: large, or none" >&2; exit 64 ;;
esac
if [ "${QUICK:-0}" = 1 ]; then
  rounds=1 calls=40000 seconds=3 commits=1 few=10000 many=60000
else
  rounds=3 calls=200000 seconds=8 commits=4 few=10000 many=1000000
fi
batch=1024
writers=2

fail() { echo "bench: $1" >&2; exit 1; }
note() { printf '# %s\n' "$*"; }
figure() { printf 'figure %s = %s %s\n' "$1" "$2" "$3"; }
is_wanted() { case " $only " in *" $1 "*) ;; *) return 1 ;; esac; }
median() {
  sort -n "$1" | awk '{ v[NR] = $1 }
    END { if (NR == 0) exit 1; print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}
# ratio FILE FILE: of each round's two numbers, so that a slow moment of the machine is in both; the median.
ratio() {
  paste "$1" "$2" | awk '$2 <= 0 { exit 1 } { printf "%.3f\n", $1 / $2 }' >"$work/ratio"
  median "$work/ratio"
}
# verdict VALUE at-most|at-least TARGET TEXT
verdict() {
  awk -v value="$1" -v sense="$2" -v target="$3" -v text="$4" 'BEGIN {
    met = (sense == "at-most") ? value <= target : value >= target
    sub("-", " ", sense)
    printf "# target: %s %s %s: %s\n", text, sense, target, met ? "met" : "MISSED" }'
}
value_of() { awk -v name="$2" '$1 == "figure" && $2 == name { print $4 }' "$1"; }

for program in "$martlet" "$load"; do
  [ -x "$program" ] || fail "$program is not built: run \`make bench\`"
done
PATH=$PATH:/usr/sbin:/sbin
# Debian keeps the programs of each Postgres apart; the last one is the newest.
for directory in /usr/lib/postgresql/*/bin; do PATH=$directory:$PATH; done
for program in psql pgbench curl python3 h2load nghttpd; do
  command -v "$program" >/dev/null || fail "$program is missing: run \`make setup-bench\`"
done

# Under root Postgres runs as another user, who must be able to enter.
work=$(mktemp -d "${BENCH_DIR:-/tmp}/martlet-bench.XXXXXX")
chmod 755 "$work"
server='' peers=''
stop() {
  [ -n "$1" ] || return 0
  kill "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}
finish() {
  status=$?
  trap - EXIT
  stop "$server"
  for peer in $peers; do stop "$peer"; done
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
milliseconds() { echo $(($(date +%s%N) / 1000000)); }
# Processor time of a process in clock ticks: proc(5), stat, fields 14 and 15.
ticks() { sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'; }
resident() { awk '$1 == "VmRSS:" { printf "%.1f\n", $2 / 1024 }' "/proc/$1/status"; }
sql() { psql -X -q -v ON_ERROR_STOP=1 -h "$work/data/run" -U martlet "$@" martlet; }
bench() { pgbench -n -M prepared -h "$work/data/run" -U martlet "$@" martlet; }

# Waits until a port answers; fails when the process ends first.
await() { # NAME PID CURL-ARGUMENT...
  name=$1 pid=$2 tries=0
  shift 2
  until curl -s -o /dev/null --max-time 1 "$@"; do
    kill -0 "$pid" 2>/dev/null || { cat "$work/$name.log" >&2; fail "$name did not start"; }
    tries=$((tries + 1))
    [ $tries -lt 3000 ] || fail "$name does not answer"
    sleep 0.01
  done
}

port=$(free_port)
address=http://127.0.0.1:$port
# Starts the server on its private Postgres; the time until it is ready is left in `ready`.
start_server() {
  start=$(milliseconds)
  "$martlet" server start --port "$port" --data-dir "$work/data" --writers "$writers" \
    --log-level warning >"$work/martlet.log" 2>&1 &
  server=$!
  await martlet "$server" -f "$address/readyz"
  ready=$(($(milliseconds) - start))
}
stop_server() { stop "$server"; server=''; }
# load_figures PREFIX FIGURE...: the median of each figure over the rounds; the load has left one file a round, rounds.PREFIX.*.
load_figures() {
  prefix=$1
  shift
  for name in "$@"; do
    : >"$work/$name.values"
    for file in "$work/rounds.$prefix."*; do value_of "$file" "$name" >>"$work/$name.values"; done
    unit=$(awk -v name="$name" '$1 == "figure" && $2 == name { print $5; exit }' "$work/rounds.$prefix."*)
    note "  $name: $(paste -sd ' ' "$work/$name.values")"
    figure "$name" "$(median "$work/$name.values")" "$unit"
  done
}
metric() { curl -s "$address/metrics" | awk -v name="$1" '$1 == name { print $2 }'; }

note "$(uname -sr), $(nproc) processors, $(awk -F ': ' '/model name/ { print $2; exit }' /proc/cpuinfo)"
note "load average $(cut -d ' ' -f 1-3 /proc/loadavg); figures of a busy machine are worth little"

start_server
note "ready_new: from the start of the program to /readyz, the data directory being made"
figure ready_new "$ready" ms
if is_wanted start; then
  : >"$work/ready"
  for _ in 1 2 3; do
    stop_server
    start_server
    echo "$ready" >>"$work/ready"
  done
  note "ready: the same on an existing data directory; median of 3 starts"
  ready=$(median "$work/ready")
  figure ready "$ready" ms
  verdict "$ready" at-most 2000 "ms until ready"
  sleep 2
  note "idle_memory: VmRSS of the server without its Postgres, 2 s after it was ready"
  idle=$(resident "$server")
  figure idle_memory "$idle" MiB
  verdict "$idle" at-most 64 "MiB when idle"
fi

if is_wanted ping; then
  Tests/Benchmarks/peers/build.sh "$cache"
  mkdir "$work/files"
  head -c 100 /dev/zero | tr '\0' x >"$work/files/hundred"
  # One gRPC message whose answer is 100 bytes long too: prefix 5, field 2, payload 93.
  { printf '\000\000\000\000\137\012\135'; head -c 93 /dev/zero | tr '\0' x; } >"$work/frame"
  nghttpd_port=$(free_port)
  nghttpd --no-tls -d "$work/files" "$nghttpd_port" >"$work/nghttpd.log" 2>&1 &
  nghttpd=$!
  peers="$peers $nghttpd"
  grpc_port=$(free_port)
  "$cache/grpc_server" "127.0.0.1:$grpc_port" >"$work/grpc_cpp.log" 2>&1 &
  grpc_cpp=$!
  peers="$peers $grpc_cpp"
  await nghttpd "$nghttpd" --http2-prior-knowledge "http://127.0.0.1:$nghttpd_port/hundred"
  await grpc_cpp "$grpc_cpp" --http2-prior-knowledge "http://127.0.0.1:$grpc_port/"
  "$load" ping --server "http://127.0.0.1:$grpc_port" --connections 1 --in-flight 1 --seconds 0.2 \
    >/dev/null || fail "the gRPC C++ peer does not answer Ping"

  # CPU of one peer in microseconds a request: time of its process before and after h2load.
  cpu() { # NAME PID CALLS URL [OPTION...]
    name=$1 pid=$2 count=$3
    shift 3
    before=$(ticks "$pid")
    h2load -c 8 -m 64 -n "$count" "$@" >"$work/h2load"
    grep -q "status codes: $count 2xx" "$work/h2load" || { cat "$work/h2load" >&2; fail "$name failed"; }
    awk -v a="$before" -v b="$(ticks "$pid")" -v hz="$(getconf CLK_TCK)" -v n="$count" \
      'BEGIN { printf "%.3f\n", (b - a) / hz * 1e6 / n }'
    sed -n 's/^finished in .*, \([0-9.]*\) req\/s.*/\1/p' "$work/h2load" >"$work/$name.rate"
  }
  ping() { # NAME PID PORT CALLS
    cpu "$1" "$2" "$4" -d "$work/frame" -H 'content-type: application/grpc' -H 'te: trailers' \
      "http://127.0.0.1:$3/martlet.v1.SystemService/Ping"
  }
  round() {
    ping martlet "$server" "$port" "$1"
    cpu nghttpd "$nghttpd" "$1" "http://127.0.0.1:$nghttpd_port/hundred" >&3
    ping grpc_cpp "$grpc_cpp" "$grpc_port" "$1" >&4
  }
  round $((calls / 10)) >/dev/null 3>/dev/null 4>/dev/null
  i=0
  while [ $i -lt $rounds ]; do
    round "$calls" >>"$work/ping" 3>>"$work/nghttpd" 4>>"$work/grpc_cpp"
    i=$((i + 1))
  done
  for peer in $peers; do stop "$peer"; done
  peers=''
  note "ping_cpu, nghttpd_cpu, grpc_cpp_cpu: utime + stime of the server's process over requests,"
  note "  h2load -c 8 -m 64 -n $calls, median of $rounds interleaved rounds after a warm-up; ping and"
  note "  grpc_cpp: -d FRAME, the same Ping with 100 bytes each way; nghttpd: a static file of 100 bytes"
  note "  rounds: martlet $(paste -sd ' ' "$work/ping"); nghttpd $(paste -sd ' ' "$work/nghttpd");" \
    "grpc_cpp $(paste -sd ' ' "$work/grpc_cpp")"
  ping_cpu=$(median "$work/ping")
  figure ping_cpu "$ping_cpu" us
  figure nghttpd_cpu "$(median "$work/nghttpd")" us
  figure grpc_cpp_cpu "$(median "$work/grpc_cpp")" us
  times=$(ratio "$work/ping" "$work/nghttpd")
  figure ping_to_nghttpd "$times" x
  verdict "$times" at-most 3 "times nghttpd's CPU"
  times=$(ratio "$work/ping" "$work/grpc_cpp")
  figure ping_to_grpc_cpp "$times" x
  verdict "$times" at-most 0.6 "times gRPC C++'s CPU"
  note "ping_rate: requests a second in the last of these rounds, load and server on one machine"
  figure ping_rate "$(cat "$work/martlet.rate")" 1/s
fi

# shellcheck disable=SC1091 # it is read on its own
if is_wanted wire; then . Tests/Benchmarks/wire.sh; fi

if is_wanted latency; then
  sql -c 'CREATE TABLE bench_commit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    state_type smallint NOT NULL)'
  i=0
  while [ $i -lt $rounds ]; do
    "$load" latency --server "$address" --seconds "$commits" >"$work/latency"
    value_of "$work/latency" transition_p50 >>"$work/p50"
    value_of "$work/latency" transition_p99 >>"$work/p99"
    (
      cd "$work"
      rm -f commits.*
      bench -c 1 -T "$commits" -l --log-prefix=commits \
        -f "$root/Tests/Benchmarks/commit.pgbench.sql" >pgbench.log 2>&1
      cat commits.* | awk '{ print $3 }' >commit
      median commit >>commit_p50
    ) || { cat "$work/pgbench.log" >&2; fail "pgbench failed"; }
    i=$((i + 1))
  done
  note "transition_p50, transition_p99: one client, one transition at a time over a Report stream;"
  note "  commit_p50: pgbench -M prepared -c 1, one INSERT of one row (commit.pgbench.sql), same cluster;"
  note "  median of $rounds interleaved rounds of $commits s; rounds: transition_p50" \
    "$(paste -sd ' ' "$work/p50"); commit_p50 $(paste -sd ' ' "$work/commit_p50")"
  note "  where others use the disk both wait for it, and the ratio says little: see the rounds"
  figure transition_p50 "$(median "$work/p50")" us
  figure transition_p99 "$(median "$work/p99")" us
  figure commit_p50 "$(median "$work/commit_p50")" us
  times=$(ratio "$work/p50" "$work/commit_p50")
  figure transition_to_commit "$times" x
  verdict "$times" at-most 2.5 "times a commit's p50"
fi

if is_wanted transitions; then
  sql -v size=$batch -f Tests/Benchmarks/transitions.setup.sql
  python3 Tests/Benchmarks/statements.py Tests/Benchmarks/transitions.pgbench.sql >"$work/transitions.sql"
  run_pgbench() { # SECONDS
    PGOPTIONS='-c plan_cache_mode=force_generic_plan' bench -D size=$batch -D loaded=0 \
      -c "$writers" -T "$1" -f "$work/transitions.sql" >"$work/pgbench.log" 2>&1 ||
      { cat "$work/pgbench.log" >&2; fail "pgbench failed"; }
    awk -v size=$batch '$1 == "tps" { print int($3 * 3 * size) }' "$work/pgbench.log"
  }
  : >"$work/batches"
  road() { # NAME COMMAND...: one round over one road, each begun with a checkpoint
    name=$1
    shift
    sql -c CHECKPOINT
    sum=$(metric martlet_transition_batch_commands_sum)
    count=$(metric martlet_transition_batch_commands_count)
    "$load" "$@" --server "$address" --seconds "$seconds" --pid "$server" >"$work/load"
    value_of "$work/load" "transitions_$name" >>"$work/$name"
    value_of "$work/load" "${name}_server_cpu" >>"$work/$name.cpu"
    awk -v s="$sum" -v c="$count" -v t="$(metric martlet_transition_batch_commands_sum)" \
      -v d="$(metric martlet_transition_batch_commands_count)" \
      'BEGIN { if (d > c) print int((t - s) / (d - c)) }' >>"$work/$name.batch"
  }
  run_pgbench 1 >/dev/null
  i=0
  while [ $i -lt $rounds ]; do
    road stream stream --connections 2 --streams 16 --reports 64
    sql -c CHECKPOINT
    run_pgbench "$seconds" >>"$work/pgbench"
    road unary unary --connections 4 --in-flight 512 --reports 1
    i=$((i + 1))
  done
  note "transitions_stream: distinct runs, three durable transitions each, 32 Report streams on 2"
  note "  connections, frames of 64 reports, one frame a stream under way; batches held" \
    "$(paste -sd ' ' "$work/stream.batch") transitions"
  note "transitions_unary: the same with one report a BatchReport call, 4 x 512 calls under way;" \
    "batches held $(paste -sd ' ' "$work/unary.batch")"
  note "pgbench_transitions: pgbench -M prepared -c $writers -f transitions.pgbench.sql, $batch runs a" \
    "transaction, same cluster and tables"
  note "  median of $rounds interleaved rounds of $seconds s, each after a CHECKPOINT; rounds:" \
    "stream $(paste -sd ' ' "$work/stream"); pgbench $(paste -sd ' ' "$work/pgbench");" \
    "unary $(paste -sd ' ' "$work/unary")"
  peer=$(median "$work/pgbench")
  figure transitions_stream "$(median "$work/stream")" 1/s
  figure transitions_unary "$(median "$work/unary")" 1/s
  figure pgbench_transitions "$peer" 1/s
  times=$(ratio "$work/stream" "$work/pgbench")
  figure transitions_to_pgbench "$times" x
  verdict "$times" at-least 0.5 "times pgbench, over streams"
  times=$(ratio "$work/unary" "$work/pgbench")
  figure unary_to_pgbench "$times" x
  note "stream_server_cpu, unary_server_cpu: CPU of the server without Postgres a transition"
  figure stream_server_cpu "$(median "$work/stream.cpu")" us
  figure unary_server_cpu "$(median "$work/unary.cpu")" us
fi

# shellcheck disable=SC1091 # it is read on its own
if is_wanted core; then . Tests/Benchmarks/core.sh; fi

if is_wanted memory; then
  stop_server
  start_server
  "$load" memory --server "$address" --pid "$server" --few $few --many $many >"$work/memory"
  note "memory_few, memory_many: VmRSS of a new server after $few and after $many transitions over"
  note "  32 Report streams, frames of 64 reports"
  cat "$work/memory"
  verdict "$(value_of "$work/memory" memory_growth)" at-most 1.2 "times the memory"
fi

for part in work idle claims due schedules trigger; do
  # shellcheck disable=SC1091 # it is read on its own
  if is_wanted "$part"; then . Tests/Benchmarks/work.sh; break; fi
done

# shellcheck disable=SC1091 # it is read on its own
case " $only " in *" prefect"*) . Tests/Benchmarks/prefect.sh ;; esac

# shellcheck disable=SC1091 # it is read on its own
if is_wanted large; then . Tests/Benchmarks/large.sh; fi
