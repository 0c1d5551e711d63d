"""Work pools from the command line, and a worker that polls by JSON: from a trigger to an offer, and back."""

from __future__ import annotations

import json
import subprocess
import uuid

import pytest

from martlet_process import BINARY, CallError


@pytest.fixture
def pool() -> str:
    return f"pool-{uuid.uuid4()}"


@pytest.fixture
def cli(calm_server):
    def run(*words: str, code: int = 0) -> str:
        done = subprocess.run(
            [BINARY, *words, "--server", calm_server.url], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == code, done.stderr
        return done.stdout if code == 0 else done.stderr

    return run


@pytest.fixture
def call(calm_server):
    connection = calm_server.connect()
    yield lambda method, **body: connection.call(method, body)
    connection.close()


def test_pools_and_queues(cli, pool):
    made = cli("work-pool", "create", pool, "--type", "process", "--concurrency-limit", "5")
    assert made.startswith(f"Created work pool '{pool}'!\n")
    assert "--overwrite" in cli("work-pool", "create", pool, "--type", "process", "--concurrency-limit", "5", code=1)
    assert "--overwrite" in cli("work-pool", "create", "--type", "docker", pool, code=1)
    assert "reserved" in cli("work-pool", "create", "Prefect-x", "--type", "process", code=1)
    listed = cli("work-pool", "ls")
    assert "default-agent-pool" in listed and pool in listed
    cli("work-pool", "pause", pool)
    listed = cli("work-pool", "ls")
    assert f"{pool} (**)" in listed and "(**) denotes a paused pool" in listed
    assert json.loads(cli("work-pool", "get", pool, "-o", "json"))["pool"]["state"] == "POOL_STATE_PAUSED"
    assert json.loads(cli("work-pool", "pause", pool, "-o", "json"))["pool"]["paused"]
    assert cli("work-pool", "resume", pool, "-o", "name") == f"{pool}\n"
    cli("work-pool", "update", pool, "--concurrency-limit", "-1", "--description", "for tests")
    shown = json.loads(cli("work-pool", "get", pool, "-o", "json"))["pool"]
    assert "concurrencyLimit" not in shown and shown["description"] == "for tests"
    assert shown["state"] == "POOL_STATE_NOT_READY"

    assert "priority 2" in cli("work-pool", "queue", "create", "urgent", "--pool", pool, "-l", "3")
    cli("work-pool", "queue", "update", "urgent", "--pool", pool, "--priority", "1")
    cli("work-pool", "queue", "pause", "urgent", "--pool", pool)
    assert "urgent (**)" in cli("work-pool", "queue", "ls", "--pool", pool)
    resumed = json.loads(cli("work-pool", "queue", "resume", "urgent", "--pool", pool, "-o", "json"))
    assert resumed["queue"]["name"] == "urgent"
    assert cli("work-pool", "queue", "ls", "--pool", pool, "-o", "name") == "default\nurgent\n"
    everywhere = [line.split()[:3] for line in cli("work-queue", "ls").splitlines()]
    assert [pool, "2", "urgent"] not in everywhere and [pool, "1", "urgent"] in everywhere
    assert ["default-agent-pool", "1", "default"] in everywhere
    assert "urgent" in cli("work-pool", "slots", pool)
    cli("work-pool", "queue", "update", "urgent", "--pool", pool, "--new-name", "at-once")
    cli("work-pool", "queue", "update", "urgent", "--pool", pool, "--new-name", "at-once", code=3)
    cli("work-pool", "queue", "update", "at-once", "--pool", pool, "--new-name", "urgent")
    cli("work-pool", "queue", "update", "default", "--pool", pool, "--new-name", "other", code=1)
    cli("work-pool", "queue", "rm", "default", "--pool", pool, code=1)
    cli("work-pool", "queue", "rm", "urgent", "--pool", pool)
    cli("work-pool", "rm", pool)
    cli("work-pool", "get", pool, code=3)


def test_who_takes_the_slots_of_a_pool_is_shown(call, cli, pool):
    cli("work-pool", "create", pool, "--type", "process", "--concurrency-limit", "1")
    spec = {"pool": pool, "shell": "true"}
    call("DeploymentService/CreateDeployment", deployment={"flow": "etl", "name": pool, "spec": spec})
    runs = [call("RunService/CreateRun", deployment=f"etl/{pool}", run={})["run"] for _ in range(2)]
    worker = {"pool": pool, "name": "w", "type": "process", "session": {"id": str(uuid.uuid4())}}
    assert len(call("WorkerService/PollWork", worker=worker, maxRuns=9, wait="10s")["offers"]) == 1
    lines = cli("limit", "leases", f"pool:{pool}").splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [[runs[0]["id"], "held"], [runs[1]["id"], "place"]]
    assert f"{runs[0]['name']} (w)" in lines[1] and f"{pool}:1" in lines[1]
    watched = call("LimitService/ListLeases", ref=pool, scope="LIMIT_SCOPE_POOL", runId=runs[1]["id"])["leases"]
    assert [(one["state"], one["place"]) for one in watched] == [("LEASE_STATE_WAITING", 1)]
    assert "one scope" in cli("limit", "watch", f"pool:{pool}", "tag:x", code=2)
    call("WorkerService/HeartbeatWorker", worker=worker, goodbye=True)


def test_templates(cli, pool, tmp_path):
    template = json.loads(cli("work-pool", "template", "--type", "process"))
    assert "{{ command }}" in json.dumps(template["job_configuration"])
    template["variables"]["properties"]["cpu"] = {"type": "integer", "default": 1}
    file = tmp_path / "template.json"
    file.write_text(json.dumps(template))
    cli("work-pool", "create", pool, "--type", "process", "--base-template", str(file))
    template["job_configuration"]["memory"] = "{{ memry }}"
    file.write_text(json.dumps(template))
    assert "memry" in cli("work-pool", "update", pool, "--base-template", str(file), code=1)
    assert "kubernetes" in cli("work-pool", "types")
    cli("work-pool", "rm", pool)


def test_a_worker_that_polls(call, cli, pool):
    cli("work-pool", "create", pool, "--type", "process")
    spec = {"pool": pool, "shell": "echo hello", "jobVariables": {"env": {"A": "b"}}}
    made = call("DeploymentService/CreateDeployment", deployment={"flow": "etl", "name": pool, "spec": spec})
    worker = {"pool": pool, "name": "w", "type": "process", "session": {"id": str(uuid.uuid4())}}
    assert call("WorkerService/PollWork", worker=worker).get("offers") is None

    # A variable that the template does not have is refused before anything is created, with the names that there are.
    with pytest.raises(CallError) as refused:
        call("RunService/CreateRun", deployment=f"etl/{pool}", run={"jobVariables": {"comand": "x"}})
    for words in ("run.job_variables.comand", 'did you mean "command"?', "; it has ", "working_dir"):
        assert words in str(refused.value), words

    run = call("RunService/CreateRun", deployment=f"etl/{pool}", run={"jobVariables": {"env": {"A": "b"}}})["run"]
    offers = call("WorkerService/PollWork", worker=worker, maxRuns=3, wait="10s")["offers"]
    assert [offer["run"]["id"] for offer in offers] == [run["id"]]
    process = offers[0]["launch"]["process"]
    assert process["command"] == ["/bin/sh", "-c", "echo hello"]
    assert process["environment"] == {"A": "b"}
    held = {"runId": run["id"], "epoch": offers[0]["epoch"]}
    assert call("WorkerService/HeartbeatWorker", worker=worker, held=[held]).get("revoked") is None

    # An executor that could not begin: the run is offered again, in another epoch.
    exited = {**held, "exitCode": 127, "message": "no such program"}
    answer = call("WorkerService/HeartbeatWorker", worker=worker, exited=[exited], held=[held])
    assert answer["revoked"] == [held]
    offers = call("WorkerService/PollWork", worker=worker, wait="10s")["offers"]
    assert offers[0]["epoch"] == "2"

    listed = call("WorkerService/ListWorkers", pool=pool)["workers"]
    assert [(one["identity"]["name"], one["online"], one["runs"]) for one in listed] == [("w", True, 1)]
    cli("flow-run", "cancel", run["id"])
    assert call("RunService/GetRun", id=run["id"])["run"]["worker"] == "w"
    call("WorkerService/DrainWorker", pool=pool, name="w")
    assert call("WorkerService/PollWork", worker=worker)["drain"]
    call("WorkerService/HeartbeatWorker", worker=worker, goodbye=True)
    assert call("WorkerService/ListWorkers", pool=pool).get("workers") is None
    assert "deployment" in cli("work-pool", "rm", pool, code=1)
    call("DeploymentService/DeleteDeployment", deployment=made["deployment"]["id"])


def test_a_slip_in_the_type_of_a_pool_is_refused(call, cli, pool):
    said = cli("work-pool", "create", pool, "--type", "procss", code=2)
    assert "did you mean process?" in said and "--new-type" in said
    assert "does not exist" in cli("work-pool", "get", pool, code=3)
    kind = f"type-{uuid.uuid4()}"
    cli("work-pool", "create", pool, "--type", kind, code=2)
    cli("work-pool", "create", pool, "--type", kind, "--new-type")
    # A worker that has been here knows it.
    worker = {"pool": pool, "name": "w", "type": kind, "session": {"id": str(uuid.uuid4()), "lease": "30s"}}
    call("WorkerService/HeartbeatWorker", worker=worker)
    cli("work-pool", "create", f"{pool}-2", "--type", kind)
    for known in ("docker", "kubernetes", "served", "ecs", "cloud-run"):
        cli("work-pool", "create", f"{pool}-{known}", "--type", known)


def test_bounds_as_prefect_spells_them(cli, pool):
    cli("work-pool", "create", pool, "--type", "process")

    def limit(*words: str):
        found = json.loads(cli(*words, "-o", "json"))
        return (found if words[0] == "work-queue" else found["pool"]).get("concurrencyLimit")

    cli("work-pool", "set-concurrency-limit", pool, "5")
    assert limit("work-pool", "inspect", pool) == 5
    cli("work-pool", "clear-concurrency-limit", pool)
    assert limit("work-pool", "inspect", pool) is None
    cli("work-queue", "create", "high", "--pool", pool)
    cli("work-queue", "set-concurrency-limit", "high", "2", "--pool", pool)
    assert limit("work-queue", "inspect", "high", "--pool", pool) == 2
    assert "high" in cli("work-queue", "inspect", "high", "--pool", pool)
    cli("work-queue", "clear-concurrency-limit", "high", "-p", pool)
    assert limit("work-queue", "inspect", "high", "--pool", pool) is None
    assert 'no queue "low": it has default, high' in cli("work-queue", "inspect", "low", "--pool", pool, code=3)


def test_a_preview_shows_what_is_to_start_soon(call, cli, pool):
    cli("work-pool", "create", pool, "--type", "process")
    spec = {"pool": pool, "shell": "true"}
    schedules = [{"slug": "s", "interval": {"length": "1200s"}}]
    deployment = {"flow": pool, "name": "d", "spec": spec, "schedules": schedules}
    call("DeploymentService/CreateDeployment", deployment=deployment)
    now = cli("deployment", "run", f"{pool}/d", "-o", "name").strip()
    later = cli("deployment", "run", f"{pool}/d", "--in", "10 h", "-o", "name").strip()
    soon = cli("work-pool", "preview", pool, "-o", "name").split()
    while len(soon) < 4:
        # The scheduler makes the runs of the next hour.
        soon = cli("work-pool", "preview", pool, "-o", "name").split()
    assert soon[0] == now and later not in soon
    assert cli("work-pool", "preview", pool, "--hours", "11", "-o", "name").split()[-1] == later
    assert cli("work-pool", "preview", pool, "--limit", "1", "-o", "name").split() == [now]
    cli("work-queue", "create", "other", "--pool", pool)
    assert cli("work-queue", "preview", "default", "--pool", pool, "-o", "name").split() == soon
    assert cli("work-queue", "read-runs", "other", "--pool", pool, "-o", "name") == ""
    beside = cli("deployment", "run", f"{pool}/d", "--queue", "other", "-o", "name")
    assert cli("work-queue", "preview", "other", "--pool", pool, "-o", "name") == beside
    cli("deployment", "run", f"{pool}/d", "--queue", "none", code=3)
    cli("deployment", "clear-schedules", f"{pool}/d")
    assert cli("work-queue", "preview", "default", "--pool", pool, "-o", "name").split() == [now]
