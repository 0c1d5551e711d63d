"""Flows from the command line: served without a program of their own, and what their runs said."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid

import pytest
from martlet import Client, v1
from martlet.deployments import run_deployment

from martlet_process import BINARY

FLOW = """\
import martlet

@martlet.flow("FLOW")
def main(n: int = 1):
    return n + 1
"""


@pytest.fixture
def environment(calm_server, tmp_path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MARTLET_")}
    return {**kept, "MARTLET_API_URL": calm_server.url, "HOME": str(tmp_path), "MARTLET_PYTHON": sys.executable}


@pytest.fixture
def cli(environment, tmp_path):
    def run(*words: str, code: int = 0) -> str:
        done = subprocess.run(
            [BINARY, *words], capture_output=True, text=True, timeout=60, cwd=tmp_path, env=environment
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout if code == 0 else done.stderr

    return run


@pytest.mark.parametrize("entrypoint", ["etl.py:main", "etl:main", "etl.main"])
def test_a_flow_is_served_as_it_stands(environment, tmp_path, calm_server, entrypoint):
    flow = f"served-{uuid.uuid4()}"
    (tmp_path / "etl.py").write_text(FLOW.replace("FLOW", flow))
    words = [BINARY, "flow", "serve", entrypoint, "-n", "d", "--interval", "1h", "--timezone", "Europe/Berlin"]
    program = subprocess.Popen(
        [*words, "-t", "x", "--param", "n=4", "--limit", "2", "--server", calm_server.url], cwd=tmp_path,
        env={**environment, "MARTLET_API_URL": "http://127.0.0.1:9"}, stderr=subprocess.PIPE, text=True,
    )
    try:
        while "serving" not in (line := program.stderr.readline()):
            assert line, program.wait()
        with Client(calm_server.url) as client:
            made = client.deployments.get_deployment(deployment=f"{flow}/d").deployment
            assert (made.schedules[0].interval.length.seconds, made.schedules[0].time_zone) == (3600, "Europe/Berlin")
            assert list(made.spec.tags) == ["x"]
            run = run_deployment(f"{flow}/d", client=client)
            assert run.state.type == v1.STATE_TYPE_COMPLETED
            assert run.state.completed.result.json.number_value == 5
        program.send_signal(signal.SIGTERM)
        assert program.wait(60) == 0
    finally:
        program.kill()


def test_what_cannot_be_served_is_refused(cli, tmp_path):
    (tmp_path / "etl.py").write_text(FLOW)
    assert "MODULE:FUNCTION" in cli("flow", "serve", "etl", "-n", "d", code=2)
    assert "no length of time" in cli("flow", "serve", "etl:main", "-n", "d", "--interval", "soon", code=2)
    assert "belong to --cron" in cli("flow", "serve", "etl:main", "-n", "d", "--timezone", "UTC", code=2)
    assert "etl has no mian" in cli("flow", "serve", "etl:mian", "-n", "d", code=2)
    assert "minute 99" in cli("flow", "serve", "etl:main", "-n", "d", "--cron", "99 * * * *", code=1)


def test_the_first_and_the_last_lines_of_a_run(cli):
    name = f"says-{uuid.uuid4()}"
    cli("run", "--name", name, "--", "/bin/sh", "-c", "for n in $(seq 30); do echo $n; done")
    (run,) = cli("flow-run", "ls", "--name", name, "-o", "name").split()

    def lines(*options: str) -> list[int]:
        said = cli("flow-run", "logs", run, "-o", "name", *options).split("\n")
        return [int(line) for line in said if line.isdigit()]

    every = list(range(1, 31))
    assert lines() == every
    assert lines("--head") == every[:20]
    assert lines("--tail") == every[-20:]
    assert lines("-t", "-n", "3") == [28, 29, 30]
    assert lines("-t", "-n", "3", "--reverse") == [30, 29, 28]
    assert lines("--head", "--num-logs", "3") == lines("-n", "3") == [1, 2, 3]
    assert lines("-r") == every[::-1]
    assert lines("-r", "-n", "2") == [30, 29]
    assert lines("--head", "-n", "2", "-r") == [2, 1]
    assert lines("--tail", "-n", "1000") == every
    # What was there before the last lines does not come again.
    assert lines("--tail", "-n", "2", "--follow") == [29, 30]
    for wrong in (["--head", "--tail"], ["-f", "-r"], ["-n", "0"], ["-f", "-n", "3"]):
        cli("flow-run", "logs", run, *wrong, code=2)


def test_what_a_command_finds_wrong_names_the_command(cli):
    said = cli("deployments", "run", "a/b", "--at", "whenever", code=2)
    assert "--at takes a time" in said and "See 'martlet deployment run --help'" in said


def test_a_run_that_completed_is_tried_again_by_force(cli):
    name = f"done-{uuid.uuid4()}"
    cli("run", "--name", name, "--", "true")
    (run,) = cli("flow-run", "ls", "--name", name, "-o", "name").split()
    assert "--force has it tried again" in cli("flow-run", "retry", run, code=1)
    cli("flow-run", "retry", run, "--force")
