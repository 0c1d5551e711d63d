"""Promises 1, 3, 4 and 5 for scheduled work: two servers and three workers over one Postgres, under kills, restarts, a
clock that jumps and a Postgres that is killed: no tick is missed or doubled, no run executed twice, nothing stranded.
`CHAOS_SECONDS` and `CHAOS_SEED` make it longer, or the same again.
"""

from __future__ import annotations

import collections
import datetime
import http.client
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from martlet_process import BINARY, CallError
from test_replicas import socket_url

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
DEPLOYMENTS = 6


class Workman:
    """A worker process; what it started lives on when it is killed."""

    def __init__(self, name: str, url: str, directory: Path):
        self.name = name
        self.url = url
        self.directory = directory / name
        self.log = directory / f"{name}.log"
        self.process: subprocess.Popen | None = None

    def start(self) -> "Workman":
        self.process = subprocess.Popen(
            [
                str(BINARY), "worker", "start", "--pool", "machines", "--name", self.name, "--limit", "20",
                "--state-dir", str(self.directory),
            ],
            env={**os.environ, "MARTLET_API_URL": self.url, "HOME": str(self.directory.parent)},
            stdout=self.log.open("ab"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        return self

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()


class World:
    """Two servers, the second under a clock that jumps; three workers; a diary that every execution writes to."""

    def __init__(self, new_server, place: Path, random_: random.Random):
        self.random = random_
        self.done: list[str] = []
        self.diary = place / "diary"
        self.clock = place / "clock"
        self.clock.write_text("+0s\n")
        self.first = new_server().start()
        self.database = socket_url(self.first)
        self.second = new_server(database_url=self.database)
        self.second.extra_environment = {
            "LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(self.clock), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        # The library changes the environment of the process that it comes to first, and Swift finds its arguments by that.
        self.second.prefix = ["env"]
        self.second.start()
        self.call("PoolService/CreatePool", {"pool": {"name": "machines", "type": "process"}})
        urls = [self.first.url, self.second.url, self.first.url]
        self.workers = [Workman(f"w{n}", url, place).start() for n, url in enumerate(urls)]

    def call(self, method: str, request: dict) -> dict:
        """A call to whichever server answers; all that are made here may be repeated."""
        end = time.monotonic() + 60
        while True:
            for server in (self.first, self.second):
                connection = server.connect()
                try:
                    return connection.call(method, request)
                except (OSError, http.client.HTTPException, CallError) as error:
                    if isinstance(error, CallError) and error.code not in {"unavailable", "unknown", "aborted", ""}:
                        raise
                    if time.monotonic() > end:
                        raise
                finally:
                    connection.close()
            time.sleep(0.1)

    def sql(self, text: str) -> str:
        return subprocess.run(
            ["psql", "-qAtX", "-d", self.database, "-c", text], check=True, capture_output=True, text=True,
        ).stdout.strip()

    def deploy(self) -> None:
        """Each run says in the diary that it begins and that it ends."""
        script = f'echo "$MARTLET_RUN_ID begin" >>{self.diary}; sleep 0.1; echo "$MARTLET_RUN_ID end" >>{self.diary}'
        for number in range(DEPLOYMENTS):
            self.call(
                "DeploymentService/ApplyDeployment",
                {
                    "deployment": {
                        "flow": "diary", "name": f"d{number}", "spec": {"pool": "machines", "shell": script},
                        "schedules": [
                            {
                                "slug": "often", "interval": {"length": f"{1 + number % 3}s"},
                                "catchUp": {"choice": "CHOICE_ALL"}, "horizon": {"ahead": "20s"},
                            }
                        ],
                    }
                },
            )

    # What may happen.

    def step(self) -> None:
        action = self.random.choice(
            [
                self.kill_server, self.kill_server, self.restart_server, self.kill_worker, self.kill_worker,
                self.stop_worker, self.kill_postgres, self.cut, self.jump, self.jump,
            ]
        )
        self.done.append(action.__name__)
        action()

    def kill_server(self) -> None:
        server = self.random.choice([self.first, self.second])
        server.kill()
        server.start()

    def restart_server(self) -> None:
        """The first takes its Postgres along."""
        server = self.random.choice([self.first, self.second])
        assert server.stop() == 0
        server.start()

    def kill_worker(self) -> None:
        worker = self.random.choice(self.workers)
        worker.kill()
        worker.start()

    def stop_worker(self) -> None:
        """A machine that stands still for a moment."""
        worker = self.random.choice(self.workers)
        worker.process.send_signal(signal.SIGSTOP)
        time.sleep(self.random.uniform(0.1, 2))  # Not a wait for something: how long it is stopped.
        worker.process.send_signal(signal.SIGCONT)

    def kill_postgres(self) -> None:
        os.kill(self.first.postmaster(), signal.SIGKILL)
        self.first.wait_until_ready()
        self.second.wait_until_ready()

    def cut(self) -> None:
        self.sql(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = 'martlet' AND pid <> pg_backend_pid()"
        )

    def jump(self) -> None:
        """The clock of the second server's machine is set forth or back; Postgres's is not."""
        self.clock.write_text(f"{self.random.choice(['+', '-'])}{self.random.choice([40, 4000, 90000])}s\n")

    # What must hold.

    def executions(self) -> collections.Counter:
        return collections.Counter(self.diary.read_text().splitlines()) if self.diary.exists() else collections.Counter()

    def wait_for_more(self, count: int, timeout: float = 90) -> None:
        goal = sum(self.executions().values()) + count
        end = time.monotonic() + timeout
        while sum(self.executions().values()) < goal:
            assert time.monotonic() < end, f"no {count} more lines in the diary in {timeout} s"
            time.sleep(0.05)

    def wait_until_quiet(self, timeout: float = 120) -> None:
        end = time.monotonic() + timeout
        while (left := self.sql("SELECT count(*), min(standing), max(gate) FROM work_item")) != "0||":
            assert time.monotonic() < end, f"runs are stranded: {left}"
            time.sleep(0.1)

    def stop(self) -> None:
        for worker in self.workers:
            worker.stop()


@pytest.mark.skipif(not FAKETIME.exists(), reason="needs the Debian package faketime")
def test_every_tick_is_one_execution_whatever_happens(new_server, place):
    seconds = float(os.environ.get("CHAOS_SECONDS", "40"))
    seed = int(os.environ.get("CHAOS_SEED", random.SystemRandom().randrange(1 << 32)))
    world = World(new_server, place, random.Random(seed))
    try:
        endure(world, seconds)
    except BaseException:
        if keep := os.environ.get("CHAOS_KEEP"):
            shutil.copytree(place, keep, dirs_exist_ok=True, ignore=shutil.ignore_patterns("data", "s", "socket*"))
        pytest.fail(f"CHAOS_SEED={seed}, after: {', '.join(world.done)}", pytrace=True)
    finally:
        world.stop()


def endure(world: World, seconds: float) -> None:
    world.deploy()
    world.wait_for_more(20)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        world.step()
        world.wait_for_more(20)
    for number in range(DEPLOYMENTS):
        world.call("DeploymentService/PauseDeployment", {"deployment": f"diary/d{number}", "schedule": "often"})
    world.wait_until_quiet()
    check_executions(world)
    check_ticks(world)


def check_executions(world: World) -> None:
    lines = world.executions()
    assert max(lines.values()) == 1, [line for line, count in lines.items() if count > 1][:5]
    begun = {line.split()[0] for line in lines if line.endswith("begin")}
    ended = {line.split()[0] for line in lines if line.endswith("end")}
    assert begun == ended, f"{len(begun - ended)} were cut short"
    states = dict(
        line.split("|") for line in world.sql("SELECT id, state_name FROM run_state WHERE kind = 1").splitlines()
    )
    assert set(states) == begun, (len(set(states) - begun), "runs without an execution")
    assert set(states.values()) == {"Completed"}, collections.Counter(states.values())
    assert world.sql("SELECT count(*) FROM claim") == "0"


def check_ticks(world: World) -> None:
    rows = world.sql(
        "SELECT schedule_id, extract(epoch FROM schedule_time)::bigint FROM run_deployment ORDER BY 1, 2"
    ).splitlines()
    ticks = collections.defaultdict(list)
    for row in rows:
        schedule, second = row.split("|")
        ticks[schedule].append(int(second))
    assert len(ticks) == DEPLOYMENTS
    for schedule, seconds in ticks.items():
        steps = {after - before for before, after in zip(seconds, seconds[1:])}
        assert len(steps) == 1 and steps < {1, 2, 3}, (
            schedule, [str(datetime.datetime.fromtimestamp(second)) for second in seconds[:5]], steps
        )
