"""Tells how long it takes from a deployment's run being asked for to RUNNING, with Prefect's own process worker.

Usage: trigger.py COUNT DIRECTORY
"""

import json
import os
import subprocess
import sys
import time
import urllib.request
from datetime import datetime
from pathlib import Path

from prefect import flow
from prefect.settings import PREFECT_API_URL

FLOW = """
from prefect import flow

@flow(name="bench-trigger")
def triggered():
    pass
"""


def call(method: str, path: str, body: object = None) -> object:
    request = urllib.request.Request(
        PREFECT_API_URL.value() + path, None if body is None else json.dumps(body).encode(),
        {"content-type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


def wait_until(condition, what: str) -> object:
    end = time.monotonic() + 120
    while not (found := condition()):
        if time.monotonic() > end:
            sys.exit(f"{what}: not in 120 s")
        time.sleep(0.1)
    return found


count, directory = int(sys.argv[1]), Path(sys.argv[2])
(directory / "triggered.py").write_text(FLOW)
call("POST", "/work_pools/", {"name": "bench", "type": "process"})
deployment = flow.from_source(source=str(directory), entrypoint="triggered.py:triggered").deploy(
    name="bench", work_pool_name="bench", print_next_steps=False)
worker = subprocess.Popen(
    [sys.executable, "-m", "prefect", "worker", "start", "--pool", "bench", "--type", "process"],
    env={**os.environ, "PREFECT_WORKER_QUERY_SECONDS": "1"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    wait_until(
        lambda: any(one["status"] == "ONLINE" for one in call("POST", "/work_pools/bench/workers/filter", {})), "a worker")
    times = []
    for _ in range(count):
        run = call("POST", f"/deployments/{deployment}/create_flow_run", {})["id"]
        done = wait_until(
            lambda: (one := call("GET", f"/flow_runs/{run}"))["state_type"] == "COMPLETED" and one, "the run's end")
        started, made = (datetime.fromisoformat(done[name].replace("Z", "+00:00")) for name in ("start_time", "created"))
        times.append((started - made).total_seconds())
finally:
    worker.terminate()
    worker.wait()
print(f"figure trigger = {sorted(times)[len(times) // 2]:.2f} s")
