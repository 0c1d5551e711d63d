"""Runs that wait at limits, from outside: never too many RUNNING, in their order, and back from the dead."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import time

from martlet_process import BINARY
from test_limits import environment, limit_of, martlet, new_limit, wait_until

RUNS = """
import sys, time
import martlet

name, tag, count = sys.argv[1], sys.argv[2], int(sys.argv[3])

@martlet.task(limits=name, tags=[tag])
def step(number):
    time.sleep(0.05)

with martlet.flow(tag):
    for number in range(count):
        step(number)
"""

HOLD = """
import sys, time
import martlet

with martlet.flow(sys.argv[2], limits={sys.argv[1]: 1}):
    print("in", flush=True)
    time.sleep(3600)
"""


def python(server, script: str, *arguments: str, **more) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        env={**environment(server), **more},
        stdout=subprocess.PIPE,
        text=True,
    )


def intervals(connection, tag: str) -> list:
    """When the tasks of a tag were RUNNING."""
    runs = []
    token = ""
    while True:
        page = connection.call(
            "RunService/ListRuns", {"filter": f'tags : "{tag}"', "pageToken": token}
        )
        runs += page.get("runs", [])
        token = page.get("nextPageToken", "")
        if not token:
            break
    return sorted((run["times"]["startTime"], run["times"]["endTime"]) for run in runs)


def test_twenty_runs_take_turns_on_three_slots(calm_server):
    """Of the server's own times, never four overlap; and they do not trickle: whoever is next is told at once."""
    name = new_limit(calm_server, 3)
    tag = f"t-{name}"
    begin = time.monotonic()
    processes = [python(calm_server, RUNS, name, tag, "4") for _ in range(5)]
    for process in processes:
        process.communicate(timeout=120)
        assert process.returncode == 0
    spans = intervals(calm_server.connect(), tag)
    assert len(spans) == 20
    for start, _ in spans:
        assert sum(one <= start < end for one, end in spans) <= 3
    assert time.monotonic() - begin < 60
    assert "slotsTaken" not in limit_of(calm_server, name)


def test_a_dead_runs_slot_comes_back(calm_server):
    name = new_limit(calm_server, 1)
    victim = python(calm_server, HOLD, name, f"hold-{name}")
    assert victim.stdout.readline() == "in\n"
    connection = calm_server.connect()
    run = connection.call("RunService/ListRuns", {"filter": f'definition = "hold-{name}"'})["runs"][0]
    [lease] = connection.call("LimitService/ListLeases", {"ref": name})["leases"]
    assert (lease["holder"]["runId"], lease["holder"]["name"]) == (run["id"], run["name"])
    heir = python(calm_server, RUNS, name, f"heir-{name}", "1")
    wait_until(lambda: limit_of(calm_server, name).get("waiters") == 1)
    waiting = connection.call("LimitService/ListLeases", {"ref": name})["leases"][1]["holder"]
    gates = connection.call("RunService/ExplainRun", {"id": waiting["runId"]})["gates"]
    [held] = [gate["references"][1] for gate in gates if gate["kind"] == "KIND_LIMIT"]
    assert held == {"runId": run["id"], "name": run["name"], "grantTime": lease["grantTime"]}
    said = martlet(calm_server, "explain", waiting["runId"]).stdout
    assert re.search(rf"{run['name']} \d+[sm]\b", said), said
    assert run["name"] in martlet(calm_server, "limit", "leases", name).stdout
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    begin = time.monotonic()
    heir.communicate(timeout=60)
    assert heir.returncode == 0
    # The lease of its session, and what it takes to notice.
    assert time.monotonic() - begin < 40
    state = connection.call("RunService/GetRun", {"id": run["id"]})["run"]["state"]
    assert state["type"] == "STATE_TYPE_CRASHED"


def test_a_run_that_is_not_to_wait_is_cancelled(calm_server):
    name = new_limit(calm_server, 1)
    holder = python(calm_server, HOLD, name, f"hold-{name}")
    assert holder.stdout.readline() == "in\n"
    script = """
import sys
import martlet
from martlet.errors import Cancelled
try:
    with martlet.flow(sys.argv[2], limits=[sys.argv[1]], when_full="CANCEL_NEW"):
        print("inside")
except Cancelled as error:
    print(error)
"""
    said, _ = python(calm_server, script, name, f"new-{name}").communicate(timeout=30)
    assert said == "A limit that it needs slots of is full.\n"
    connection = calm_server.connect()
    run = connection.call("RunService/ListRuns", {"filter": f'definition = "new-{name}"'})["runs"][0]
    assert run["state"]["type"] == "STATE_TYPE_CANCELLED"
    holder.kill()
    holder.wait()


def test_who_waits_can_be_cancelled(calm_server):
    name = new_limit(calm_server, 1)
    holder = python(calm_server, HOLD, name, f"hold-{name}")
    assert holder.stdout.readline() == "in\n"
    waiter = python(calm_server, RUNS, name, f"wait-{name}", "1")
    wait_until(lambda: limit_of(calm_server, name).get("waiters") == 1)
    connection = calm_server.connect()
    run = connection.call("RunService/ListRuns", {"filter": f'tags : "wait-{name}"'})["runs"][0]
    assert run["state"]["type"] == "STATE_TYPE_PENDING"
    assert run["limits"][0]["name"] == name
    martlet(calm_server, "flow-run", "cancel", run["id"])
    wait_until(lambda: "waiters" not in limit_of(calm_server, name))
    waiter.communicate(timeout=30)
    holder.kill()
    holder.wait()


def test_a_watch_of_limits_tells_what_changes(calm_server):
    name = new_limit(calm_server, 2)
    watch = subprocess.Popen(
        [str(BINARY), "limit", "watch", name, "-o", "json"],
        env=environment(calm_server),
        stdout=subprocess.PIPE,
        text=True,
    )
    said: list = []

    def read() -> None:
        text = ""
        for line in watch.stdout:
            text += line
            try:
                said.append(json.loads(text))
                text = ""
            except ValueError:
                continue

    reading = threading.Thread(target=read)
    reading.start()
    taken = lambda: [limit.get("slotsTaken", 0) for answer in said for limit in answer.get("limits", [])]
    wait_until(lambda: taken() == [0])
    holder = python(calm_server, HOLD, name, f"hold-{name}")
    wait_until(lambda: taken() == [0, 1])
    martlet(calm_server, "limit", "rm", name)
    wait_until(lambda: said[-1].get("deletedIds"))
    watch.terminate()
    watch.wait(10)
    reading.join(10)
    holder.kill()
    holder.wait()
