"""The real server, for the tests that need it: $MARTLET_BIN, by default the release build of this tree."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Iterator, Optional

import pytest

BINARY = Path(
    os.environ.get("MARTLET_BIN") or Path(__file__).resolve().parents[3] / ".build/release/martlet"
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RealServer:
    """A server process on its private database, which can be killed and started again."""

    def __init__(self, binary: Path) -> None:
        assert binary.exists(), f"{binary} is missing: build it, or set MARTLET_BIN"
        self.binary = binary
        # Not below pytest's folders: those are closed to the user that the database runs as.
        self.data = Path(tempfile.mkdtemp(prefix="martlet-test-"))
        self.data.chmod(0o755)
        self.port = free_port()
        self.log = self.data / "log"
        self.process: "Optional[subprocess.Popen[bytes]]" = None
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [
                    self.binary, "server", "start", "--host", "127.0.0.1",
                    "--port", str(self.port), "--data-dir", self.data / "state",
                ],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(self.url + "/readyz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise AssertionError("the server does not become ready:\n" + self.log.read_text()[-4000:])

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def freeze(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)


@pytest.fixture(scope="session")
def real() -> Iterator[RealServer]:
    """One server for all tests that do not harm it."""
    server = RealServer(BINARY)
    yield server
    server.remove()


@pytest.fixture
def fragile() -> Iterator[RealServer]:
    """A server of the test's own, to be killed."""
    server = RealServer(BINARY)
    yield server
    server.remove()
