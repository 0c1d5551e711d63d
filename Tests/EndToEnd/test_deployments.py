"""Deployments as people and programs see them: the command line, Python and the contract meet on one server."""

from __future__ import annotations

import json
import subprocess
import uuid

import martlet
import martlet.deployments
import pytest
from martlet import v1

from martlet_process import BINARY


@pytest.fixture
def client(calm_server, monkeypatch, tmp_path):
    monkeypatch.setenv("MARTLET_API_URL", calm_server.url)
    monkeypatch.setenv("MARTLET_HOME", str(tmp_path))
    with martlet.Client(calm_server.url) as client:
        yield client


@pytest.fixture
def cli(calm_server):
    def run(*words: str, code: int = 0) -> str:
        done = subprocess.run(
            [BINARY, *words, "--server", calm_server.url], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == code, (done.stdout, done.stderr)
        return done.stdout if code == 0 else done.stderr

    return run


@pytest.fixture
def deployment(client) -> v1.Deployment:
    made = v1.Deployment(flow=f"etl-{uuid.uuid4()}", name="nightly", labels={"team": "x"})
    made.spec.shell = "true"
    made.spec.tags.append("t")
    made.spec.parameters.update({"day": "today", "n": 1})
    made.spec.parameter_schema.update(
        {"type": "object", "properties": {"day": {"type": "string"}, "n": {"type": "integer"}}}
    )
    made.schedules.add(slug="yearly").cron.expression = "0 0 1 1 *"
    return client.deployments.create_deployment(deployment=made).deployment


def title(deployment: v1.Deployment) -> str:
    return f"{deployment.flow}/{deployment.name}"


def test_a_run_from_the_command_line(cli, client, deployment):
    name = title(deployment)
    printed = cli(
        "deployment", "run", name, "--param", "n=5", "--params", '{"day": "monday"}', "--job-variable", "cpu=2",
        "--tag", "mine", "--in", "10 min", "--name", "my-run",
    ).splitlines()  # fmt: skip
    assert printed[0] == "Created flow run 'my-run'."
    assert printed[1].startswith("└── UUID: ") and printed[2] == '└── Parameters: {"day":"monday","n":5}'
    assert printed[3] == '└── Job Variables: {"cpu":2}'
    assert printed[4].startswith("└── Scheduled start time: ") and printed[4].endswith("(in 10 minutes)")
    run = client.runs.get_run(id=printed[1].removeprefix("└── UUID: ")).run
    shown = cli("flow-run", "ls", "--filter", f'deployment = "{name}" AND tags:mine').splitlines()
    assert "WHEN" in shown[0] and "in 10 minutes" in shown[1]
    assert (run.deployment_id, run.deployment_version, run.pool) == (deployment.id, 1, "served")
    assert (run.definition, list(run.tags)) == (deployment.flow, ["t", "mine"])
    assert dict(run.job_variables) == {"cpu": 2}
    refused = cli("deployment", "run", name, "--param", "nn=5", code=1)
    assert 'did you mean "n"?' in refused
    cli("deployment", "run", name, "--in", "soon", code=2)
    cli("deployment", "run", "no/such", code=3)
    listed = client.runs.list_runs(filter=f'deployment = "{name}" AND tags:mine').runs
    assert [found.id for found in listed] == [run.id]


def test_the_newest_run_is_listed_first(cli, client, deployment):
    name = title(deployment)
    made = [cli("deployment", "run", name, "-o", "name").strip() for _ in range(4)]
    listed = client.runs.list_runs(filter=f'deployment = "{name}"').runs
    # What its schedule makes ahead stands before them.
    assert [found.id for found in listed if found.id in made] == made[::-1]


def test_the_other_commands(cli, client, deployment):
    name = title(deployment)
    table = cli("deployment", "ls", "--flow", deployment.flow).splitlines()
    assert table[0].split("  ")[0] == "NAME" and name in table[1] and deployment.id in table[1]
    assert cli("deployment", "ls", "--label", "team=x", "--flow", deployment.flow, "-o", "name") == name + "\n"
    assert json.loads(cli("deployment", "get", name, "-o", "json"))["deployment"]["id"] == deployment.id
    shown = [line.split() for line in cli("deployment", "get", deployment.id).splitlines()]
    assert ["day", "string", '"today"'] in shown and ["n", "integer", "1"] in shown
    assert any(line[:1] == ["yearly"] for line in shown)
    assert cli("deployment", "pause", name) == f"Paused deployment '{name}'.\n"
    assert client.deployments.get_deployment(deployment=name).deployment.paused
    # Who deploys again says nothing of the pause, unless they do.
    wanted = v1.Deployment()
    wanted.CopyFrom(deployment)
    wanted.ClearField("etag")
    wanted.ClearField("paused")
    assert client.deployments.apply_deployment(deployment=wanted).deployment.paused
    wanted.paused = False
    assert list(client.deployments.apply_deployment(deployment=wanted).changed_fields) == ["paused"]
    cli("deployment", "schedule", "pause", name, "yearly")
    assert "paused" in cli("deployment", "schedule", "ls", name)
    cli("deployment", "schedule", "pause", name, "daily", code=3)
    assert "paused" in cli("deployment", "preview", name, "-n", "1").splitlines()[1]
    cli("deployment", "schedule", "resume", name, "yearly")
    assert "paused" not in cli("deployment", "preview", name, "-n", "1")
    # Whatever the order of the list, what is said is what was added.
    assert cli("deployment", "schedule", "add", name, "--cron", "0 5 * * *").startswith("Added schedule 'cron-0-5-")
    assert cli("deployment", "schedule", "add", name, "--cron", "0 5 * * *").split("'")[1].endswith("-2")
    client.deployments.update_deployment(
        deployment_ref=name, deployment=v1.Deployment(schedules=deployment.schedules), update_mask=["schedules"]
    )
    changed = client.deployments.update_deployment(
        deployment_ref=name, deployment=v1.Deployment(spec=v1.DeploymentSpec(tags=["u"])), update_mask=["spec.tags"]
    ).deployment
    assert (changed.version, list(changed.spec.tags), changed.spec.shell) == (2, ["u"], "true")
    assert cli("deployment", "versions", name, "-o", "name") == "2\n1\n"
    assert "is current" in cli("deployment", "promote", name, "1")
    assert client.deployments.get_deployment(deployment=name).deployment.spec == deployment.spec
    cli("deployment", "rm", name)
    assert f"deployment {name} does not exist: `martlet deployment ls` lists" in cli("deployment", "get", name, code=3)


def test_watching_ends_with_the_run(cli, client, deployment, calm_server):
    watch = subprocess.Popen(
        [BINARY, "deployment", "run", title(deployment), "--watch", "--server", calm_server.url],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert watch.stdout is not None
    watch.stdout.readline()
    run = watch.stdout.readline().removeprefix("└── UUID: ").strip()
    with martlet.adopt(run, 1):
        pass
    martlet.flush()
    assert watch.wait(30) == 0
    assert "Completed" in watch.stdout.read()


def test_python_runs_a_deployment_as_a_child(client, deployment):
    with martlet.flow("parent") as parent:
        child = martlet.run_deployment(title(deployment), parameters={"n": 2}, timeout=0)
        assert child.parent_id == parent.id and child.state.type == v1.STATE_TYPE_SCHEDULED
        alone = martlet.run_deployment(title(deployment), as_subflow=False, timeout=0.2)
        assert alone.parent_id == "" and alone.state.type == v1.STATE_TYPE_SCHEDULED
        client.runs.cancel_run(id=child.id)
        ended = martlet.deployments._await_end(client, child.id, None)
        assert ended.state.type == v1.STATE_TYPE_CANCELLED
    with pytest.raises(martlet.MartletError) as refused:
        martlet.run_deployment(title(deployment), parameters={"n": "x", "m": 1}, timeout=0)
    assert refused.value.reason == "PARAMETERS_INVALID"
    assert {field for field, _ in refused.value.fields} == {"run.parameters.n", "run.parameters.m"}


def test_the_same_create_is_one_run_whatever_became_of_the_deployment(client, deployment):
    first = martlet.run_deployment(title(deployment), timeout=0)
    deployment.spec.parameters.update({"n": 7})
    assert client.deployments.apply_deployment(deployment=deployment).changed_fields == ["spec.parameters"]
    again = client.runs.create_run(run=v1.Run(id=first.id), deployment=title(deployment))
    assert again.duplicate and again.run.parameters["n"] == 1
    with pytest.raises(martlet.MartletError) as refused:
        client.runs.create_run(run=v1.Run(id=first.id, tags=["other"]), deployment=title(deployment))
    assert refused.value.code == "ALREADY_EXISTS"
