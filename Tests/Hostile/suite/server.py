"""Decides how the server under attack is started, weighed and judged alive."""

from __future__ import annotations

import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

from wire import requests
from wire.http1 import Line
from wire.transport import Target

sys.path.append(str(Path(__file__).resolve().parents[2] / "EndToEnd"))

import martlet_process  # noqa: E402


class HostedServer(martlet_process.Server):
    """A server in a directory of its own, with room for as many connections as it may have."""

    def __init__(self, binary: Path, certificate: Path | None = None, key: Path | None = None):
        martlet_process.BINARY = binary
        place = Path(tempfile.mkdtemp(prefix="mrt-", dir="/tmp"))
        # The private Postgres may run as another user.
        place.chmod(0o755)
        options = ("--tls-cert", str(certificate), "--tls-key", str(key)) if certificate else ()
        super().__init__(place, options=options)
        self.target = Target("127.0.0.1", self.port, tls=certificate is not None)
        raise_file_limit()

    def wait_until_ready(self, timeout: float = 60) -> None:
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server left with {self.process.returncode}:\n{self.log.read_text()[-4000:]}")
            if self.answers("/readyz"):
                return
            time.sleep(0.02)
        raise RuntimeError(f"not ready in {timeout} s:\n{self.log.read_text()[-4000:]}")

    def answers(self, path: str) -> bool:
        """Whether a new connection gets 200."""
        try:
            with Line(self.target) as line:
                line.send(requests.http1(self.target, path, b"", method="GET"))
                return line.reaction(further=0).startswith("HTTP 200")
        except OSError:
            return False

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def resident(self) -> int:
        """Bytes of memory now."""
        return self._status("VmRSS")

    def peak(self) -> int:
        """Bytes of memory at most since `forget_peak`."""
        return self._status("VmHWM")

    def forget_peak(self) -> None:
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def _status(self, name: str) -> int:
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
        raise RuntimeError(f"no {name}: the server is gone")

    def restart(self) -> None:
        """A fresh process on the same data, whatever became of the last."""
        if self.is_alive:
            self.kill()
        self.start()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


def raise_file_limit() -> None:
    """The children inherit it: the server and the attackers need a descriptor a connection."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def idle_cores(before: tuple[float, float], after: tuple[float, float]) -> float:
    """How many cores had nothing to do between two readings of `cpu_times`."""
    total = after[0] - before[0]
    return (after[1] - before[1]) / total * (os.cpu_count() or 1) if total else 0.0


def cpu_times() -> tuple[float, float]:
    """All the time of all cores and what of it was idle, in ticks."""
    ticks = [float(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return sum(ticks), ticks[3] + ticks[4]
