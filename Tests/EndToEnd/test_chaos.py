"""Promises 1, 2, 3 and 6 under everything at once: two replicas on one Postgres, with kills, stops, restarts and lost
connections in an order that a seed decides. `CHAOS_SECONDS` and `CHAOS_SEED` make it longer, or the same again.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time

import pytest

from load import Load
from test_replicas import socket_url
from watcher import Watcher


class Chaos:
    """Two replicas of one Postgres, and what may happen to them."""

    def __init__(self, new_server, random_: random.Random):
        self.random = random_
        self.first = new_server().start()
        self.database = socket_url(self.first)
        self.second = new_server(database_url=self.database).start()
        self.done: list[str] = []

    def step(self) -> None:
        action = self.random.choice(
            [self.kill, self.kill, self.stop_and_go_on, self.restart, self.kill_postgres, self.cut]
        )
        name = action.__name__
        server = self.random.choice([self.first, self.second])
        self.done.append(f"{name} {'first' if server is self.first else 'second'}")
        action(server)

    def kill(self, server) -> None:
        """kill -9; its Postgres lives on, and is adopted when it comes back."""
        server.kill()
        server.start()

    def restart(self, server) -> None:
        """The first takes its Postgres along, and the other has to wait for it."""
        assert server.stop() == 0
        server.start()

    def stop_and_go_on(self, server) -> None:
        """A machine that is stopped for a moment, in whatever transaction it has open."""
        server.signal(signal.SIGSTOP)
        time.sleep(self.random.uniform(0.05, 1.5))  # Not a wait for something: how long it is stopped.
        server.signal(signal.SIGCONT)

    def kill_postgres(self, _) -> None:
        os.kill(self.first.postmaster(), signal.SIGKILL)
        self.first.wait_until_ready()
        self.second.wait_until_ready()

    def cut(self, _) -> None:
        """Every connection to Postgres is lost at once."""
        self.sql(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = 'martlet' AND pid <> pg_backend_pid()"
        )

    def sql(self, text: str) -> str:
        return subprocess.run(
            ["psql", "-qAtX", "-d", self.database, "-c", text],
            check=True, capture_output=True, text=True,
        ).stdout.strip()


def test_nothing_is_lost_doubled_or_missed_whatever_happens(new_server):
    seconds = float(os.environ.get("CHAOS_SECONDS", "20"))
    seed = int(os.environ.get("CHAOS_SEED", random.SystemRandom().randrange(1 << 32)))
    chaos = Chaos(new_server, random.Random(seed))
    try:
        endure(chaos, seconds)
    except BaseException:
        pytest.fail(f"CHAOS_SEED={seed}, after: {', '.join(chaos.done)}", pytrace=True)


def endure(chaos: Chaos, seconds: float) -> None:
    first, second = chaos.first, chaos.second
    with Watcher([first.url, second.url], "load") as watcher:
        with Load(first.port, threads=3) as one, Load(second.port, threads=3) as two:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                chaos.step()
                for load in (one, two):
                    load.wait_for(200)
            one.finish()
            two.finish()
        acknowledged = one.check(second.connect()) + two.check(first.connect())
        assert acknowledged >= 400 * len(chaos.done)
        watcher.check({run: max(seqs) for load in (one, two) for run, seqs in load.acknowledged.items()})
    check_database(chaos)


def check_database(chaos: Chaos) -> None:
    """What must hold between the tables when all is quiet."""
    wrong = chaos.sql(
        """
        SELECT 'a row without its history: ' || s.id FROM run_state s
          WHERE s.revision <> (SELECT max(h.revision) FROM run_transition h WHERE h.run_id = s.id)
        UNION ALL
        SELECT 'a claim on a run that has ended: ' || c.run_id FROM claim c
          JOIN run_state s ON s.id = c.run_id WHERE s.state_type >= 6
        UNION ALL
        SELECT 'a change that no batch announced: ' || h.run_id FROM run_transition h
          WHERE NOT EXISTS (SELECT FROM feed f, unnest(f.run_ids, f.revisions) AS n (run_id, revision)
            WHERE n.run_id = h.run_id AND n.revision = h.revision)
          AND h.run_id IN (SELECT id FROM run_state ORDER BY id DESC LIMIT 20)
        LIMIT 3
        """
    )
    assert wrong == "", wrong
    counted = chaos.second.connect().call("RunService/CountRuns", {"groupBy": ["state.type"]})
    full = chaos.sql("SELECT count(*) FROM run_state")
    assert counted["total"] == full, (counted, full)
