"""What tests of the reporter share: a server that answers by script, a spool, and short names."""

import pytest
from scripted_server import ScriptedServer

from martlet import v1
from martlet.reporter import Reporter

P, R, C, F = (
    v1.STATE_TYPE_PENDING,
    v1.STATE_TYPE_RUNNING,
    v1.STATE_TYPE_COMPLETED,
    v1.STATE_TYPE_FAILED,
)


@pytest.fixture
def server():
    server = ScriptedServer()
    yield server
    server.stop()


@pytest.fixture
def spool(tmp_path):
    return tmp_path / "spool"


def reporter_for(server, spool, **options):
    return Reporter(server.url, spool=spool, **options)


def running():
    return v1.State(type=R)


def completed(message=""):
    return v1.State(type=C, message=message)


def line(number, text="x"):
    return v1.LogEntry(line=number, message=text)


def spooled(spool):
    return sorted(path.name for path in spool.rglob("*.spool"))
