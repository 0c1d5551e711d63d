"""Prefect's own `serve`, worker and command line, not a byte changed, run deployments that Martlet schedules and hands out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import uuid
from pathlib import Path

import pytest

from martlet_process import BINARY, Connection
from prefect_process import Prefect, last_json, needs_prefect

pytestmark = needs_prefect

FLOWS = """
import os, time
from pathlib import Path
from prefect import flow, task
from prefect.runtime import flow_run

HERE = Path(__file__).parent

@task
def twice(n):
    return 2 * n

@flow(name="e2e-deployed", log_prints=True)
def deployed(n: int = 1):
    print("deployed with", n)
    with open(HERE / "executed.txt", "a") as file:
        file.write(f"{flow_run.get_id()}\\n")
    return twice(n)

@flow(name="e2e-stubborn", retries=2, retry_delay_seconds=0)
def stubborn():
    if flow_run.get_run_count() < 3:
        raise ValueError("not yet")

@flow(name="e2e-endless")
def endless():
    (HERE / "endless.pid").write_text(str(os.getpid()))
    time.sleep(600)

@flow(name="e2e-served", log_prints=True)
def served(n: int = 1):
    print("served with", n)

if __name__ == "__main__":
    served.serve(name="every-two-seconds", interval=2, parameters={"n": 5}, tags=["e2e"])
"""

DEPLOY = """
import sys
from prefect import flow
source, entrypoint, name, pool = sys.argv[1:]
flow.from_source(source=source, entrypoint=entrypoint).deploy(
    name=name, work_pool_name=pool, parameters={"n": 4} if "deployed" in entrypoint else {}, tags=["e2e"],
    print_next_steps=False)
