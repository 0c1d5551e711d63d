"""Decides how tests run `martlet run` and what they ask the server about it."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from pathlib import Path

from martlet_process import BINARY, Server


def environment(server: Server, home: Path) -> dict[str, str]:
    """What a tracked command starts with: nothing of a run that these tests may be part of."""
    rest = {name: value for name, value in os.environ.items() if not name.startswith("MARTLET_")}
    return {**rest, "MARTLET_API_URL": server.url, "MARTLET_HOME": str(home)}


def python(program: str, *arguments: str) -> list[str]:
    """A command that is a Python program."""
    return [sys.executable, "-u", "-c", program, *arguments]


class Recorded:
    """What the server knows of a run."""

    def __init__(self, server: Server, id: str):
        self.connection = server.connect()
        self.id = id
        self.run = self.connection.call("RunService/GetRun", {"id": id})["run"]
        self.state = self.run["state"]
        self.type = self.state["type"].removeprefix("STATE_TYPE_")

    @property
    def history(self) -> list[str]:
        answer = self.connection.call("RunService/ListTransitions", {"runId": self.id})
        return [row["to"]["type"].removeprefix("STATE_TYPE_") for row in answer["transitions"]]

    @property
    def result(self):
        return self.state["completed"]["result"]["json"]

    def entries(self) -> list[dict]:
        """The lines of the run itself, as they were written."""
        request, entries = {"runId": self.id, "pageSize": 1000}, []
        while True:
            page = self.connection.call("LogService/ListLogs", request)
            entries += page.get("entries", [])
            if not page.get("nextPageToken"):
                return entries
            request["pageToken"] = page["nextPageToken"]

    def lines(self, logger: str) -> list[str]:
        return [
            entry.get("message", "") for entry in self.entries() if entry["logger"] == logger
        ]


class Tracked:
    """`martlet run` with a name that nothing else has."""

    def __init__(self, server: Server, home: Path):
        self.server = server
        self.home = home
        self.name = f"job-{uuid.uuid4()}"
        self.environment = environment(server, home)
        self.process: subprocess.Popen | None = None

    def line(self, *command: str, options: tuple = ()) -> list[str]:
        return [str(BINARY), "run", "--name", self.name, *options, "--", *command]

    def complete(self, *command: str, options: tuple = (), **arguments):
        """Runs a command to its end; output is kept as bytes."""
        arguments = {"env": self.environment, "timeout": 120, **arguments}
        return subprocess.run(
            self.line(*command, options=options), capture_output=True, **arguments
        )

    def start(self, *command: str, options: tuple = (), before: tuple = ()) -> subprocess.Popen:
        """Starts a command, through `before` if one is named, and returns when it has said its first line."""
        self.process = subprocess.Popen(
            [*before, *self.line(*command, options=options)],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self.first = self.process.stdout.readline().decode().strip()
        assert self.first, "the command said nothing"
        return self.process

    def tell(self, text: str) -> None:
        """A line to the command's stdin."""
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()

    def finish(self, timeout: float = 60) -> int:
        """Waits for the end of what was started."""
        self.rest = self.process.communicate(timeout=timeout)[0]
        return self.process.returncode

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.communicate()

    def find(self) -> list[Recorded]:
        """The runs of this name."""
        answer = self.server.connect().call(
            "RunService/ListRuns", {"filter": f'definition = "{self.name}"'}
        )
        return [Recorded(self.server, run["id"]) for run in answer.get("runs", [])]

    def recorded(self) -> Recorded:
        """The one run of this name."""
        (run,) = self.find()
        return run

    def wait_for_end(self, timeout: float) -> Recorded:
        """Watches the run until it has ended."""
        subprocess.run(
            [str(BINARY), "flow-run", "watch", self.recorded().id],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            timeout=timeout,
        )
        return self.recorded()

    def spooled(self) -> list[Path]:
        return sorted(self.home.rglob("*.spool"))
