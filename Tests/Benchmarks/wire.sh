# Decides how the wire is measured, beside its peers: unary calls over clear text and TLS, their p99 at half the load that
# a server bears, many small messages down, much up, connections that do nothing. Read by run.sh, whose functions it uses.
# shellcheck shell=sh disable=SC2154

command -v openssl >/dev/null || fail "openssl is missing: run \`make setup-test\`"
Tests/Benchmarks/peers/build.sh "$cache"
mkdir -p "$work/wire"
head -c 100 /dev/zero | tr '\0' x >"$work/wire/hundred"
{ printf '\000\000\000\000\137\012\135'; head -c 93 /dev/zero | tr '\0' x; } >"$work/frame"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$work/wire/key.pem" -out "$work/wire/cert.pem" 2>/dev/null
chmod 644 "$work/wire/key.pem"

# peer NAME COMMAND...: starts one in the background; its process is left in `pid_NAME`.
peer() {
  name=$1
  shift
  "$@" >"$work/wire/$name.log" 2>&1 &
  eval "pid_$name=\$!"
  peers="$peers $!"
}
tls_port=$(free_port) nghttpd_port=$(free_port) nghttpd_tls_port=$(free_port)
grpc_port=$(free_port) grpc_tls_port=$(free_port) aio_port=$(free_port)
peer martlet_tls "$martlet" server start --port "$tls_port" --data-dir "$work/tls-data" --log-level warning \
  --tls-cert "$work/wire/cert.pem" --tls-key "$work/wire/key.pem"
peer nghttpd nghttpd --no-tls -d "$work/wire" "$nghttpd_port"
peer nghttpd_tls nghttpd -d "$work/wire" "$nghttpd_tls_port" "$work/wire/key.pem" "$work/wire/cert.pem"
peer grpc_cpp "$cache/grpc_server" "127.0.0.1:$grpc_port"
peer grpc_cpp_tls "$cache/grpc_server" "127.0.0.1:$grpc_tls_port" "$work/wire/key.pem" "$work/wire/cert.pem"
peer grpc_aio "$root/.make/venv/bin/python" Tests/Benchmarks/peers/aio_server.py "127.0.0.1:$aio_port"
pid_martlet=$server
await martlet_tls "$pid_martlet_tls" -k -f "https://127.0.0.1:$tls_port/readyz"
await nghttpd "$pid_nghttpd" --http2-prior-knowledge "http://127.0.0.1:$nghttpd_port/hundred"
await nghttpd_tls "$pid_nghttpd_tls" -k "https://127.0.0.1:$nghttpd_tls_port/hundred"
await grpc_cpp "$pid_grpc_cpp" --http2-prior-knowledge "http://127.0.0.1:$grpc_port/"
await grpc_cpp_tls "$pid_grpc_cpp_tls" -k "https://127.0.0.1:$grpc_tls_port/"
# It answers nothing but calls.
until grep -q listening "$work/wire/grpc_aio.log"; do sleep 0.1; done

# load NAME URL OPTION...: one load of h2load on a peer, with what each asks for.
load_on() {
  url=$1
  shift
  case $url in
    *hundred) h2load -c 8 "$@" "$url" ;;
    *) h2load -c 8 -d "$work/frame" -H 'content-type: application/grpc' -H 'te: trailers' "$@" "$url" ;;
  esac
}
url_of() {
  ping=martlet.v1.SystemService/Ping
  case $1 in
    martlet) echo "$address/$ping" ;;
    martlet_tls) echo "https://127.0.0.1:$tls_port/$ping" ;;
    nghttpd) echo "http://127.0.0.1:$nghttpd_port/hundred" ;;
    nghttpd_tls) echo "https://127.0.0.1:$nghttpd_tls_port/hundred" ;;
    grpc_cpp) echo "http://127.0.0.1:$grpc_port/$ping" ;;
    grpc_cpp_tls) echo "https://127.0.0.1:$grpc_tls_port/$ping" ;;
    grpc_aio) echo "http://127.0.0.1:$aio_port/$ping" ;;
  esac
}
names='martlet nghttpd grpc_cpp grpc_aio martlet_tls nghttpd_tls grpc_cpp_tls'

