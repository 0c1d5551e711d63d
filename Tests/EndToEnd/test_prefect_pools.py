"""Flows that Prefect's client gives to a work pool by themselves, without a deployment: the code goes as a bundle, and Prefect's
worker, or the client itself, starts it."""

from __future__ import annotations

import json
import os
import signal
import subprocess

import pytest

from martlet_process import Connection
from prefect_process import Prefect, last_json, needs_prefect

pytestmark = needs_prefect

# What keeps bundles, and what runs them: in place of an object store, a directory.
KEEP = """
import pathlib, shutil, sys
named = dict(zip(sys.argv[1::2], sys.argv[2::2]))
shutil.copy(sys.argv[-1], pathlib.Path(named["--dir"]) / named["--key"])
"""
EXECUTE = """
import pathlib, sys
from prefect.bundles.execute import execute_bundle_from_file
if __name__ == "__main__":
    named = dict(zip(sys.argv[1::2], sys.argv[2::2]))
    execute_bundle_from_file(str(pathlib.Path(named["--dir"]) / named["--key"]))
"""

GIVE = """
import json, sys
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.flows import bind_flow_to_infrastructure
from prefect.workers.process import ProcessWorker

@flow(name="e2e-given", persist_result=True)
def given(n: int):
    return n * 2

bound = bind_flow_to_infrastructure(given, sys.argv[1], ProcessWorker, {"env": {"E2E_WORD": "hi"}})
future = getattr(bound, sys.argv[2])(n=21)
future.wait(timeout=120)
with get_client(sync_client=True) as client:
    run = client.read_flow_run(future.flow_run_id)
print(json.dumps({
    "run": str(run.id), "state": run.state.type.value, "pool": run.work_pool_name, "queue": run.work_queue_name,
    "deployment": run.deployment_id and str(run.deployment_id), "parameters": run.parameters,
    "variables": run.job_variables, "count": run.run_count}))
"""


@pytest.fixture
def prefect(calm_server, tmp_path) -> Prefect:
    (tmp_path / "keep_bundle.py").write_text(KEEP)
    (tmp_path / "execute_bundle.py").write_text(EXECUTE)
    # Prefect asks uv what is installed, which is there already where its bundles are executed here.
    uv = tmp_path / "uv"
    uv.write_text("#!/bin/sh\n")
    uv.chmod(0o755)
    prefect = Prefect(calm_server.port, tmp_path / "home")
    prefect.environment |= {
        "PYTHONPATH": str(tmp_path), "PATH": f"{tmp_path}:{os.environ['PATH']}", "PREFECT_WORKER_QUERY_SECONDS": "1", "PREFECT_WORKER_HEARTBEAT_SECONDS": "5"}
    return prefect


@pytest.fixture
def pool(prefect, tmp_path) -> str:
    name = f"e2e-given-{os.getpid()}-{tmp_path.name}"
    prefect.command("work-pool", "create", name, "--type", "process")
    step = {"launcher": [str(prefect.python)], "dir": str(tmp_path)}
    status, body = prefect.request("PATCH", f"/work_pools/{name}", {"storage_configuration": {
        "bundle_upload_step": {"keep_bundle": step}, "bundle_execution_step": {"execute_bundle": step}}})
    assert status == 204, body
    return name


@pytest.fixture
def worker(prefect, pool, tmp_path):
    process = prefect.start_command(
        tmp_path / "worker.log", "-m", "prefect", "worker", "start", "--pool", pool, "--type", "process")
    yield process
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def check(told: dict, pool: str) -> None:
    assert (told["state"], told["pool"], told["queue"], told["deployment"]) == ("COMPLETED", pool, "default", None)
    assert (told["parameters"], told["count"]) == ({"n": 21}, 1)
    assert told["variables"]["env"] == {"E2E_WORD": "hi"}


def test_a_worker_runs_what_the_pool_is_given(prefect, pool, worker):
    told = last_json(prefect.run(GIVE, pool, "submit_to_work_pool"))
    check(told, pool)
    assert "execute_bundle" in told["variables"]["command"]
    # It was its client's before the bundle was there, and a worker's after that.
    names = [state["name"] for state in prefect.get(f"/flow_run_states/?flow_run_id={told['run']}")]
    assert names[-1] == "Completed" and names.count("Running") == 1
    at = names.index("Pending")
    assert "Scheduled" in names[at:] and "Pending" in names[at + 1 :]
    # No deployment is seen of it.
    for path in ("/deployments/filter", "/deployments/paginate"):
        status, found = prefect.request("POST", path, {"flows": {"name": {"any_": ["e2e-given"]}}})
        assert status == 200 and not (found if isinstance(found, list) else found["results"])
    only = {"flow_runs": {"deployment_id": {"is_null_": True}, "id": {"any_": [told["run"]]}}}
    assert prefect.request("POST", "/flow_runs/count", only) == (200, 1)


def test_the_client_runs_what_it_is_given_itself(prefect, pool):
    check(last_json(prefect.run(GIVE, pool, "submit")), pool)


def test_a_scheduled_run_waits_in_the_pool_at_once(prefect, pool, calm_server):
    _, flow = prefect.request("POST", "/flows/", {"name": "e2e-given-plainly"})
    body = {
        "flow_id": flow["id"], "state": {"type": "SCHEDULED"}, "work_pool_name": pool, "work_queue_name": "fast",
        "job_variables": {"command": "true"}, "idempotency_key": "one"}
    status, made = prefect.request("POST", "/flow_runs/", body)
    assert (status, made["work_queue_name"], made["deployment_id"]) == (201, "fast", None)
    status, again = prefect.request("POST", "/flow_runs/", body)
    assert (status, again["id"]) == (200, made["id"])
    held = {**body, "state": {"type": "PENDING"}, "idempotency_key": "two"}
    status, taken = prefect.request("POST", "/flow_runs/", held)
    assert (status, taken["state"]["type"]) == (201, "PENDING")
    status, found = prefect.request("POST", f"/work_pools/{pool}/get_scheduled_flow_runs", {"limit": 10})
    assert [one["flow_run"]["id"] for one in found] == [made["id"]], json.dumps(found)
    assert found[0]["flow_run"]["job_variables"] == {"command": "true"}
    # One whose client has not had it yet, and is earlier than all others, is nobody's, and is in nobody's way.
    Connection(calm_server.port).call("RunService/CreateRun", {
        "deployment": f"e2e-given-plainly/given to {pool}", "queue": "fast", "run": {
            "labels": {"prefect.held": "true"},
            "state": {"type": "STATE_TYPE_SCHEDULED", "scheduled": {"dueTime": "2026-01-01T00:00:00Z"}}}})
    for limit in (1, 10):
        status, found = prefect.request("POST", f"/work_pools/{pool}/get_scheduled_flow_runs", {"limit": limit})
        assert [one["flow_run"]["id"] for one in found] == [made["id"]], json.dumps(found)
    long = "x" * 200
    assert prefect.request("POST", "/work_pools/", {"name": long, "type": "process"})[0] == 201
    status, made = prefect.request("POST", "/flow_runs/", {**body, "work_pool_name": long, "idempotency_key": "long"})
    assert (status, made["work_pool_name"]) == (201, long)
    status, said = prefect.request("POST", "/flow_runs/", {**body, "work_pool_name": "none", "idempotency_key": "three"})
    assert status == 404 and "none" in json.dumps(said)
