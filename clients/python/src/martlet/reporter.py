"""Decides when reports leave the process: heartbeats, the spool while the server is away, the way back.

One background thread owns everything (the channel, the Report stream, the outbox, the depot): callers and gRPC only put
events into its queue, so nothing here is locked. When the stream breaks, or a frame is not answered in time, what
is unanswered moves to the spool and new reports follow it there; when the server is back each file is replayed
over BatchReport and its run then goes on over the stream.

Memory is bounded by `limit`: a caller who would exceed it waits until the server, or the disk, has taken something.
"""

from __future__ import annotations

import logging
import os
import random
import socket
import threading
import time
import weakref
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from martlet import v1, values
from martlet.channel import address, open_channel
from martlet.depot import Depot
from martlet.errors import MartletError
from martlet.ids import uuid4, uuid7
from martlet.lane import Item, Lane
from martlet.link import Answered, Ended, Link, Received, Writable, batch_report
from martlet.outbox import NEVER, Outbox
from martlet.reported_run import Listener, ReportedRun
from martlet.spool import home
from martlet.states import observed

# Unanswered bytes in memory, besides the count; and the longest report.
LIMIT_SIZE, LONGEST_REPORT = 16 * 1024 * 1024, 3 * 1024 * 1024
PROBE_TIMEOUT, ANSWER_TIMEOUT = 3.0, 10.0
FIRST_RETRY, LONGEST_RETRY, REFUSED_RETRY = 0.1, 5.0, 30.0
# How long the end of a process looks for a server that was away.
LAST_PROBE_TIMEOUT = 1.5
# How long the end of a process waits for spools that others left.
ORPHANS_TIMEOUT = 5.0
# Errors of a call that no repetition changes.
REFUSALS = frozenset({"INVALID_ARGUMENT", "UNIMPLEMENTED", "PERMISSION_DENIED", "UNAUTHENTICATED"})

logger = logging.getLogger("martlet.reporter")


class _Enqueued(NamedTuple):
    run: ReportedRun
    item: Item


class _Asked(NamedTuple):
    """Somebody waits until nothing is unanswered, or everything is on disk."""

    done: "Future[bool]"


class _Closing(NamedTuple):
    deadline: float


class _Probe:
    """Names a probe, so that the answer to one that was given up is known as such."""


