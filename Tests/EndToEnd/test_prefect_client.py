"""Prefect's own client, not a byte changed, runs flows against Martlet; what it did is there for both."""

from __future__ import annotations

import json
import subprocess

import pytest

from martlet_process import Connection
from prefect_process import PYTHON, Prefect, last_json, needs_prefect

pytestmark = needs_prefect


@pytest.fixture
def prefect(calm_server, tmp_path) -> Prefect:
    return Prefect(calm_server.port, tmp_path)


def runs(port: int, filter_: str) -> list[dict]:
    connection = Connection(port)
    found, token = [], ""
    while True:
        page = connection.call(
            "RunService/ListRuns", {"filter": filter_, "pageSize": 1000, "pageToken": token})
        found += page.get("runs", [])
        token = page.get("nextPageToken", "")
        if not token:
            return found


SEQUENTIAL = """
import json
from prefect import flow, task
from prefect.runtime import flow_run

@task
def add(a, b):
    return a + b

@task
def double(n):
    return 2 * n

@flow(name="e2e-sequential", log_prints=True)
def sequential(n: int = 3):
    total = 0
    for i in range(n):
        total = add(total, i)
    futures = [double.submit(i) for i in range(n)]
    print("half way")
    return json.dumps({"run": str(flow_run.get_id()), "total": total + sum(f.result() for f in futures)})

print(sequential())
"""


NESTED = """
import json
from prefect import flow, task
from prefect.runtime import flow_run

@task
def leaf(n):
    return n + 1

@flow(name="e2e-child")
def child(n):
    return leaf(n)

@flow(name="e2e-broken-child")
def broken():
    raise ValueError("below")

@flow(name="e2e-parent")
def parent():
    values = [child(i) for i in range(2)]
    state = broken(return_state=True)
    return json.dumps({"run": str(flow_run.get_id()), "values": values, "below": state.type.value})

print(parent())
"""


def test_subflows(prefect, calm_server):
    said = last_json(prefect.run(NESTED))
    assert (said["values"], said["below"]) == ([1, 2], "FAILED")
    assert prefect.get(f"/flow_runs/{said['run']}")["state"]["type"] == "COMPLETED"
    status, trackers = prefect.request(
        "POST", "/task_runs/filter", {"flow_runs": {"id": {"any_": [said["run"]]}}, "sort": "EXPECTED_START_TIME_ASC"})
    assert status == 200
    # Each subflow is shown by a task run with its state, which names it.
    assert [run["state"]["type"] for run in trackers] == ["COMPLETED", "COMPLETED", "FAILED"]
    for tracker in trackers:
        status, below = prefect.request(
            "POST", "/flow_runs/filter", {"flow_runs": {"parent_task_run_id": {"any_": [tracker["id"]]}}, "limit": 1})
        assert status == 200 and len(below) == 1
        assert below[0]["id"] == tracker["state"]["state_details"]["child_flow_run_id"]
        assert below[0]["state"]["type"] == tracker["state"]["type"]
    # All of it is one tree.
    tree = runs(calm_server.port, f'root_id = "{said["run"]}"')
    assert sorted(run["kind"] for run in tree) == ["RUN_KIND_FLOW"] * 4 + ["RUN_KIND_TASK"] * 2


VARIABLES = """
import json
from prefect import flow
from prefect.variables import Variable

@flow(name="e2e-variables")
def variables():
    Variable.set("e2e_threshold", {"low": 1.5, "names": ["a", None]}, overwrite=True)
    first = Variable.get("e2e_threshold")
    Variable.set("e2e_threshold", 7, overwrite=True)
    second = Variable.get("e2e_threshold")
    Variable.unset("e2e_threshold")
    return json.dumps({"first": first, "second": second, "third": Variable.get("e2e_threshold", "gone")})

print(variables())
"""


def test_variables(prefect):
    said = last_json(prefect.run(VARIABLES))
    assert said == {"first": {"low": 1.5, "names": ["a", None]}, "second": 7, "third": "gone"}


def test_the_command_line(prefect):
    said = last_json(prefect.run(SEQUENTIAL))
    shown = subprocess.run(
        [str(PYTHON), "-m", "prefect", "flow-run", "logs", said["run"]],
        env=prefect.environment, text=True, capture_output=True, timeout=180)
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "half way" in shown.stdout
    listed = subprocess.run(
        [str(PYTHON), "-m", "prefect", "flow-run", "ls", "--limit", "200", "-o", "json"],
        env=prefect.environment, text=True, capture_output=True, timeout=180)
    assert listed.returncode == 0, listed.stdout + listed.stderr
    assert said["run"] in [run["id"] for run in json.loads(listed.stdout)]


def test_a_run_that_waits_is_moved_to_another_time(prefect):
    flow = prefect.request("POST", "/flows/", {"name": "e2e-moved"})[1]["id"]
    state = {"type": "SCHEDULED", "state_details": {"scheduled_time": "2099-01-01T00:00:00Z"}}
    _, run = prefect.request("POST", "/flow_runs/", {"flow_id": flow, "state": state})
    for time, name in (("2098-02-03T04:05:06Z", "Scheduled"), ("2097-02-03T04:05:06Z", "Elsewhen")):
        status, answer = prefect.request("POST", f"/flow_runs/{run['id']}/set_state", {
            "state": {"type": "SCHEDULED", "name": name, "state_details": {"scheduled_time": time}}})
        assert (status, answer["status"]) == (201, "ACCEPT"), answer
        assert answer["state"]["state_details"]["scheduled_time"] == time
        shown = prefect.get(f"/flow_runs/{run['id']}")
        assert (shown["next_scheduled_start_time"], shown["state_name"]) == (time, name)
    status, answer = prefect.request("POST", f"/flow_runs/{run['id']}/set_state", {"state": {"type": "PENDING"}})
    assert answer["status"] != "ACCEPT", "it is not due"
    status, answer = prefect.request("POST", f"/flow_runs/{run['id']}/set_state", {"state": {"type": "SCHEDULED"}})
    assert answer["status"] == "ACCEPT" and answer["state"]["state_details"]["scheduled_time"] < "2097"
    status, answer = prefect.request("POST", f"/flow_runs/{run['id']}/set_state", {"state": {"type": "PENDING"}})
    assert answer["status"] == "ACCEPT", answer


def test_what_is_not_served_says_so(prefect):
    status, body = prefect.request("GET", "/flow_run_states/00000000-0000-4000-8000-000000000001")
    assert status == 501 and "by their run" in body["detail"]
    assert prefect.request("GET", "/nothing")[0] == 404
    assert prefect.request("GET", "/csrf-token?client=x") == (422, {"detail": "CSRF protection is disabled."})
    status, body = prefect.request("POST", "/flows/", {"nam": "x"})
    assert status == 422 and body["exception_message"] == "Invalid request received."


def test_the_api_can_be_off(new_server, tmp_path):
    server = new_server(options=("--prefect-api", "off")).start()
    assert Prefect(server.port, tmp_path).request("GET", "/health")[0] == 404
