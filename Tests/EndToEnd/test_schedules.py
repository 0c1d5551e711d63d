"""Schedules, backfills, flows and limits from the command line, against a server and a worker."""

from __future__ import annotations

import json
import os
import subprocess
import time
import uuid

import pytest

from martlet_process import BINARY, free_port
from worker_process import Worker


@pytest.fixture
def cli(calm_server, tmp_path):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MARTLET_", "PREFECT_"))}
    environment |= {"HOME": str(tmp_path), "MARTLET_API_URL": calm_server.url}

    def run(*words: str, code: int = 0, **variables: str) -> str:
        done = subprocess.run(
            [BINARY, *words], capture_output=True, text=True, timeout=60, env={**environment, **variables}
        )
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done.stdout if code == 0 else done.stdout + done.stderr

    return run


@pytest.fixture
def call(calm_server):
    connection = calm_server.connect()
    yield lambda method, **body: connection.call(method, body)
    connection.close()


@pytest.fixture
def pool(cli) -> str:
    name = f"pool-{uuid.uuid4()}"
    cli("work-pool", "create", name, "--type", "process", "--concurrency-limit", "7")
    return name


@pytest.fixture
def name(cli, call, pool) -> str:
    """A deployment without a schedule."""
    flow = f"etl-{uuid.uuid4()}"
    spec = {"pool": pool, "shell": "true"}
    call("DeploymentService/CreateDeployment", deployment={"flow": flow, "name": "d", "spec": spec})
    return f"{flow}/d"


def schedules(cli, name: str) -> list[dict]:
    return json.loads(cli("deployment", "get", name, "-o", "json"))["deployment"].get("schedules", [])


def test_schedules_are_added_paused_and_removed(cli, name):
    added = cli(
        "deployment", "schedule", "add", name, "--name", "early", "--cron", "0 6 * * *", "--timezone", "Europe/Berlin",
        "--catch-up", "all", "--overlap", "skip", "--jitter", "5m", "--skipped-times", "skip", "--param", "n=1", "--paused",
    )  # fmt: skip
    assert added == f"Added schedule 'early' to '{name}'.\n"
    cli("deployment", "schedule", "add", name, "--interval", "1h", "--anchor", "2026-01-01T00:00:00Z")
    early, hourly = schedules(cli, name)
    assert early["cron"] == {"expression": "0 6 * * *"} and early["timeZone"] == "Europe/Berlin"
    assert (early["overlap"], early["jitter"], early["parameters"]) == ("OVERLAP_POLICY_SKIP", "300s", {"n": 1})
    assert early["catchUp"]["choice"] == "CHOICE_ALL" and early["paused"]
    assert early["localTimes"]["skipped"] == "SKIPPED_SKIP"
    assert hourly["interval"]["length"] == "3600s" and "paused" not in hourly

    assert "early" in cli("deployment", "schedule", "add", name, "--name", "early", "--cron", "@daily", code=1)
    assert "--cron" in cli("deployment", "schedule", "add", name, "--cron", "61 * * * *", code=2)
    cli("deployment", "schedule", "add", name, code=2)
    cli("deployment", "schedule", "pause", name, code=2)
    cli("deployment", "schedule", "pause", name, "--all")
    assert all(schedule["paused"] for schedule in schedules(cli, name))
    cli("deployment", "schedule", "resume", name, hourly["id"])
    assert [schedule.get("paused", False) for schedule in schedules(cli, name)] == [True, False]
    assert "it has early" in cli("deployment", "schedule", "rm", name, "late", code=3)
    cli("deployment", "schedule", "rm", name, "early")
    assert cli("deployment", "schedule", "ls", name, "-o", "name") == hourly["slug"] + "\n"


def test_prefect_spells_schedules_so(cli, name):
    cli("deployment", "schedule", "create", name, "--cron", "@daily", "--timezone", "UTC", "--accept-yes")
    cli("deployment", "schedule", "create", name, "--interval", "3600", "--interval-anchor", "2026-01-01", "--replace", "-y")
    (only,) = schedules(cli, name)
    assert only["interval"]["anchor"] == "2026-01-01T00:00:00Z"
    cli("deployment", "schedule", "delete", name, only["id"], "-y")
    cli("deployment", "schedule", "create", name, "--rrule", "FREQ=DAILY", "--no-active")
    assert schedules(cli, name)[0]["paused"]
    cli("deployment", "schedule", "clear", name, "-y")
    assert schedules(cli, name) == []


