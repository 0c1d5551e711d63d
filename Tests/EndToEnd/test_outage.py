"""Promise 3: an outage of the server crashes no healthy run, and what was spooled meanwhile arrives exactly once."""

from __future__ import annotations

import os
import subprocess
import sys
import time

#: Longer than the lease, so that a server that counted the outage as silence would presume the run crashed.
OUTAGE = float(os.environ.get("OUTAGE_SECONDS", "60"))

PROGRAM = """
import sys
import martlet

with martlet.flow("outage") as run:
    print(run.id, flush=True)
    for number, line in enumerate(sys.stdin):
        with martlet.task(f"step-{number}") as task:
            task.log(line.strip())
"""


def test_an_outage_crashes_nothing_and_the_spool_arrives_once(server, place):
    environment = {
        **os.environ,
        "MARTLET_API_URL": server.url,
        "MARTLET_HOME": str(place / "home"),
    }
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    said = []

    def step():
        said.append(f"line {len(said)}")
        program.stdin.write(said[-1] + "\n")
        program.stdin.flush()

    run = program.stdout.readline().strip()
    step()
    server.kill()
    # The time itself is what is tested: the lease is 30 s, and the program works on without a server.
    end = time.monotonic() + OUTAGE
    while time.monotonic() < end:
        step()
        time.sleep(1)
    assert program.poll() is None, "the program does not outlive its server"
    server.start()
    step()
    connection = server.connect()
    last = {"filter": f'parent_id = "{run}" AND definition = "step-{len(said) - 1}"'}
    end = time.monotonic() + 30
    while not connection.call("RunService/ListRuns", last).get("runs"):
        assert time.monotonic() < end, "what was spooled does not arrive"
        time.sleep(0.1)
    program.stdin.close()
    assert program.wait(60) == 0

    found = connection.call("RunService/GetRun", {"id": run})["run"]
    assert found["state"]["type"] == "STATE_TYPE_COMPLETED"
    history = connection.call("RunService/ListTransitions", {"runId": run})["transitions"]
    assert [row["to"]["type"] for row in history] == [
        "STATE_TYPE_PENDING",
        "STATE_TYPE_RUNNING",
        "STATE_TYPE_COMPLETED",
    ]
    tasks = connection.call(
        "RunService/ListRuns", {"filter": f'parent_id = "{run}"', "pageSize": 1000}
    )["runs"]
    assert sorted(task["definition"] for task in tasks) == sorted(
        f"step-{number}" for number in range(len(said))
    )
    assert {task["state"]["type"] for task in tasks} == {"STATE_TYPE_COMPLETED"}
    lines = connection.call(
        "LogService/ListLogs", {"runId": run, "includeDescendants": True, "pageSize": 1000}
    )["entries"]
    assert sorted(line["message"] for line in lines) == sorted(said)
