"""What dies beside Prefect's own worker and flows is made good: the server, a worker that had claimed a run; limits hold, a tree is one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
import uuid

import pytest

from martlet_process import BINARY, Connection
from prefect_process import Prefect, last_json, needs_prefect
from test_prefect_work import DEPLOY, wait_for_runs, wait_until_online

pytestmark = needs_prefect

# Says that it runs, and ends when it may.
FLOWS = """
import time
from pathlib import Path
from prefect import flow, task
from prefect.runtime import flow_run

HERE = Path(__file__).parent

@task
def wait():
    while not (HERE / "gate").exists():
        time.sleep(0.05)

@flow(name="e2e-gated")
def gated():
    with open(HERE / "executed.txt", "a") as file:
        file.write(f"{flow_run.get_id()}\\n")
    wait()
"""


@pytest.fixture
def crowd(tmp_path):
    """Starts Prefect's workers; those that still run are ended with all that they started."""
    started: list[subprocess.Popen] = []

    def start(prefect: Prefect, pool: str, name: str) -> subprocess.Popen:
        started.append(
            prefect.start_command(
                tmp_path / f"{name}.log", "-m", "prefect", "worker", "start", "--pool", pool, "--type", "process",
                "--name", name))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def client_of(server, tmp_path) -> Prefect:
    (tmp_path / "flows.py").write_text(FLOWS)
    prefect = Prefect(server.port, tmp_path / "home")
    prefect.environment |= {"PREFECT_WORKER_QUERY_SECONDS": "1", "PREFECT_WORKER_HEARTBEAT_SECONDS": "2"}
    return prefect


def deploy(prefect: Prefect, tmp_path, pool: str) -> str:
    """A deployment of the gated flow, in a pool of its own."""
    prefect.command("work-pool", "create", pool, "--type", "process")
    prefect.run(DEPLOY, str(tmp_path), "flows.py:gated", "d", pool)
    return prefect.get("/deployments/name/e2e-gated/d")["id"]


def create(prefect: Prefect, deployment: str) -> str:
    status, run = prefect.request("POST", f"/deployments/{deployment}/create_flow_run", {})
    assert status in (200, 201), run
    return run["id"]


def propose(prefect: Prefect, run: str, state: dict, **more: object) -> str:
    status, answer = prefect.request("POST", f"/flow_runs/{run}/set_state", {"state": state, **more})
    assert status in (200, 201), answer
    return answer["status"]


@pytest.mark.parametrize("moment", ["PENDING", "RUNNING"])
def test_a_workers_run_through_a_killed_server(new_server, crowd, tmp_path, moment):
    """kill -9 of the server while a worker starts a run, and while it runs: it is executed once, and ends."""
    server = new_server(options=("--prefect-api", "on")).start()
    prefect = client_of(server, tmp_path)
    deployment = deploy(prefect, tmp_path, "e2e-killed")
    crowd(prefect, "e2e-killed", "lone")
    wait_until_online(prefect, server.port, "e2e-killed", 1)
    run = create(prefect, deployment)
    wait_for_runs(server.port, f'id = "{run}" AND state.type = {moment}', 1)
    server.kill()
    server.start()
    (tmp_path / "gate").touch()
    wait_for_runs(server.port, f'id = "{run}" AND state.type = COMPLETED', 1)
    log = (tmp_path / "lone.log").read_text()
    assert (tmp_path / "executed.txt").read_text().split() == [run], log
    shown = prefect.get(f"/flow_runs/{run}")
    assert shown["run_count"] == 1, log
    names = [state["name"] for state in prefect.get(f"/flow_run_states/?flow_run_id={run}")]
    assert names.count("Running") == names.count("Completed") == 1, names
    # Its task is told of by events, which may come after its end.
    wait_for_runs(server.port, f'parent_id = "{run}" AND state.type = COMPLETED', 1)
    tasks = prefect.request("POST", "/task_runs/filter", {"flow_runs": {"id": {"any_": [run]}}})[1]
    assert [task["state"]["type"] for task in tasks] == ["COMPLETED"]