"""

RUN = """
import json, sys
from prefect.deployments import run_deployment
run = run_deployment(sys.argv[1], parameters={"n": 21}, timeout=120, as_subflow=False)
print(json.dumps({"run": str(run.id), "state": run.state.type.value, "parameters": run.parameters}))
"""


@pytest.fixture
def prefect(calm_server, tmp_path) -> Prefect:
    (tmp_path / "flows.py").write_text(FLOWS)
    prefect = Prefect(calm_server.port, tmp_path / "home")
    prefect.environment |= {
        "PREFECT_RUNNER_POLL_FREQUENCY": "1", "PREFECT_WORKER_QUERY_SECONDS": "1",
        "PREFECT_WORKER_HEARTBEAT_SECONDS": "5",
    }
    return prefect


@pytest.fixture
def programs():
    """Programs that run beside the test; they are asked to end, and made to."""
    started: list[subprocess.Popen] = []
    yield started
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in started:
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for_runs(port: int, filter_: str, count: int, timeout: float = 120) -> list[dict]:
    """The runs of a filter, as soon as there are so many."""
    connection = Connection(port, timeout=60)
    end = time.monotonic() + timeout
    token = connection.call("RunService/ListRuns", {"filter": filter_, "pageSize": 1})["resumeToken"]
    while True:
        found = connection.call("RunService/ListRuns", {"filter": filter_, "pageSize": 1000}).get("runs", [])
        if len(found) >= count:
            return found
        assert time.monotonic() < end, f"{len(found)} of {count} runs: {filter_}"
        changed = connection.call(
            "RunService/ListRuns", {"filter": filter_, "wait": "10s", "resumeToken": token})
        token = changed.get("resumeToken", token)


def wait_until_online(prefect: Prefect, port: int, pool: str, count: int, timeout: float = 60) -> None:
    """Returns when so many workers of a pool are known."""
    connection = Connection(port, timeout=60)
    end = time.monotonic() + timeout
    # What the workers do leaves no run behind: the pool is asked, by calls that wait.
    token = connection.call("RunService/ListRuns", {"pageSize": 1})["resumeToken"]
    while True:
        _, workers = prefect.request("POST", f"/work_pools/{pool}/workers/filter", {})
        if sum(worker["status"] == "ONLINE" for worker in workers) >= count:
            return
        assert time.monotonic() < end, workers
        connection.call("RunService/ListRuns", {"wait": "0.5s", "resumeToken": token})


def test_serve_runs_its_schedule_and_stops(prefect, calm_server, programs, tmp_path):
    program = prefect.start_command(tmp_path / "serve.log", str(tmp_path / "flows.py"))
    programs.append(program)
    found = wait_for_runs(calm_server.port, 'definition = "e2e-served" AND state.type = COMPLETED', 3)
    # Each stands for a time of its own, and has run once.
    assert len({run["scheduleTime"] for run in found}) == len(found)
    assert all(run["attempt"] == 1 and "e2e" in run["tags"] for run in found)
    shown = prefect.get(f"/flow_runs/{found[0]['id']}")
    assert shown["auto_scheduled"] and shown["parameters"] == {"n": 5} and shown["state"]["type"] == "COMPLETED"
    deployment = prefect.get("/deployments/name/e2e-served/every-two-seconds")
    assert deployment["schedules"][0]["schedule"]["interval"] == 2.0
    assert deployment.get("work_pool_name") is None and not deployment["paused"]

    program.send_signal(signal.SIGTERM)
    program.wait(timeout=60)
    deployment = prefect.get("/deployments/name/e2e-served/every-two-seconds")
    assert deployment["paused"], (tmp_path / "serve.log").read_text()
    assert prefect.request("DELETE", f"/deployments/{deployment['id']}")[0] == 204


def start_worker(prefect: Prefect, programs: list, tmp_path: Path, pool: str, name: str) -> None:
    programs.append(
        prefect.start_command(
            tmp_path / f"{name}.log", "-m", "prefect", "worker", "start", "--pool", pool, "--type", "process",
            "--name", name))


def test_a_worker_runs_what_is_deployed(prefect, calm_server, programs, tmp_path):
    said = prefect.command("work-pool", "create", "e2e-pool", "--type", "process")
    assert "Created work pool" in said
    prefect.run(DEPLOY, str(tmp_path), "flows.py:deployed", "to-pool", "e2e-pool")
    deployment = prefect.get("/deployments/name/e2e-deployed/to-pool")
    assert deployment["entrypoint"] == "flows.py:deployed" and deployment["pull_steps"]
    assert deployment["work_pool_name"] == "e2e-pool" and deployment["work_queue_name"] == "default"

    start_worker(prefect, programs, tmp_path, "e2e-pool", "lone")
    said = last_json(prefect.run(RUN, "e2e-deployed/to-pool"))
    assert (said["state"], said["parameters"]) == ("COMPLETED", {"n": 21}), (tmp_path / "lone.log").read_text()
    run = prefect.get(f"/flow_runs/{said['run']}")
    assert run["work_pool_name"] == "e2e-pool" and run["deployment_id"] == deployment["id"] and run["infrastructure_pid"]
    states = prefect.get(f"/flow_run_states/?flow_run_id={said['run']}")
    names = [state["name"] for state in states]
    assert names[0] == "Scheduled" and names[-2:] == ["Running", "Completed"] and "Pending" in names, names

    said = prefect.command("deployment", "run", "e2e-deployed/to-pool", "--watch", "--param", "n=8")
    assert "deployed with 8" in said and "prefect.flow-run.Running" in said and "finished successfully" in said, said

    _, workers = prefect.request("POST", "/work_pools/e2e-pool/workers/filter", {})
    assert [(worker["name"], worker["status"]) for worker in workers] == [("lone", "ONLINE")]
    assert prefect.get("/work_pools/e2e-pool")["status"] == "READY"


SHELL = """
import os, subprocess
from prefect import flow, task

@task
def step():
    subprocess.run([os.environ["E2E_MARTLET"], "run", "--name", "in-task", "--", "true"], check=True)

@flow(name="e2e-shell")
def shell():
    martlet = [os.environ["E2E_MARTLET"], "run"]
    subprocess.run([*martlet, "--name", "outer", "--", *martlet, "--name", "inner", "--", "echo", "hello"], check=True)
    step()
