"""Fixtures of the end-to-end tests: directories that Postgres may enter, and servers that end with the test."""

from __future__ import annotations

import contextlib
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from martlet_process import BINARY, Server
from tracked_command import Tracked


# Under nohup, and in the background of a script, these are ignored, and would be by all that the tests start.
for number, handler in (
    (signal.SIGHUP, signal.SIG_DFL), (signal.SIGINT, signal.default_int_handler), (signal.SIGQUIT, signal.SIG_DFL)):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, handler)


@pytest.fixture(scope="session", autouse=True)
def binary() -> Path:
    assert BINARY.exists(), f"{BINARY} is missing: run `make build` or set MARTLET_BIN"
    return BINARY


@contextlib.contextmanager
def short_directory():
    """A directory of short name that another user may enter."""
    directory = Path(tempfile.mkdtemp(prefix="mrt-", dir="/tmp"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def place():
    """A directory of the test's own."""
    with short_directory() as directory:
        yield directory


@pytest.fixture
def new_server(place):
    """Makes servers, not started; stops those that still run."""
    servers: list[Server] = []

    def make(**arguments) -> Server:
        server = Server(place, **arguments)
        servers.append(server)
        return server

    yield make
    # The one with the private Postgres last.
    for server in sorted(servers, key=lambda server: server.database_url is None):
        server.stop()


@pytest.fixture
def server(new_server) -> Server:
    return new_server().start()


@pytest.fixture(scope="session")
def calm_server():
    """One server for all tests that do not harm it."""
    with short_directory() as directory:
        server = Server(directory, options=("--prefect-api", "on")).start()
        yield server
        server.stop()


@pytest.fixture
def new_tracked(tmp_path):
    """Makes tracked commands; ends those that still run."""
    made: list[Tracked] = []

    def make(server: Server) -> Tracked:
        made.append(Tracked(server, tmp_path / "home"))
        return made[-1]

    yield make
    for tracked in made:
        tracked.stop()


@pytest.fixture
def tracked(new_tracked, calm_server) -> Tracked:
    return new_tracked(calm_server)