def test_a_run_whose_worker_died_before_it_ran_is_run_by_another(calm_server, crowd, tmp_path):
    """A worker that dies with a claim leaves it PENDING, as with Prefect; the automation that Prefect's users have for that
    brings it back, its slot with it, and another worker runs it once."""
    prefect = client_of(calm_server, tmp_path)
    (tmp_path / "gate").touch()
    deployment = deploy(prefect, tmp_path, "e2e-died")
    assert prefect.request("PATCH", f"/deployments/{deployment}", {"concurrency_limit": 1})[0] == 204
    # Instead of the flow, what never begins it.
    assert prefect.request(
        "PATCH", f"/deployments/{deployment}", {"job_variables": {"command": "sleep 600"}})[0] == 204
    first = crowd(prefect, "e2e-died", "first")
    status, automation = prefect.request("POST", "/automations/", {
        "name": f"e2e-pending-{uuid.uuid4()}", "enabled": True,
        "trigger": {
            "type": "event", "posture": "Proactive", "threshold": 1, "within": 10, "for_each": ["prefect.resource.id"],
            "match": {"prefect.resource.id": "prefect.flow-run.*"},
            "match_related": {
                "prefect.resource.role": "deployment", "prefect.resource.id": f"prefect.deployment.{deployment}"},
            "after": ["prefect.flow-run.Pending"],
            "expect": ["prefect.flow-run.Running", "prefect.flow-run.Crashed", "prefect.flow-run.Completed"]},
        "actions": [{"type": "change-flow-run-state", "state": "SCHEDULED", "name": "Again", "force": True}]})
    assert status == 201, automation
    try:
        run, next_run = create(prefect, deployment), create(prefect, deployment)
        wait_for_runs(calm_server.port, f'deployment_id = "{deployment}" AND state.type = PENDING', 1)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
        assert prefect.request("PATCH", f"/deployments/{deployment}", {"job_variables": {}})[0] == 204
        crowd(prefect, "e2e-died", "second")
        wait_for_runs(calm_server.port, f'deployment_id = "{deployment}" AND state.type = COMPLETED', 2)
    finally:
        prefect.request("DELETE", f"/automations/{automation['id']}")
    executed = (tmp_path / "executed.txt").read_text().split()
    assert sorted(executed) == sorted([run, next_run]), (tmp_path / "second.log").read_text()


def most_at_once(server, run_filter: str, stop: threading.Event, seen: list[int]) -> None:
    """Keeps how many runs of a filter were there at once."""
    connection = Connection(server.port)
    while not stop.is_set():
        seen.append(int(connection.call("RunService/CountRuns", {"filter": run_filter}).get("total", 0)))


