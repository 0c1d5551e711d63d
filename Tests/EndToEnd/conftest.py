"""Fixtures of the end-to-end tests: directories that Postgres may enter, and servers that end with the test."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from martlet_process import BINARY, Server


@pytest.fixture(scope="session", autouse=True)
def binary() -> Path:
    assert BINARY.exists(), f"{BINARY} is missing: run `make build` or set MARTLET_BIN"
    return BINARY


@pytest.fixture
def place():
    """A directory of short name that another user may enter."""
    directory = Path(tempfile.mkdtemp(prefix="mrt-", dir="/tmp"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


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
