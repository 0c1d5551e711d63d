"""What the reporter promises when the disk is full, when others' runs wait, and of what never goes to disk."""

import errno
import os
import threading
import time

import pytest
from reporter_script import C, P, R, completed, reporter_for, running, server, spool, spooled  # noqa: F401
from scripted_server import wait

from martlet import MartletError, v1
from martlet.spool import RunSpool


class FullDisk:
    """Stands in for RunSpool's writing: there is no room until there is."""

    def __init__(self, monkeypatch):
        self.full = True
        self.refusals = 0
        write = RunSpool._write

        def refuse(spool, data):
            if self.full:
                self.refusals += 1
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            write(spool, data)

        monkeypatch.setattr(RunSpool, "_write", refuse)


def test_a_disk_that_has_room_again_takes_what_waits_while_the_server_is_away(server, spool, monkeypatch):
    disk = FullDisk(monkeypatch)
    monkeypatch.setattr("martlet.depot.BROKEN_PAUSE", 0.05)
    server.stop()
    with reporter_for(server, spool) as reporter:
        run, _ = reporter.create(v1.Run(definition="etl"))
        assert run.propose(running(), may_run_on=True, urgent=True).result(10) is None
        run.propose(completed())
        assert not reporter.flush(10)
        assert disk.refusals
        disk.full = False
        deadline = time.monotonic() + 30
        while reporter._outbox.held and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not reporter._outbox.held
        server.start()
        server.until(lambda: server.runs and server.runs[run.run_id].states == [P, R, C])


def test_the_end_asks_a_disk_again_that_was_full(server, spool, monkeypatch):
    disk = FullDisk(monkeypatch)
    monkeypatch.setattr("martlet.depot.BROKEN_PAUSE", 3600.0)
    server.stop()
    reporter = reporter_for(server, spool)
    run, _ = reporter.create(v1.Run(definition="etl"))
    run.propose(running())
    run.propose(completed())
    assert not reporter.flush(10)
    disk.full = False
    reporter.close(10)
    server.start()
    with reporter_for(server, spool) as other:
        assert other.flush(10)
        server.until(lambda: run.run_id in server.runs and server.runs[run.run_id].states == [P, R, C])


def test_a_waiting_run_of_a_dead_process_holds_up_no_other(server, spool):
    free = threading.Event()

    def script(report):
        if report.run_id == first.run_id and report.propose.type == R and not free.is_set():
            return wait(50)
        return None

    server.stop()
    reporter = reporter_for(server, spool)
    # Files are replayed by name.
    first, _ = reporter.create(v1.Run(id="018f0000-0000-7000-8000-000000000001", definition="waits"))
    first.propose(running())
    first.propose(completed())
    second, _ = reporter.create(v1.Run(id="018f0000-0000-7000-8000-000000000002", definition="holds"))
    second.propose(running())
    second.propose(completed())
    reporter.close(10)
    assert len(spooled(spool)) == 2
    server.script = script
    server.start()
    with reporter_for(server, spool):
        server.until(lambda: second.run_id in server.runs and server.runs[second.run_id].states == [P, R, C])
        assert server.runs[first.run_id].states == [P]
        free.set()
        server.until(lambda: server.runs[first.run_id].states == [P, R, C])
    assert list(spool.glob("*/*")) == []


def test_the_taking_of_a_run_never_goes_to_disk(server, spool):
    server.stop()
    reporter = reporter_for(server, spool)
    run = reporter.take("018f0000-0000-7000-8000-000000000001", 1)
    started = run.propose(running(), urgent=True, binds=True)
    # Nothing keeps the end of the process waiting: the run is not begun.
    assert not reporter.flush(10)
    assert not started.done()
    reporter.close(10)
    with pytest.raises(MartletError):
        started.result(10)
    assert spooled(spool) == []


def test_the_taking_of_a_run_waits_for_the_server_in_memory(server, spool):
    server.stop()
    with reporter_for(server, spool) as reporter:
        run = reporter.take("018f0000-0000-7000-8000-000000000001", 1)
        started = run.propose(running(), urgent=True, binds=True)
        assert not reporter.flush(10)
        server.script = lambda report: v1.ReportResult(
            verdict=v1.Verdict(code=v1.Verdict.CODE_ACCEPTED, state=v1.State(type=R))
        )
        server.start()
        assert started.result(20).state.type == R