@pytest.mark.parametrize("limited", ["pool", "queue", "deployment"])
def test_workers_that_ask_at_once_do_not_exceed_a_limit(calm_server, tmp_path, limited):
    """Eight ask for work and claim all that they find, again and again: the limit holds at every moment, all is run."""
    limit, count = 2, 24
    prefect = client_of(calm_server, tmp_path)
    pool, path = f"e2e-at-once-{limited}", f"/work_pools/e2e-at-once-{limited}"
    assert prefect.request("POST", "/work_pools/", {"name": pool, "type": "process"})[0] == 201
    if limited == "pool":
        assert prefect.request("PATCH", path, {"concurrency_limit": limit})[0] == 204
    if limited == "queue":
        assert prefect.request("PATCH", f"{path}/queues/default", {"concurrency_limit": limit})[0] == 204
    flow = prefect.request("POST", "/flows/", {"name": "e2e-at-once"})[1]["id"]
    status, deployment = prefect.request("POST", "/deployments/", {
        "name": limited, "flow_id": flow, "work_pool_name": pool,
        **({"concurrency_limit": limit} if limited == "deployment" else {})})
    assert status == 201, deployment
    runs = {create(prefect, deployment["id"]) for _ in range(count)}
    under_way = f'deployment_id = "{deployment["id"]}" AND (state.type = PENDING OR state.type = RUNNING)'

    done: list[str] = []
    faults: list[BaseException] = []
    end = time.monotonic() + 120

    def work() -> None:
        try:
            while len(done) < count:
                assert time.monotonic() < end, f"{len(done)} of {count} were run"
                _, found = prefect.request("POST", f"{path}/get_scheduled_flow_runs", {})
                # All claim what they found before anyone lets go of anything.
                ready = [one["flow_run"]["id"] for one in found]
                claimed = [run for run in ready if propose(prefect, run, {"type": "PENDING"}) == "ACCEPT"]
                for run in claimed:
                    assert propose(prefect, run, {"type": "RUNNING"}) == "ACCEPT"
                for run in claimed:
                    assert propose(prefect, run, {"type": "COMPLETED"}) == "ACCEPT"
                    done.append(run)
        except BaseException as fault:
            faults.append(fault)

    stop, seen = threading.Event(), []
    watcher = threading.Thread(target=most_at_once, args=(calm_server, under_way, stop, seen))
    workers = [threading.Thread(target=work) for _ in range(8)]
    for thread in [watcher, *workers]:
        thread.start()
    for thread in workers:
        thread.join()
    stop.set()
    watcher.join()
    assert not faults, faults
    assert sorted(done) == sorted(runs)
    history = sorted(
        moment
        for run in runs
        for moment in moments(prefect.get(f"/flow_run_states/?flow_run_id={run}")))
    held = most = 0
    for _, change in history:
        held += change
        most = max(most, held)
    assert max(seen) <= limit and most <= limit, (max(seen), most)


def moments(states: list[dict]) -> list[tuple[str, int]]:
    """When a run was claimed and when it ended: one more under way, one less."""
    taken = next(state["timestamp"] for state in states if state["type"] == "PENDING")
    left = next(state["timestamp"] for state in states if state["type"] == "COMPLETED")
    return [(taken, 1), (left, -1)]


COMMAND = """
import json, os, subprocess, sys
from prefect import flow, task
from prefect.runtime import flow_run

@task
def prepare():
    return 1

@flow(name="e2e-with-command")
def with_command():
    prepare()
    environment = {**os.environ, "MARTLET_RUN_ID": str(flow_run.get_id())}
    martlet = [sys.argv[1], "run"]
    subprocess.run(
        [*martlet, "--name", "outer", "--", *martlet, "--name", "inner", "--", "echo", "hello"],
        env=environment, check=True)
    return json.dumps({"run": str(flow_run.get_id())})

print(with_command())
"""


def test_a_flow_and_its_commands_are_one_tree(calm_server, tmp_path):
    prefect = client_of(calm_server, tmp_path)
    prefect.environment |= {"MARTLET_API_URL": calm_server.url, "MARTLET_HOME": str(tmp_path / "martlet")}
    run = last_json(prefect.run(COMMAND, str(BINARY)))["run"]
    # The task is told of by events, which come a little later.
    wait_for_runs(calm_server.port, f'root_id = "{run}" AND state.type = COMPLETED', 4)
    graph = Connection(calm_server.port).call("RunService/GetRunGraph", {"runId": run})
    nodes = {node["definition"].split("-")[0]: node for node in graph["nodes"]}
    assert len(graph["nodes"]) == 4 and nodes.keys() >= {"outer", "inner"}, json.dumps(graph)
    assert {node["stateType"] for node in graph["nodes"]} == {"STATE_TYPE_COMPLETED"}
    children = {(edge["fromId"], edge["toId"]) for edge in graph["edges"] if edge["kind"] == "KIND_CHILD"}
    task = next(node["id"] for node in graph["nodes"] if node["id"] not in (run, nodes["outer"]["id"], nodes["inner"]["id"]))
    assert children == {
        (run, task), (run, nodes["outer"]["id"]), (nodes["outer"]["id"], nodes["inner"]["id"])}
    # Prefect's own graph shows the command below its flow run.
    shown = dict(prefect.get(f"/flow_runs/{run}/graph-v2")["nodes"])
    assert nodes["outer"]["id"] in shown