"""


def test_a_command_in_a_deployed_flow_is_below_it(prefect, calm_server, programs, tmp_path):
    (tmp_path / "shell.py").write_text(SHELL)
    prefect.environment = {
        **{name: value for name, value in prefect.environment.items() if not name.startswith("MARTLET_")},
        "MARTLET_API_URL": calm_server.url, "MARTLET_HOME": str(tmp_path / "martlet"), "E2E_MARTLET": str(BINARY)}
    prefect.command("work-pool", "create", "e2e-shell", "--type", "process")
    prefect.run(DEPLOY, str(tmp_path), "shell.py:shell", "one", "e2e-shell")
    start_worker(prefect, programs, tmp_path, "e2e-shell", "lone")
    deployment = prefect.get("/deployments/name/e2e-shell/one")["id"]
    run = prefect.request("POST", f"/deployments/{deployment}/create_flow_run", {})[1]["id"]
    found = wait_for_runs(calm_server.port, f'root_id = "{run}" AND state.type = COMPLETED', 5)
    parents = {one["definition"]: one.get("parentId") for one in found}
    ids = {one["definition"]: one["id"] for one in found}
    # What a task starts knows the flow run alone: Prefect names no task in the environment.
    assert [parents[name] for name in ("outer", "inner", "in-task")] == [run, ids["outer"], run], parents
    graph = Connection(calm_server.port).call("RunService/GetRunGraph", {"runId": run})
    assert {node["id"] for node in graph["nodes"]} == set(ids.values())
    shown = dict(prefect.get(f"/flow_runs/{run}/graph-v2")["nodes"])
    assert {ids["outer"], ids["in-task"]} <= shown.keys()


def test_a_deployed_flow_is_tried_again(prefect, calm_server, programs, tmp_path):
    prefect.command("work-pool", "create", "e2e-retries", "--type", "process")
    prefect.run(DEPLOY, str(tmp_path), "flows.py:stubborn", "again", "e2e-retries")
    start_worker(prefect, programs, tmp_path, "e2e-retries", "patient")
    deployment = prefect.get("/deployments/name/e2e-stubborn/again")["id"]
    _, run = prefect.request("POST", f"/deployments/{deployment}/create_flow_run", {})
    wait_for_runs(calm_server.port, f'id = "{run["id"]}" AND state.type = COMPLETED', 1)
    run = prefect.get(f"/flow_runs/{run['id']}")
    assert run["run_count"] == 3 and run["empirical_policy"]["retries"] == 2


def test_what_prefect_did_not_make_is_in_its_lists(prefect, calm_server):
    connection = calm_server.connect()
    flow = f"e2e-{uuid.uuid4()}"
    spec = {"command": {"arguments": ["true"]}}
    connection.call("DeploymentService/CreateDeployment", {"deployment": {"flow": flow, "name": "ours", "spec": spec}})
    known = connection.call("FlowService/GetFlow", {"ref": flow})["flow"]["id"]
    wanted = {"deployments": {"name": {"any_": ["ours"]}}, "flows": {"name": {"any_": [flow]}}}
    assert [one["flow_id"] for one in prefect.request("POST", "/deployments/filter", wanted)[1]] == [known]
    # Its deployments go with it; its runs stay, and so the lists go on.
    run = connection.call("RunService/CreateRun", {"run": {"definition": flow}})["run"]["id"]
    assert prefect.request("DELETE", f"/flows/{known}", None)[0] == 204
    assert prefect.request("POST", "/deployments/filter", wanted)[1] == []
    _, runs = prefect.request("POST", "/flow_runs/filter", {"flow_runs": {"id": {"any_": [run]}}})
    assert [one["id"] for one in runs] == [run] and runs[0]["flow_id"] != known


def test_several_workers_run_each_run_once(prefect, calm_server, programs, tmp_path):
    prefect.command("work-pool", "create", "e2e-shared", "--type", "process")
    prefect.run(DEPLOY, str(tmp_path), "flows.py:deployed", "shared", "e2e-shared")
    deployment = prefect.get("/deployments/name/e2e-deployed/shared")["id"]
    for name in ("one", "two"):
        start_worker(prefect, programs, tmp_path, "e2e-shared", name)
    wait_until_online(prefect, calm_server.port, "e2e-shared", 2)
    status, made = prefect.request(
        "POST", f"/deployments/{deployment}/create_flow_run/bulk", [{"parameters": {"n": n}} for n in range(6)])
    assert status == 200 and [result["status"] for result in made["results"]] == ["CREATED"] * 6
    wait_for_runs(calm_server.port, f'deployment_id = "{deployment}" AND state.type = COMPLETED', 6)
    executed = (tmp_path / "executed.txt").read_text().split()
    assert sorted(executed) == sorted(result["flow_run_id"] for result in made["results"])


def test_a_claim_is_for_one(prefect, calm_server):
    assert prefect.request("POST", "/work_pools/", {"name": "e2e-claims", "type": "process"})[0] == 201
    _, flow = prefect.request("POST", "/flows/", {"name": "e2e-claimed"})
    status, deployment = prefect.request(
        "POST", "/deployments/", {"name": "d", "flow_id": flow["id"], "work_pool_name": "e2e-claims"})
    assert status == 201
    _, run = prefect.request("POST", f"/deployments/{deployment['id']}/create_flow_run", {"idempotency_key": "k"})
    again = prefect.request("POST", f"/deployments/{deployment['id']}/create_flow_run", {"idempotency_key": "k"})
    assert again[0] == 200 and again[1]["id"] == run["id"]
    _, ready = prefect.request("POST", "/work_pools/e2e-claims/get_scheduled_flow_runs", {})
    assert [one["flow_run"]["id"] for one in ready] == [run["id"]]
    path = f"/flow_runs/{run['id']}/set_state"
    answers = [prefect.request("POST", path, {"state": {"type": "PENDING"}})[1]["status"] for _ in range(2)]
    assert answers == ["ACCEPT", "ABORT"]
    submitting = {"state": {"type": "PENDING", "name": "Submitting"}}
    assert prefect.request("POST", path, submitting)[1]["status"] == "ACCEPT"
    # A late claim finds it submitted, and is turned away as well.
    assert prefect.request("POST", path, {"state": {"type": "PENDING"}})[1]["status"] == "ABORT"
    assert prefect.request("POST", "/work_pools/e2e-claims/get_scheduled_flow_runs", {}) == (200, [])
    assert prefect.request("POST", path, {"state": {"type": "RUNNING"}})[1]["status"] == "ACCEPT"
    assert prefect.request("POST", path, {"state": {"type": "COMPLETED"}})[1]["status"] == "ACCEPT"


def test_what_has_not_begun_is_cancelled_by_force_too(prefect):
    _, flow = prefect.request("POST", "/flows/", {"name": "e2e-cancelled"})
    _, deployment = prefect.request("POST", "/deployments/", {"name": "d", "flow_id": flow["id"]})
    for force in (False, True):
        _, run = prefect.request("POST", f"/deployments/{deployment['id']}/create_flow_run", {})
        _, answer = prefect.request(
            "POST", f"/flow_runs/{run['id']}/set_state", {"state": {"type": "CANCELLING"}, "force": force})
        assert (answer["status"], answer["state"]["type"]) == ("REJECT", "CANCELLED"), answer
        assert prefect.get(f"/flow_runs/{run['id']}")["state"]["type"] == "CANCELLED"


def test_limits_hold_for_what_is_found(prefect):
    assert prefect.request("POST", "/work_pools/", {"name": "e2e-narrow", "type": "process"})[0] == 201
    _, flow = prefect.request("POST", "/flows/", {"name": "e2e-limited"})
    body = {
        "name": "d", "flow_id": flow["id"], "work_pool_name": "e2e-narrow", "concurrency_limit": 1,
        "concurrency_options": {"collision_strategy": "CANCEL_NEW"},
    }
    _, deployment = prefect.request("POST", "/deployments/", body)
    made = [
        prefect.request("POST", f"/deployments/{deployment['id']}/create_flow_run", {})[1]["id"] for _ in range(3)]
    _, ready = prefect.request("POST", "/work_pools/e2e-narrow/get_scheduled_flow_runs", {})
    assert len(ready) == 1
    run = ready[0]["flow_run"]["id"]
    assert prefect.request("POST", f"/flow_runs/{run}/set_state", {"state": {"type": "PENDING"}})[1]["status"] == "ACCEPT"
    assert prefect.request("POST", "/work_pools/e2e-narrow/get_scheduled_flow_runs", {}) == (200, [])
    others = [prefect.get(f"/flow_runs/{id}")["state"]["type"] for id in made if id != run]
    assert others == ["CANCELLED", "CANCELLED"]


def test_cancelling_stops_the_process(prefect, calm_server, programs, tmp_path):
    prefect.command("work-pool", "create", "e2e-cancel", "--type", "process")
    prefect.run(DEPLOY, str(tmp_path), "flows.py:endless", "endless", "e2e-cancel")
    start_worker(prefect, programs, tmp_path, "e2e-cancel", "canceller")
    deployment = prefect.get("/deployments/name/e2e-endless/endless")["id"]
    _, run = prefect.request("POST", f"/deployments/{deployment}/create_flow_run", {})
    wait_for_runs(calm_server.port, f'id = "{run["id"]}" AND state.type = RUNNING', 1)
    prefect.command("flow-run", "cancel", run["id"])
    wait_for_runs(calm_server.port, f'id = "{run["id"]}" AND state.type = CANCELLED', 1)
    path = tmp_path / "endless.pid"
    if path.exists():
        with pytest.raises(ProcessLookupError):
            os.kill(int(path.read_text()), 0)
    states = [state["name"] for state in prefect.get(f"/flow_run_states/?flow_run_id={run['id']}")]
    assert states[-2:] == ["Cancelling", "Cancelled"], (states, (tmp_path / "canceller.log").read_text())


def test_the_command_line(prefect, tmp_path):
    prefect.command("work-pool", "create", "e2e-cli", "--type", "process", "--paused")
    assert "e2e-cli" in prefect.command("work-pool", "ls")
    assert "base_job_template" in prefect.command("work-pool", "inspect", "e2e-cli")
    prefect.command("work-pool", "resume", "e2e-cli")
    prefect.command("work-pool", "set-concurrency-limit", "e2e-cli", "3")
    assert prefect.get("/work_pools/e2e-cli")["concurrency_limit"] == 3
    prefect.command("work-pool", "clear-concurrency-limit", "e2e-cli")
    prefect.command("work-queue", "create", "urgent", "--pool", "e2e-cli", "--priority", "1")
    assert "urgent" in prefect.command("work-queue", "ls", "--pool", "e2e-cli")

    prefect.run(DEPLOY, str(tmp_path), "flows.py:deployed", "by-hand", "e2e-cli")
    name = "e2e-deployed/by-hand"
    assert "by-hand" in prefect.command("deployment", "ls")
    shown = json.loads(prefect.command("deployment", "inspect", name, "-o", "json"))
    assert shown["parameters"] == {"n": 4} and shown["tags"] == ["e2e"]
    prefect.command("deployment", "schedule", "create", name, "--cron", "0 3 * * *", "--timezone", "Europe/Berlin")
    schedules = prefect.get("/deployments/name/" + name)["schedules"]
    assert [schedule["schedule"]["cron"] for schedule in schedules] == ["0 3 * * *"]
    assert schedules[0]["schedule"]["timezone"] == "Europe/Berlin" and schedules[0]["active"]
    prefect.command("deployment", "schedule", "pause", name, schedules[0]["id"])
    assert not prefect.get("/deployments/name/" + name)["schedules"][0]["active"]
    prefect.command("deployment", "schedule", "resume", name, schedules[0]["id"])
    assert "0 3 * * *" in prefect.command("deployment", "schedule", "ls", name)
    prefect.command("deployment", "schedule", "clear", name, "--accept-yes")
    assert prefect.get("/deployments/name/" + name)["schedules"] == []

    assert prefect.request("POST", "/deployments/count", {"deployments": {"tags": {"all_": ["e2e"]}}})[1] >= 1
    _, page = prefect.request("POST", "/deployments/paginate", {"deployments": {"name": {"like_": "BY-HAND"}}})
    assert (page["count"], page["pages"], [one["name"] for one in page["results"]]) == (1, 1, ["by-hand"])
    assert prefect.request("POST", "/deployments/filter", {"deployments": {"nothing": {"any_": []}}})[0] == 501
    prefect.command("deployment", "delete", name)
    assert prefect.request("GET", "/deployments/name/" + name)[0] == 404
    prefect.command("--no-prompt", "work-pool", "delete", "e2e-cli")
    assert prefect.request("GET", "/work_pools/e2e-cli")[0] == 404


def test_events_for_subscribers(prefect):
    """What happened before the subscription and what happens after it, each once."""
    script = """
import asyncio, json, sys
from prefect.client.orchestration import get_client
from prefect.events.clients import get_events_subscriber
from prefect.events.filters import EventFilter, EventNameFilter, EventResourceFilter
from prefect.states import Completed, Running
from prefect import flow

@flow(name="e2e-watched")
def watched(): pass

async def main():
    async with get_client() as client:
        run = await client.create_flow_run(watched)
        await client.set_flow_run_state(run.id, Running())
        filter = EventFilter(
            event=EventNameFilter(prefix=["prefect.flow-run."]),
            resource=EventResourceFilter(id=[f"prefect.flow-run.{run.id}"]))
        names = []
        async with get_events_subscriber(filter=filter) as events:
            async for event in events:
                names.append(event.event)
                if event.event.endswith(".Running"):
                    await client.set_flow_run_state(run.id, Completed())
                if event.event.endswith(".Completed"):
                    break
        print(json.dumps({"names": names}))

asyncio.run(main())
"""
    names = last_json(prefect.run(script))["names"]
    assert names[-2:] == ["prefect.flow-run.Running", "prefect.flow-run.Completed"] and len(set(names)) == len(names)