def test_preview_tells_what_the_clock_does(cli, name):
    cli("deployment", "schedule", "add", name, "--name", "night", "--cron", "30 2 * * *", "--timezone", "Europe/Berlin")
    shown = cli("deployment", "preview", name, "--from", "2027-03-27", "--count", "3").splitlines()
    assert [line.split("  ")[0] for line in shown[1:]] == [
        "2027-03-27 01:30:00", "2027-03-28 01:30:00", "2027-03-29 00:30:00",
    ]  # fmt: skip
    assert "2027-03-28 03:30:00 CEST" in shown[2] and "02:30:00 is skipped: clock change" in shown[2]
    assert "clock" not in shown[1] + shown[3] and "02:30:00 CEST" in shown[3]
    twice = cli(
        "deployment", "preview", "--cron", "30 2 * * *", "--timezone", "Europe/Berlin", "--repeated-times", "both",
        "--from", "2027-10-31T00:00:00Z", "--to", "2027-11-01T00:00:00Z",
    ).splitlines()  # fmt: skip
    assert ["first of two" in twice[1], "second of two" in twice[2], len(twice)] == [True, True, 3]
    names = cli("deployment", "preview", name, "--from", "2027-03-27T12:00:00Z", "--count", "1", "-o", "name")
    assert names == "2027-03-28T01:30:00Z\n"
    assert json.loads(cli("deployment", "preview", name, "-o", "json"))["times"][0]["fires"]
    cli("deployment", "preview", code=2)
    cli("deployment", "preview", name, "--from", "tomorrow", code=2)
    cli("deployment", "preview", "no/such", code=3)


def test_a_backfill_is_followed_to_its_end(cli, calm_server, tmp_path, pool, name):
    cli("deployment", "schedule", "add", name, "--name", "hourly", "--cron", "@hourly", "--paused")
    span = ("--from", "2026-01-01T00:00:00Z", "--to", "2026-01-01T03:00:00Z")
    assert "would have 3 times" in cli("backfill", "create", name, *span, "--dry-run")
    assert cli("backfill", "ls", name, "-o", "name") == ""
    made = cli("backfill", "create", name, *span, "-o", "name").strip()
    assert made in cli("backfill", "ls", name)

    # One goes on at a time; nobody runs the first, and the others wait behind it.
    end = time.monotonic() + 60
    last = ""
    while "1 of 1 runs go on, place 2 in line" not in last:
        assert time.monotonic() < end, last
        listed = json.loads(cli("flow-run", "ls", "--filter", f'backfill_id = "{made}"', "-o", "json"))
        runs = {run["scheduleTime"]: run["id"] for run in listed.get("runs", [])}
        if len(runs) == 3:
            last = cli("explain", runs["2026-01-01T02:00:00Z"])
    assert f"{made} (backfill)" in last
    assert f"martlet worker start --pool {pool}" in cli("flow-run", "get", runs["2026-01-01T00:00:00Z"])

    worker = Worker(calm_server, tmp_path / "home", "--limit", "2", pool=pool).start()
    try:
        followed = cli("backfill", "get", made, "--watch").splitlines()
        assert followed[-1] == "done: 3 of 3 runs ended (3 COMPLETED)"
        # Times that have a run are left alone, unless all are wanted.
        assert cli("backfill", "create", name, *span, "--watch").splitlines()[-1] == "done: 0 of 0 runs ended"
        again = cli("backfill", "create", name, *span, "--all", "--parallel", "3", "--watch", "-o", "json")
        assert json.loads(again)["backfill"]["ended"] == {"COMPLETED": "3"}
    finally:
        worker.stop()
    cli("backfill", "create", name, *span, "--parallel", "0", code=2)
    cli("backfill", "create", name, "--from", span[3], "--to", span[1], code=1)
    cli("backfill", "create", "no/such", *span, code=3)