# One round: the CPU of each peer a request, and its rate.
wire_round() { # CALLS
  for name in $names; do
    count=$1
    [ "$name" != grpc_aio ] || count=$(($1 / 20))
    eval "pid=\$pid_$name"
    before=$(ticks "$pid")
    load_on "$(url_of "$name")" -m 64 -n "$count" >"$work/wire/h2load"
    grep -q "status codes: $count 2xx" "$work/wire/h2load" || { cat "$work/wire/h2load" >&2; fail "$name failed"; }
    awk -v a="$before" -v b="$(ticks "$pid")" -v hz="$(getconf CLK_TCK)" -v n="$count" \
      'BEGIN { printf "%.3f\n", (b - a) / hz * 1e6 / n }' >>"$work/wire/$name.cpu"
    sed -n 's/^finished in .*, \([0-9.]*\) req\/s.*/\1/p' "$work/wire/h2load" >"$work/wire/$name.rate"
  done
}
wire_round $((calls / 10))
rm -f "$work"/wire/*.cpu
i=0
while [ $i -lt $rounds ]; do
  wire_round $((calls / 2))
  i=$((i + 1))
done
note "wire_*_cpu: utime + stime of the server's process over requests, h2load -c 8 -m 64 -n $((calls / 2)) (grpc_aio: a"
note "  twentieth), median of $rounds interleaved rounds; martlet with every interceptor; Ping with 100 bytes each way,"
note "  nghttpd a static file of 100 bytes; TLS 1.3 with P-256, connections made once"
for name in $names; do figure "wire_${name}_cpu" "$(median "$work/wire/$name.cpu")" us; done
figure wire_tls_to_clear "$(ratio "$work/wire/martlet_tls.cpu" "$work/wire/martlet.cpu")" x
figure wire_tls_to_nghttpd "$(ratio "$work/wire/martlet_tls.cpu" "$work/wire/nghttpd_tls.cpu")" x
figure wire_tls_to_grpc_cpp "$(ratio "$work/wire/martlet_tls.cpu" "$work/wire/grpc_cpp_tls.cpu")" x
verdict "$(median "$work/wire/martlet.cpu")" at-most 2.5 "us a unary call"

note "wire_*_p99: of requests at half the rate of the last round, h2load -c 8 -m 8 --rps, 3 s each"
for name in $names; do
  rps=$(awk '{ r = int($1 / 16); print r < 1 ? 1 : r }' "$work/wire/$name.rate")
  rm -f "$work/wire/log"
  load_on "$(url_of "$name")" -m 8 --rps "$rps" -D 3 --log-file "$work/wire/log" >/dev/null
  figure "wire_${name}_p99" "$(awk '{ print $3 }' "$work/wire/log" | sort -n |
    awk '{ v[NR] = $1 } END { at = int(NR * 0.99); if (at < 1) at = 1; print v[at] }')" us
done
for name in $peers; do stop "$name"; done
peers=''

note "interceptor_*: a call through each alone, one thread, less the loop; median of $rounds"
i=0
while [ $i -lt $rounds ]; do
  "$load" interceptors >>"$work/wire/interceptors"
  i=$((i + 1))
done
for name in metrics logging limits trace deadline origin; do
  awk -v name="interceptor_$name" '$2 == name { print $4 }' "$work/wire/interceptors" >"$work/wire/one"
  figure "interceptor_$name" "$(median "$work/wire/one")" ns
done

# Streams: the server of the interop cases, against that of gRPC C++ if it is built.
interop=$root/.build/release/interop-server
[ -x "$interop" ] || fail "$interop is not built: run \`make bench\`"
stream_on() { # NAME PID PORT
  "$load" expand --server "http://127.0.0.1:$3" --pid "$2" --messages $((many)) >"$work/wire/expand"
  figure "wire_$1_stream_rate" "$(value_of "$work/wire/expand" stream_rate)" 1/s
  figure "wire_$1_stream_cpu" "$(value_of "$work/wire/expand" stream_cpu)" us
  "$load" upload --server "http://127.0.0.1:$3" --pid "$2" --mebibytes 100 >"$work/wire/upload"
  figure "wire_$1_upload_rate" "$(value_of "$work/wire/upload" upload_rate)" MB/s
  figure "wire_$1_upload_cpu" "$(value_of "$work/wire/upload" upload_cpu)" ms
}
note "wire_*_stream_*: $many messages of one byte from one stream after the other (StreamingOutputCall), to one reader;"
note "  wire_*_upload_*: 100 MiB in messages of 1 MiB (StreamingInputCall); CPU is the server's"
port_of=$(free_port)
peer interop "$interop" --port "$port_of"
await interop "$pid_interop" --http2-prior-knowledge "http://127.0.0.1:$port_of/"
stream_on martlet "$pid_interop" "$port_of"
if Tests/Interop/peers/cpp/build.sh "$root/.make/interop/cpp" >"$work/wire/build" 2>&1; then
  port_of=$(free_port)
  peer cpp_interop "$root/.make/interop/cpp/server" "--port=$port_of"
  await cpp_interop "$pid_cpp_interop" --http2-prior-knowledge "http://127.0.0.1:$port_of/"
  stream_on grpc_cpp "$pid_cpp_interop" "$port_of"
fi
for name in $peers; do stop "$name"; done
peers=''

idle=9500
before=$(resident "$server")
mkfifo "$work/wire/hold"
"$root/.make/venv/bin/python" Tests/Benchmarks/peers/idle.py 127.0.0.1 "$port" $idle <"$work/wire/hold" >"$work/wire/idle" &
peers=$!
exec 9>"$work/wire/hold"
until grep -q open "$work/wire/idle"; do sleep 0.1; done
note "wire_idle_connection: growth of VmRSS over $idle HTTP/2 connections that said SETTINGS and no more"
each=$(awk -v a="$before" -v b="$(resident "$server")" -v n=$idle 'BEGIN { printf "%.1f\n", (b - a) * 1024 / n }')
figure wire_idle_connection "$each" KiB
verdict "$each" at-most 16 "KiB an idle connection"
exec 9>&-
wait "$peers" || true
peers=''
