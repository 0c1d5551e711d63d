"""Real servers for tests: started, killed, stopped and continued like any process."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("MARTLET_BIN", ROOT / ".build/release/martlet"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class CallError(Exception):
    """An answer that is an error of the Connect protocol."""

    def __init__(self, status: int, body: dict):
        super().__init__(f"{status} {body}")
        self.status = status
        self.code = body.get("code", "")
        self.message = body.get("message", "")
        self.details = body.get("details", [])

    @property
    def fields(self) -> list[str]:
        """The fields at fault."""
        violations = [d.get("debug", {}).get("fieldViolations", []) for d in self.details]
        return [violation["field"] for each in violations for violation in each]

    @property
    def reason(self) -> str:
        for detail in self.details:
            if detail.get("type") == "google.rpc.ErrorInfo":
                return detail.get("debug", {}).get("reason", "")
        return ""


class Connection:
    """One keep-alive connection that speaks Connect JSON. Not for several threads."""

    def __init__(self, port: int, timeout: float = 30):
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def call(self, method: str, request: dict, headers: dict | None = None) -> dict:
        service, name = method.split("/")
        self.http.request(
            "POST",
            f"/martlet.v1.{service}/{name}",
            json.dumps(request),
            {"content-type": "application/json", **(headers or {})},
        )
        response = self.http.getresponse()
        body = response.read()
        try:
            document = json.loads(body)
        except ValueError:
            document = {"message": body[:200].decode(errors="replace")}
        if response.status != 200:
            raise CallError(response.status, document)
        return document

    def close(self) -> None:
        self.http.close()


class Server:
    """A server process on a port of its own."""

    def __init__(self, directory: Path, *, database_url: str | None = None, options: tuple = ()):
        self.directory = directory
        self.port = free_port()
        self.log = directory / f"server-{self.port}.log"
        self.database_url = database_url
        self.data = directory / "data"
        self.options = options
        self.extra_environment: dict[str, str] = {}
        # What begins the server's process and becomes it.
        self.prefix: list[str] = []
        self.process: subprocess.Popen | None = None

    def start(self, timeout: float = 60) -> "Server":
        place = (
            ["--database-url", self.database_url]
            if self.database_url
            else ["--data-dir", str(self.data)]
        )
        self.process = subprocess.Popen(
            [*self.prefix, str(BINARY), "server", "start", "--port", str(self.port), *place, *self.options],
            stdout=subprocess.DEVNULL,
            stderr=self.log.open("ab"),
            env={**os.environ, **self.extra_environment},
            start_new_session=True,
        )
        self.wait_until_ready(timeout)
        return self

    def wait_until_ready(self, timeout: float = 60) -> None:
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AssertionError(
                    f"the server left with {self.process.returncode}:\n{self.log.read_text()[-4000:]}"
                )
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    return
            time.sleep(0.02)
        raise AssertionError(f"not ready in {timeout} s:\n{self.log.read_text()[-4000:]}")

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        """kill -9 of the server, not of its Postgres."""
        self.process.kill()
        self.process.wait()

    def stop(self, timeout: float = 30) -> int:
        if self.process is None or self.process.poll() is not None:
            return self.process.returncode if self.process else 0
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"did not stop in {timeout} s:\n{self.log.read_text()[-4000:]}")

    def postmaster(self) -> int:
        """The process id of the private Postgres."""
        for path in self.data.rglob("postmaster.pid"):
            return int(path.read_text().split()[0])
        raise AssertionError(f"no postmaster below {self.data}")

    def kill_postgres(self, timeout: float = 60) -> None:
        """Kills it, and waits until the server has another one: until then the file names the dead one."""
        killed = self.postmaster()
        os.kill(killed, signal.SIGKILL)
        end = time.monotonic() + timeout
        while True:
            try:
                if self.postmaster() != killed:
                    break
            except (AssertionError, OSError, IndexError):
                pass
            assert time.monotonic() < end, f"no new Postgres in {timeout} s"
            time.sleep(0.02)
        self.wait_until_ready()

    def connect(self, timeout: float = 30) -> Connection:
        return Connection(self.port, timeout)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def time_ordered_id() -> str:
    """A UUIDv7."""
    value = int(time.time() * 1000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    return str(uuid.UUID(int=value))
