#!/bin/sh
# Decides how long it takes from the call that makes a run to the start of its program with an idle worker: the program
# stamps the time, and so does the same program under a bare fork and exec in the same rounds, which is taken off.
# Prints `figure NAME = VALUE UNIT` as run.sh does.
#
# Usage: trigger.sh [RUNS]   (200; after 20 that do not count)
# Variables: MARTLET_BIN.
set -eu
cd "$(dirname "$0")/../.."
MARTLET_BIN=${MARTLET_BIN:-$PWD/.build/release/martlet}
export MARTLET_BIN
exec python3 - "${1:-200}" <<'PYTHON'
import http.client, json, os, pathlib, shutil, socket, subprocess, sys, tempfile, time

runs, warm = int(sys.argv[1]), 20
binary = os.environ["MARTLET_BIN"]
place = pathlib.Path(tempfile.mkdtemp(prefix="mrt-"))
place.chmod(0o755)
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
environment = {key: value for key, value in os.environ.items() if not key.startswith("MARTLET_")}
environment |= {"MARTLET_API_URL": f"http://127.0.0.1:{port}", "MARTLET_HOME": str(place / "home")}
started = []


def start(*arguments):
    log = open(place / f"{arguments[0]}.log", "wb")
    started.append(subprocess.Popen([binary, *arguments], env=environment, stdout=log, stderr=log))


def call(connection, method, request):
    connection.request("POST", f"/martlet.v1.{method}", json.dumps(request), {"content-type": "application/json"})
    response = connection.getresponse()
    body = response.read()
    assert response.status == 200, body
    return json.loads(body)


def until(what, seconds=60):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "too slow"
        time.sleep(0.002)


def ready():
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False


def quantile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


try:
    start("server", "start", "--port", str(port), "--data-dir", str(place / "data"))
    until(ready)
    start("worker", "start", "--pool", "default-agent-pool", "--name", "bench")
    until(lambda: b"started!" in (place / "worker.log").read_bytes())
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    script = f'date +%s.%N > {place}/stamp.part && mv {place}/stamp.part {place}/stamp'
    spec = {"pool": "default-agent-pool", "shell": script}
    call(connection, "DeploymentService/CreateDeployment", {"deployment": {"flow": "bench", "name": "b", "spec": spec}})
    stamp = place / "stamp"
    triggered, bare = [], []
    for number in range(warm + runs):
        for kind, values in (("bare", bare), ("triggered", triggered)):
            begin = time.time()
            if kind == "bare":
                subprocess.run(["/bin/sh", "-c", script], check=True)
            else:
                run = call(connection, "RunService/CreateRun", {"deployment": "bench/b", "run": {}})["run"]["id"]
                until(stamp.exists)
            if number >= warm:
                values.append((float(stamp.read_text()) - begin) * 1000)
            stamp.unlink()
        # The next one finds the worker idle.
        ended = lambda: call(connection, "RunService/GetRun", {"id": run})["run"]["state"]["type"].endswith("COMPLETED")
        until(ended)
    print(f"# {runs} runs, one at a time, and as many bare processes between them")
    for name, part in (("p50", 0.5), ("p99", 0.99)):
        whole, alone = quantile(triggered, part), quantile(bare, part)
        print(f"figure trigger_to_start_{name} = {whole:.1f} ms")
        print(f"figure fork_and_exec_{name} = {alone:.1f} ms")
        print(f"figure trigger_beyond_fork_{name} = {whole - alone:.1f} ms")
    beyond = quantile(triggered, 0.99) - quantile(bare, 0.99)
    print(f"# target: p99 beyond fork and exec at most 50 ms: {'met' if beyond <= 50 else 'MISSED'}")
finally:
    for process in reversed(started):
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
    shutil.rmtree(place, ignore_errors=True)
PYTHON