def test_a_backfill_that_fails_or_is_cancelled_leaves_with_1(cli, call, calm_server, tmp_path, pool, name):
    call(
        "DeploymentService/UpdateDeployment", deploymentRef=name, deployment={"spec": {"shell": "exit 3"}},
        updateMask="spec.shell",
    )  # fmt: skip
    cli("deployment", "schedule", "add", name, "--cron", "@hourly", "--paused")
    span = ("--from", "2026-01-01T00:00:00Z", "--to", "2026-01-01T02:00:00Z")
    made = cli("backfill", "create", name, *span, "-o", "name").strip()
    assert "is cancelled" in cli("backfill", "cancel", made, "--running")
    assert "is cancelled" in cli("backfill", "cancel", made)
    assert "cancelled" in cli("backfill", "get", made, "--watch", code=1)
    cli("backfill", "cancel", str(uuid.uuid4()), code=3)
    worker = Worker(calm_server, tmp_path / "home", pool=pool).start()
    try:
        assert "2 FAILED" in cli("backfill", "create", name, *span, "--all", "--watch", code=1)
    finally:
        worker.stop()


def test_flows(cli, call):
    flow = f"flow-{uuid.uuid4()}"
    call("FlowService/CreateFlow", flow={"name": flow, "description": "what it is", "tags": ["t"]})
    assert flow in cli("flow", "ls") and flow in cli("flows", "list", "--limit", "1000")
    assert cli("flow", "ls", "--prefix", flow, "-o", "name") == flow + "\n"
    assert "what it is" in cli("flow", "get", flow)
    cli("flow", "rm", flow)
    cli("flow", "inspect", flow, code=3)


def test_every_noun_speaks_yaml(cli, name):
    lines = cli("deployment", "get", name, "-o", "yaml").splitlines()
    flow, _ = name.split("/")
    assert lines[:2] == ["---", "deployment:"] and "  name: d" in lines and f"  flow: {flow}" in lines
    for words in (["work-pool", "ls"], ["limit", "ls"], ["flow", "ls"], ["version"], ["server", "config", "show"]):
        assert cli(*words, "-o", "yaml").startswith("---\n")
    cli("limit", "ls", "-o", "xml", code=2)


def test_limits_of_pools_and_deployments_are_limits(cli, call, pool, name):
    call(
        "DeploymentService/UpdateDeployment", deploymentRef=name, deployment={"concurrencyLimit": 2},
        updateMask="concurrencyLimit",
    )  # fmt: skip
    cli("work-pool", "queue", "create", "q", "--pool", pool, "-l", "3")
    listed = json.loads(cli("limit", "ls", "-o", "json"))["limits"]
    slots = {(limit["scope"], limit["name"]): limit["slots"] for limit in listed}
    assert slots["LIMIT_SCOPE_POOL", pool] == 7 and slots["LIMIT_SCOPE_QUEUE", f"{pool}/q"] == 3
    assert slots["LIMIT_SCOPE_DEPLOYMENT", name] == 2
    assert "0/7 taken" in cli("limit", "get", f"pool:{pool}")
    assert "0/2 taken" in cli("limit", "get", name, "--scope", "deployment")
    assert "martlet work-pool update" in cli("limit", "set", f"pool:{pool}", "9", code=1)
    assert "martlet work-pool queue update" in cli("limit", "rm", f"queue:{pool}/q", code=1)
    assert "martlet deploy" in cli("limit", "create", f"deployment:{name}", "9", code=1)


def test_names_for_completion(cli, call, pool, name):
    assert name in cli("names", "deployments").splitlines()
    assert pool in cli("names", "pools").splitlines()
    assert f"pool:{pool}" in cli("names", "limits").splitlines()
    call("FlowService/CreateFlow", flow={"name": pool})
    assert pool in cli("names", "flows").splitlines()
    # Without a server nothing is said.
    nobody = f"http://127.0.0.1:{free_port()}"
    assert cli("names", "pools", MARTLET_API_URL=nobody) == ""
    for shell in ("bash", "zsh", "fish"):
        assert "martlet names deployments" in cli("completion", shell)
    assert not any(line.split()[:1] == ["names"] for line in cli("--help").splitlines())


def test_prefects_variable_of_the_database(cli):
    url = "postgresql+asyncpg://postgres:secret@localhost:5432/prefect"
    for variable in ("PREFECT_API_DATABASE_CONNECTION_URL", "PREFECT_SERVER_DATABASE_CONNECTION_URL"):
        shown = json.loads(cli("server", "config", "show", "-o", "json", **{variable: url}))
        row = next(row for row in shown["settings"] if row["name"] == "database-url")
        assert (row["value"], row["source"]) == (url.replace("secret", "***"), f"env {variable}")
    shown = cli("server", "config", "show", PREFECT_API_DATABASE_CONNECTION_URL=url, MARTLET_DATABASE_URL="host=h")
    assert "env MARTLET_DATABASE_URL" in shown