class Reporter:
    """Sends the reports of this process. See the head of this file for what it promises.

    `url` is the server's address (MARTLET_API_URL when None), `lease` how long the server waits in seconds before
    it takes this process for dead, `spool` the folder of the spool ($MARTLET_HOME/spool or ~/.martlet/spool
    when None), `limit` how many unanswered reports are held in memory. With `adopt`, spools that dead processes
    left for this server are replayed too. `answer_timeout` is how long a frame may be unanswered, in seconds.
    """

    def __init__(
        self,
        url: Optional[str] = None,
        *,
        namespace: str = "",
        lease: float = 30.0,
        spool: Optional[Path] = None,
        limit: int = 10_000,
        adopt: bool = True,
        answer_timeout: float = ANSWER_TIMEOUT,
    ) -> None:
        where = address(url)
        self.namespace = namespace
        self.execution_id = uuid4()
        self.session = v1.Session(id=uuid4(), holder=f"{socket.gethostname()}:{os.getpid()}")
        self.session.lease.CopyFrom(values.duration(lease))
        self._header = v1.BatchReportRequest(namespace=namespace, session=self.session)
        self._beat = lease / 3
        self._limit = limit
        self._answer_timeout = answer_timeout
        self._where = where
        self._channel = open_channel(where)
        self._events: "SimpleQueue[Any]" = SimpleQueue()
        self._pid = os.getpid()
        self._room = threading.Condition()
        self._crowded = 0

        # Everything below belongs to the thread.
        self._outbox = Outbox()
        self._depot = Depot((spool or home() / "spool") / where.folder, self._header, adopt)
        self._link: Optional[Link] = None
        self._writable = False
        self._slow_until = 0.0
        self._beat_at = 0.0
        self._probing = False
        self._probe: Optional[_Probe] = None
        self._offline = False
        self._retry_at = 0.0
        self._retry_pause = FIRST_RETRY
        # The stream that was up when a replay was sent, and whether one is under way.
        self._replaying = False
        self._replay_link: Optional[Link] = None
        self._dropped = 0
        self._askers: List["Future[bool]"] = []
        self._closing: Optional[float] = None
        self._orphans_until = NEVER

        _reporters.add(self)
        self._thread = threading.Thread(target=self._main, name="martlet-reporter", daemon=True)
        self._thread.start()

    # What callers use.

    def create(
        self, run: v1.Run, *, listener: Optional[Listener] = None
    ) -> Tuple[ReportedRun, "Future[Optional[v1.Verdict]]"]:
        """Begins a run of this process, PENDING in epoch 1; makes its id when empty.

        `listener` is called in the reporter's thread with the directives for this run; it must not wait.
        """
        report = v1.RunReport(create=run)
        if not report.create.id:
            report.create.id = uuid7()
        # Should the server hear of it only when the enclosing run has ended: it began before.
        observed(report.create.state)
        reported = self._reported(report.create.id, 1, listener)
        return reported, reported._ask(report, True, False)

    def take(
        self, run_id: str, epoch: int, *, listener: Optional[Listener] = None
    ) -> ReportedRun:
        """Takes a run that exists: propose RUNNING, and begin only with the verdict.

        `epoch` is one above that of a SCHEDULED run, or the one it was offered with.
        """
        return self._reported(run_id, epoch, listener, is_taken=True)

    def flush(self, timeout: Optional[float] = None) -> bool:
        """Waits until every report was answered (True), or is on disk because the server is away (False).

        Also False when `timeout` seconds pass first.
        """
        done: "Future[bool]" = Future()
        if not self.alive():
            return False
        self._events.put(_Asked(done))
        try:
            return done.result(timeout)
        except FutureTimeout:
            return False

    def close(self, timeout: float = 30.0) -> None:
        """Flushes, ends the stream and the thread; what is unanswered by then is left on disk.

        A server that was away is looked for once more, for a second or two.
        """
        if not self.alive():
            return
        self._events.put(_Closing(time.monotonic() + timeout))
        self._thread.join(timeout + 5)

    def __enter__(self) -> "Reporter":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def alive(self) -> bool:
        """Whether it takes reports: it is not closed, and this is the process that made it."""
        return self._thread.is_alive() and self._pid == os.getpid()

    def put(self, run: ReportedRun, item: Item) -> None:
        """Takes a report of a run; waits while memory is full."""
        if threading.current_thread() is self._thread:
            return  # a log line of our own making
        if not self.alive():
            item.settle(MartletError("UNAVAILABLE", "the reporter is closed"))
            return
        if item.size > LONGEST_REPORT:
            item.settle(MartletError("INVALID_ARGUMENT", f"a report of {item.size} bytes is too long"))
            logger.error("a report of %d bytes is too long and is not sent", item.size)
            return
        if self._full():
            with self._room:
                self._crowded += 1
                self._room.wait_for(lambda: not self._full() or not self.alive(), 60.0)
                self._crowded -= 1
        self._events.put(_Enqueued(run, item))

    def _reported(
        self, run_id: str, epoch: int, listener: Optional[Listener], is_taken: bool = False
    ) -> ReportedRun:
        lane = Lane(run_id, epoch, self.execution_id, self._outbox.released)
        return ReportedRun(self, lane, listener, is_taken)

    def _full(self) -> bool:
        # Read from any thread: a moment's error is harmless.
        count = self._events.qsize() + self._outbox.held
        return not self._depot.broken and (
            count >= self._limit or self._outbox.held_size >= LIMIT_SIZE
        )

    # The thread.

    def _main(self) -> None:
        try:
            while True:
                for event in self._next_events():
                    self._take(event, time.monotonic())
                now = time.monotonic()
                self._advance(now)
                if self._closing is not None and self._may_end(now):
                    break
        except Exception:
            logger.exception("the reporter failed; reports of this process are lost from here on")
        finally:
            self._end()

    def _next_events(self) -> Iterator[Any]:
        wait = self._wake_at() - time.monotonic()
        try:
            yield self._events.get(timeout=max(0.0, min(wait, 3600.0)))
            while True:
                yield self._events.get_nowait()
        except Empty:
            return

    def _wake_at(self) -> float:
        times = [self._depot.sync_at]
        if self._depot.broken and self._outbox.held:
            times.append(self._depot.retry_at)
        if self._closing is not None:
            times.append(self._closing)
            if self._depot.orphans and time.monotonic() < self._orphans_until:
                times.append(self._orphans_until)
        if self._link is None:
            if self._wanted() and not self._probing:
                times.append(self._retry_at)
            return min(times)
        times.append(self._patience_ends())
        if self._writable:
            times.append(max(self._outbox.wake_at(), self._slow_until))
            if self._outbox.runs:
                times.append(max(self._beat_at, self._slow_until))
        if not self._replaying:
            times.append(self._depot.wake_at())
        return min(times)

    def _take(self, event: Any, now: float) -> None:
        if isinstance(event, _Enqueued):
            self._enqueued(event.run, event.item, now)
        elif isinstance(event, Writable):
            self._writable = self._writable or event.link is self._link
        elif isinstance(event, Received):
            if event.link is self._link:
                self._received(event.response, now)
        elif isinstance(event, Ended):
            if event.link is self._link:
                self._lost(event.error, now)
        elif isinstance(event, Answered):
            if isinstance(event.purpose, _Probe):
                if event.purpose is self._probe:
                    self._probed(event, now)
            else:
                self._replayed(event, now)
        elif isinstance(event, _Asked):
            self._askers.append(event.done)
            self._outbox.hurry(now)
        elif isinstance(event, _Closing):
            self._closing = event.deadline
            self._orphans_until = now + ORPHANS_TIMEOUT
            self._retry_at = min(self._retry_at, now)
            self._outbox.hurry(now)
            if self._offline and self._wanted():
                self._look_once_more(now)

    def _enqueued(self, run: ReportedRun, item: Item, now: float) -> None:
        crowded = self._depot.broken and self._offline and self._outbox.held >= self._limit
        if crowded and not item.counted:
            self._dropped += 1
        else:
            self._outbox.add(run, item, now)

    def _advance(self, now: float) -> None:
        if self._link is None:
            if not self._probing and now >= self._retry_at and self._wanted():
                self._begin_probe()
        elif now >= self._patience_ends():
            self._lost(MartletError("DEADLINE_EXCEEDED", "the server does not answer"), now)
        else:
            # First to disk what follows spooled reports, then to the stream what may overtake nothing.
            self._depot.spill(self._outbox, self._offline, now)
            self._replay(now)
            self._send(now)
        self._depot.spill(self._outbox, self._offline, now)
        if now >= self._depot.sync_at:
            self._depot.sync()
        self._tell()

    def _patience_ends(self) -> float:
        """When the stream is given up: a frame is not answered, or even a heartbeat is not taken."""
        frame = self._outbox.oldest()
        ends = frame.sent_at + self._answer_timeout if frame is not None else NEVER
        if not self._writable and self._outbox.runs:
            ends = min(ends, self._beat_at + self._answer_timeout)
        return ends

    def _wanted(self) -> bool:
        """Whether there is a reason to have a connection."""
        depot = self._depot
        return bool(
            self._outbox.runs or depot.backlogs or depot.orphans or depot.curious or self._askers
        )

    # The connection.

    def _begin_probe(self) -> None:
        # The first fails fast, so that nobody waits for a server that is not there. Later ones are patient: older gRPC
        # connects again only while a call waits for it.
        patient = self._offline and self._closing is None
        timeout = PROBE_TIMEOUT if patient or not self._offline else LAST_PROBE_TIMEOUT
        self._probing = True
        self._probe = _Probe()
        batch_report(
            self._channel, self._events, self._header, self._probe, timeout, patient
        )

    def _look_once_more(self, now: float) -> None:
        """Asks at once whether the server is back; a new channel, since the old one may be pausing between attempts."""
        old = self._channel
        try:
            self._channel = open_channel(self._where)
            self._begin_probe()
        except RuntimeError as error:
            # Python 3.12 and later refuse new threads, which gRPC needs, when the interpreter ends.
            self._probing = False
            self._lost(MartletError("UNAVAILABLE", str(error)), now)
        finally:
            old.close()

    def _probed(self, event: Answered, now: float) -> None:
        self._probing = False
        if event.response is None:
            self._lost(event.error, now)
            if event.error is not None and event.error.code in REFUSALS:
                self._retry_at = now + REFUSED_RETRY
            return
        if self._offline:
            logger.info("the server is back")
        self._offline = False
        self._depot.heal()
        if self._dropped:
            logger.warning("%d log lines were lost: there was no room for them", self._dropped)
            self._dropped = 0
        self._retry_pause = FIRST_RETRY
        self._beat_at = now + self._beat
        self._writable = False
        self._link = Link(self._channel, self._events)
        self._depot.look_around()
        self._directed(event.response.directives, now)

    def _lost(self, error: Optional[MartletError], now: float) -> None:
        """The server is away: everything that flies is called back, and goes to disk until it answers again."""
        if self._link is not None:
            self._link.cancel()
            self._link = None
        if not self._offline and self._outbox.runs:
            logger.warning("the server is away (%s); reports wait in %s", error, self._depot.parent)
        self._offline = True
        self._outbox.recall()
        self._retry_at = now + self._retry_pause * random.uniform(0.5, 1.0)
        self._retry_pause = min(self._retry_pause * 2, LONGEST_RETRY)

    # The stream.

    def _send(self, now: float) -> None:
        if self._link is None or not self._writable or now < self._slow_until:
            return
        reports = self._outbox.compose(now, self._depot.backlogs)
        if not reports and not (self._outbox.runs and now >= self._beat_at):
            return
        frame = v1.ReportRequest(namespace=self.namespace, session=self.session)
        frame.reports.extend(reports)
        self._writable = False
        self._beat_at = now + self._beat
        self._link.send(frame)

    def _received(self, response: v1.ReportResponse, now: float) -> None:
        if response.results and not self._outbox.answered(response.results, now):
            self._lost(MartletError("INTERNAL", "an answer fits no frame that was sent"), now)
            return
        self._directed(response.directives, now)

    def _directed(self, directives: Sequence[v1.Directive], now: float) -> None:
        for directive in directives:
            kind = directive.WhichOneof("kind")
            if kind == "slow_down":
                wait = directive.slow_down.wait.ToTimedelta().total_seconds()
                self._slow_until = max(self._slow_until, now + wait)
                continue
            if kind is None:
                continue
            lane = self._outbox.by_id.get(getattr(directive, kind).run_id)
            if lane is None:
                continue
            if kind == "ask_again":
                lane.held_until = 0.0
                continue
            run = self._outbox.runs[lane]
            if run.listener is not None:
                try:
                    run.listener(directive)
                except Exception:
                    logger.exception("a listener failed")

    # The spool.

    def _replay(self, now: float) -> None:
        """Sends the next frame of a file; one at a time."""
        if self._replaying:
            return
        found = self._depot.next(now)
        if found is not None:
            self._replaying, self._replay_link = True, self._link
            batch_report(
                self._channel, self._events, found[1], found[0], self._answer_timeout
            )

    def _replayed(self, event: Answered, now: float) -> None:
        self._replaying = False
        if event.response is not None:
            self._depot.answered(event.purpose, list(event.response.results), self._outbox, now)
            self._directed(event.response.directives, now)
        elif event.error is not None and event.error.code == "INVALID_ARGUMENT":
            self._depot.refused(event.purpose, event.error, self._outbox, now)
        else:
            event.purpose.failed(now)
            if self._link is self._replay_link:
                self._lost(event.error, now)

    # The end.

    def _tell(self) -> None:
        """Answers those who wait for a flush, and those who wait for room."""
        if self._askers:
            held = self._outbox.held
            if not held and not self._depot.backlogs:
                self._settle_askers(True)
            elif self._offline and (held == self._outbox.bound or self._depot.broken):
                self._depot.sync()
                self._settle_askers(False)
        if self._crowded and not self._full():
            with self._room:
                self._room.notify_all()

    def _settle_askers(self, outcome: bool) -> None:
        askers, self._askers = self._askers, []
        for done in askers:
            done.set_result(outcome)

    def _may_end(self, now: float) -> bool:
        if self._closing is not None and now >= self._closing:
            return True
        away = self._offline and not self._probing
        if self._outbox.held and not (away and self._outbox.held == self._outbox.bound):
            return away and self._depot.broken
        orphans = (self._depot.orphans or self._depot.curious) and now < self._orphans_until
        return away or not (self._depot.backlogs or orphans)

    def _end(self) -> None:
        now = time.monotonic()
        if self._outbox.held:
            if not self._offline:
                self._lost(MartletError("DEADLINE_EXCEEDED", "the server did not answer in time"), now)
            # The disk may have room again.
            self._depot.heal()
            self._depot.spill(self._outbox, True, now)
        self._depot.sync()
        lost = self._outbox.held - self._outbox.bound
        if lost:
            logger.error("%d reports are lost: neither sent nor spooled", lost)
        if self._link is not None:
            self._link.finish()
            self._link = None
        self._settle_askers(False)
        for lane in list(self._outbox.runs):
            lane.close(MartletError("UNAVAILABLE", "the reporter is closed"))
        self._channel.close()
        self._depot.release()
        with self._room:
            self._room.notify_all()


_reporters: "weakref.WeakSet[Reporter]" = weakref.WeakSet()


def _let_go() -> None:
    """In a forked child: the spools are the parent's."""
    for reporter in _reporters:
        if reporter._depot.folder is not None:
            reporter._depot.folder.abandon()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go)
