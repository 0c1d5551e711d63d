"""A client of Prefect's that is more than a year older, not a byte changed: flows, `serve`, and a worker."""

from __future__ import annotations

import os
import signal
import subprocess

import pytest

from prefect_process import OLDER_PYTHON, Prefect, last_json, needs_older_prefect
from test_prefect_client import NESTED, SEQUENTIAL, runs
from test_prefect_work import DEPLOY, FLOWS, start_worker, wait_for_runs

pytestmark = needs_older_prefect


@pytest.fixture
def prefect(calm_server, tmp_path) -> Prefect:
    (tmp_path / "flows.py").write_text(FLOWS)
    return Prefect(calm_server.port, tmp_path, OLDER_PYTHON)


@pytest.fixture
def programs():
    """Programs that end with the test."""
    started: list[subprocess.Popen] = []
    yield started
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_it_is_older(prefect):
    assert "3.1." in prefect.command("version")


def test_tasks_one_after_the_other(prefect, calm_server):
    said = last_json(prefect.run(SEQUENTIAL))
    assert said["total"] == 3 + 6
    shown = prefect.get(f"/flow_runs/{said['run']}")
    assert shown["state"]["type"] == "COMPLETED" and shown["parameters"] == {"n": 3}
    tasks = runs(calm_server.port, f'parent_id = "{said["run"]}"')
    assert len(tasks) == 6 and {task["state"]["type"] for task in tasks} == {"STATE_TYPE_COMPLETED"}
    _, lines = prefect.request("POST", "/logs/filter", {"logs": {"flow_run_id": {"any_": [said["run"]]}}})
    assert "half way" in [line["message"] for line in lines]


def test_subflows(prefect):
    said = last_json(prefect.run(NESTED))
    assert (said["values"], said["below"]) == ([1, 2], "FAILED")
    assert prefect.get(f"/flow_runs/{said['run']}")["state"]["type"] == "COMPLETED"
    _, trackers = prefect.request(
        "POST", "/task_runs/filter", {"flow_runs": {"id": {"any_": [said["run"]]}}, "sort": "EXPECTED_START_TIME_ASC"})
    assert [run["state"]["type"] for run in trackers] == ["COMPLETED", "COMPLETED", "FAILED"]


def test_serve_runs_its_schedule(prefect, calm_server, programs, tmp_path):
    server = prefect.start_command(tmp_path / "serve.log", str(tmp_path / "flows.py"))
    programs.append(server)
    wait_for_runs(calm_server.port, 'definition = "e2e-served" AND state.type = COMPLETED', 2)
    deployment = prefect.get("/deployments/name/e2e-served/every-two-seconds")
    assert deployment["parameters"] == {"n": 5} and not deployment["paused"]
    os.killpg(server.pid, signal.SIGINT)
    server.wait(timeout=60)
    deployment = prefect.get("/deployments/name/e2e-served/every-two-seconds")
    assert deployment["paused"], (tmp_path / "serve.log").read_text()
    assert prefect.request("DELETE", f"/deployments/{deployment['id']}")[0] == 204


def test_a_worker_runs_what_is_deployed(prefect, calm_server, programs, tmp_path):
    assert "Created work pool" in prefect.command("work-pool", "create", "older-pool", "--type", "process")
    prefect.run(DEPLOY, str(tmp_path), "flows.py:deployed", "older", "older-pool")
    start_worker(prefect, programs, tmp_path, "older-pool", "older")
    prefect.command("deployment", "run", "e2e-deployed/older", "--param", "n=21")
    deployment = prefect.get("/deployments/name/e2e-deployed/older")["id"]
    [run] = wait_for_runs(calm_server.port, f'deployment_id = "{deployment}" AND state.type = COMPLETED', 1)
    shown = prefect.get(f"/flow_runs/{run['id']}")
    assert shown["parameters"] == {"n": 21}, (tmp_path / "older.log").read_text()
    states = [state["name"] for state in prefect.get(f"/flow_run_states/?flow_run_id={run['id']}")]
    assert states[0] == "Scheduled" and states[-2:] == ["Running", "Completed"] and "Pending" in states, states
