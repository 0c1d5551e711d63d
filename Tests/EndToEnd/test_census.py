"""What `make run` does: the census by hand, and once more by a worker through its deployment; also on what is there already."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from martlet_process import BINARY, ROOT, Connection, free_port

MAIN = ROOT / "clients/examples/census/main.sh"


@pytest.fixture
def start(place):
    """Starts the script as a terminal does, with one data directory for all."""
    begun: list[subprocess.Popen] = []

    def run(port: int = 0, **variables: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [str(MAIN)],
            env={
                **os.environ,
                "MARTLET_BIN": str(BINARY),
                "MARTLET_PORT": str(port or free_port()),
                "MARTLET_DATA_DIR": str(place / "data"),
                "MARTLET_HOME": str(place / "home"),
                "TMPDIR": str(place),
                **variables,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        begun.append(process)
        return process

    yield run
    for process in begun:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=60)


def left_of(place: Path) -> list[str]:
    """Processes that name the directory among their arguments: the server and its Postgres, the worker."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if any(str(place) in word for word in words):
            found.append(" ".join(words))
    return found


def test_the_census_runs_by_hand_and_by_a_worker_and_again_on_the_same_data(start, place):
    once = start(ONCE="1")
    said, _ = once.communicate(timeout=120)
    assert once.returncode == 0, said

    port = free_port()
    again = start(port)
    lines = []
    for line in again.stdout:
        lines.append(line)
        if "Ctrl-C stops" in line:
            break
    else:
        raise AssertionError("".join(lines))
    asked = {"filter": 'definition = "census" AND state.type = COMPLETED'}
    runs = Connection(port).call("RunService/ListRuns", asked)["runs"]
    by_hand = [run for run in runs if "deploymentId" not in run]
    triggered = [run for run in runs if "deploymentId" in run and "scheduleTime" not in run]
    assert (len(by_hand), len(triggered)) == (2, 2)
    # As Ctrl-C does: to the script's process group.
    os.killpg(again.pid, signal.SIGINT)
    rest, _ = again.communicate(timeout=60)
    assert again.returncode == 130, rest
    assert left_of(place) == []


def test_a_job_that_fails_is_its_code(start, place):
    process = start(ONCE="1", DPKG_STATUS=str(place / "nothing"))
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 1, said
    assert "cannot read" in said
