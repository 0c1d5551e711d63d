"""Prefect's own background tasks: delivered to one task worker each, and given back when it goes without a word."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import uuid

import pytest
from prefect_process import Prefect, last_json, needs_prefect

pytestmark = needs_prefect

TASKS = """
import os, sys
from pathlib import Path
from prefect import task

HERE = Path(__file__).parent

@task
def doubled(n):
    with open(HERE / "executed.txt", "a") as file:
        file.write(f"{n} {os.getpid()}\\n")
    return 2 * n

@task(retries=1, retry_delay_seconds=0)
def shaky(name):
    path = HERE / name
    if not path.exists():
        path.write_text("once")
        raise ValueError("once")
    return "twice"
"""

# The key of a task depends on the module that it is in.
WORKER = """
from prefect.task_worker import serve
from tasks import doubled, shaky
serve(doubled, shaky)
"""

DELAY = """
import json
from tasks import doubled, shaky
runs = [doubled.delay(n) for n in range(12)]
again = shaky.delay("shaky.txt")
print(json.dumps({"runs": [str(run.task_run_id) for run in runs], "again": str(again.task_run_id)}))
"""


@pytest.fixture
def prefect(server, tmp_path) -> Prefect:
    (tmp_path / "tasks.py").write_text(TASKS)
    (tmp_path / "worker.py").write_text(WORKER)
    prefect = Prefect(server.port, tmp_path / "home")
    prefect.environment["PYTHONPATH"] = str(tmp_path)
    return prefect


def ended(prefect: Prefect, run: str) -> dict:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        shown = prefect.get(f"/task_runs/{run}")
        if shown["state_type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED"):
            return shown
        time.sleep(0.1)
    raise AssertionError((shown, prefect.get(f"/task_run_states/?task_run_id={run}")))


def deferred(prefect: Prefect, key: str) -> dict:
    """A background task, as `delay` makes it."""
    status, run = prefect.request("POST", "/task_runs/", {
        "name": "one", "task_key": key, "dynamic_key": str(uuid.uuid4()),
        "state": {"type": "SCHEDULED", "name": "Scheduled",
                  "state_details": {"deferred": True, "task_parameters_id": str(uuid.uuid4())}}})
    assert status == 201, run
    return run


SUBSCRIBER = """
import json, sys
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

socket = connect(sys.argv[1], subprotocols=["prefect"])
for line in sys.stdin:
    asked = json.loads(line)
    try:
        if "send" in asked:
            socket.send(json.dumps(asked["send"]))
        else:
            print(json.dumps({"told": json.loads(socket.recv(timeout=asked["timeout"]))}), flush=True)
    except TimeoutError:
        print(json.dumps({"told": None}), flush=True)
    except ConnectionClosed as closed:
        print(json.dumps({"closed": closed.rcvd and closed.rcvd.code}), flush=True)
"""


class Subscriber:
    """A task worker, a process of its own, that says what it is told to."""

    def __init__(self, prefect: Prefect, subscription: dict):
        url = prefect.api.replace("http", "ws", 1) + "/task_runs/subscriptions/scheduled"
        self.process = subprocess.Popen(
            [str(prefect.python), "-c", SUBSCRIBER, url], env=prefect.environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.send({"type": "auth", "token": None})
        assert self.hear()["told"]["type"] == "auth_success"
        self.send(subscription)

    def send(self, message: dict) -> None:
        self._ask({"send": message})

    def hear(self, timeout: float = 30) -> dict:
        self._ask({"timeout": timeout})
        return json.loads(self.process.stdout.readline())

    def _ask(self, asked: dict) -> None:
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()

    def __enter__(self) -> Subscriber:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def subscriber(prefect: Prefect, key: str, client: str) -> Subscriber:
    return Subscriber(prefect, {"type": "subscribe", "keys": [key], "client_id": client})


def test_delayed_tasks_run_once_each_in_one_of_two_workers(prefect, tmp_path):
    workers = [prefect.start_command(tmp_path / f"worker{n}.log", str(tmp_path / "worker.py")) for n in range(2)]
    try:
        said = last_json(prefect.run(DELAY))
        shown = [ended(prefect, run) for run in said["runs"]]
        assert {run["state_type"] for run in shown} == {"COMPLETED"}, shown
        again = ended(prefect, said["again"])
        assert again["state_type"] == "COMPLETED" and (tmp_path / "shaky.txt").exists()
    finally:
        for worker in workers:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
    executed = [line.split()[0] for line in (tmp_path / "executed.txt").read_text().splitlines()]
    assert sorted(map(int, executed)) == list(range(12))
    states = prefect.get(f"/task_run_states/?task_run_id={said['runs'][0]}")
    assert [state["type"] for state in states] in (
        ["SCHEDULED", "PENDING", "PENDING", "RUNNING", "COMPLETED"], ["SCHEDULED", "PENDING", "RUNNING", "COMPLETED"])


def test_a_task_is_given_back_when_its_worker_dies_before_it_answers(prefect):
    key = f"e2e-given-back-{uuid.uuid4().hex[:8]}"
    with subscriber(prefect, key, "first") as first, subscriber(prefect, key, "second") as second:
        run = deferred(prefect, key)
        heard = {one: one.hear(5)["told"] for one in (first, second)}
        assert sum(told is not None for told in heard.values()) == 1, heard
        holder = next(one for one, told in heard.items() if told)
        other = second if holder is first else first
        told = heard[holder]
        assert told["id"] == run["id"] and told["state"]["type"] == "SCHEDULED"
        details = run["state"]["state_details"]
        assert told["state"]["state_details"]["task_parameters_id"] == details["task_parameters_id"]
        assert other.hear(1) == {"told": None}
        holder.kill()
        assert other.hear()["told"]["id"] == run["id"]
        other.send({"type": "ack"})
        with subscriber(prefect, key, "third") as third:
            assert third.hear(1) == {"told": None}
        assert prefect.get(f"/task_runs/{run['id']}")["state_type"] == "PENDING"


def test_what_waits_before_anybody_subscribes_is_delivered(prefect):
    key = f"e2e-waiting-{uuid.uuid4().hex[:8]}"
    runs = [deferred(prefect, key)["id"] for _ in range(3)]
    other = deferred(prefect, key + "-other")["id"]
    with subscriber(prefect, key, "one") as one:
        told = []
        for _ in runs:
            told.append(one.hear()["told"]["id"])
            one.send({"type": "ack"})
        assert sorted(told) == sorted(runs) and other not in told
        status, workers = prefect.request("POST", "/task_workers/filter", {"task_worker_filter": {"task_keys": [key]}})
        assert status == 200 and [(worker["identifier"], worker["task_keys"]) for worker in workers] == [("one", [key])]
        again = deferred(prefect, key)["id"]
        assert one.hear()["told"]["id"] == again
        one.send({"type": "quit"})
        assert one.hear()["closed"] == 1000
    with subscriber(prefect, key, "two") as two:
        assert two.hear()["told"]["id"] == again, "who quits has not taken it"


def test_who_does_not_subscribe_as_told_is_sent_away(prefect):
    for message in ({"type": "hello"}, {"type": "subscribe"}, {"type": "subscribe", "keys": ["x"]}):
        with Subscriber(prefect, message) as one:
            assert one.hear() == {"closed": 4001}
