"""Decides how tests run `martlet worker start`, and what they deploy for it."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import threading
import time
import uuid
from pathlib import Path

from martlet_process import BINARY, Server
from tracked_command import Recorded, environment

POOL = "default-agent-pool"


class Worker:
    """A worker process whose lines can be waited for."""

    def __init__(self, server: Server, home: Path, *options: str, pool: str = POOL, name: str = "w"):
        self.server, self.home, self.pool, self.name = server, home, pool, name
        self.options = options
        self.lines: list[str] = []
        self._news: queue.Queue[str | None] = queue.Queue()
        self.process: subprocess.Popen | None = None

    def start(self, wait: bool = True) -> "Worker":
        self.process = subprocess.Popen(
            [str(BINARY), "worker", "start", "--pool", self.pool, "--name", self.name, *self.options],
            env=environment(self.server, self.home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, args=[self.process.stdout], daemon=True).start()
        if wait:
            self.line("started!")
        return self

    def _read(self, stream) -> None:
        for line in stream:
            self._news.put(line.rstrip("\n"))
        self._news.put(None)

    def line(self, wanted: str, timeout: float = 60) -> str:
        """Waits for a line that holds a text."""
        end = time.monotonic() + timeout
        while True:
            line = self._news.get(timeout=max(0.01, end - time.monotonic()))
            assert line is not None, f"the worker has left; it said {self.lines}"
            self.lines.append(line)
            if wanted in line:
                return line

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self._news = queue.Queue()

    def finish(self, timeout: float = 60) -> int:
        return self.process.wait(timeout)

    def stop(self) -> None:
        """Ends it, and what it has started."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for path in self.home.rglob("process"):
            pid = int(path.read_text())
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes()
            except OSError:
                continue
            if str(path.parent).encode() in command:
                os.kill(pid, signal.SIGINT)


class Deployed:
    """A deployment of one command, and its runs."""

    def __init__(self, server: Server, script: str, pool: str = POOL, **spec):
        self.server, self.connection = server, server.connect()
        self.flow, self.name = "work", f"d-{uuid.uuid4()}"
        self.connection.call(
            "DeploymentService/CreateDeployment",
            {
                "deployment": {
                    "flow": self.flow,
                    "name": self.name,
                    "spec": {"pool": pool, "shell": script, **spec},
                }
            },
        )

    def run(self, **run) -> str:
        """Makes a run that is due now; returns its id."""
        answer = self.connection.call(
            "RunService/CreateRun", {"deployment": f"{self.flow}/{self.name}", "run": run}
        )
        return answer["run"]["id"]

    def end(self, id: str, timeout: float = 60) -> Recorded:
        """Watches a run until it has ended."""
        subprocess.run(
            [str(BINARY), "flow-run", "watch", id],
            env=environment(self.server, Path("/nonexistent")),
            stdout=subprocess.DEVNULL,
            timeout=timeout,
        )
        return Recorded(self.server, id)

    def says(self, id: str, text: str, timeout: float = 60) -> None:
        """Waits until a run says something."""
        request = {"runId": id, "pageSize": 1000}
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            page = self.connection.call("LogService/ListLogs", request)
            if any(entry.get("message") == text for entry in page.get("entries", [])):
                return
            # A wait without a token would begin at the end of the log.
            request = {"runId": id, "pageSize": 1000, "wait": "2s", "resumeToken": page["resumeToken"]}
        raise AssertionError(f"the run {id} never said {text}")
