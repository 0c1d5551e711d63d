"""Decides what is on disk: the spools of this process while the server is away, and those that dead ones left.

Used by the reporter's thread alone. Errors of the disk never reach callers: the depot is then `broken`, reports wait in
memory, and log lines that find no room are dropped and counted.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections import deque
from pathlib import Path
from typing import Deque, Dict, Iterator, List, Optional, Tuple

from martlet import v1
from martlet.backlog import Backlog, Progress
from martlet.errors import RunStopped
from martlet.lane import Lane
from martlet.outbox import NEVER, Outbox
from martlet.spool import SpoolFolder

SYNC_INTERVAL = 1.0
# How long a disk that failed is left alone.
BROKEN_PAUSE = 3.0

logger = logging.getLogger("martlet.reporter")


class Depot:
    """The spools below one folder, `parent`, which is of one server."""

    def __init__(self, parent: Path, header: v1.BatchReportRequest, adopt: bool) -> None:
        self.parent = parent
        self.broken = False
        # When a broken disk is tried again; and whether that it is has been said.
        self.retry_at = NEVER
        self._is_known = False
        self.backlogs: Dict[Lane, Backlog] = {}
        self.orphans: Deque[Tuple[SpoolFolder, Deque[Backlog]]] = deque()
        # Whether spools of dead processes are still to be looked for.
        self.curious = adopt and parent.is_dir() and any(parent.iterdir())
        self.sync_at = NEVER
        self._header = header
        self._folder: Optional[SpoolFolder] = None

    @property
    def folder(self) -> Optional[SpoolFolder]:
        """The folder of this process, once there was something to put into it."""
        return self._folder

    def spill(self, outbox: Outbox, offline: bool, now: float) -> None:
        """Moves to disk what cannot be sent: all that is queued while offline, else what follows spooled reports."""
        if self.broken and now >= self.retry_at:
            self.heal()
        if not (offline or self.backlogs):
            return
        for lane in list(outbox.ready):
            if (not offline and lane not in self.backlogs) or lane.binds:
                continue
            if not self.broken:
                try:
                    self._spool(lane, now)
                except OSError as error:
                    self._failed(error)
            if not lane.queued:
                outbox.drop(lane)
                continue
            for item in lane.queued:
                if item.may_run_on:
                    item.settle(None)

    def _spool(self, lane: Lane, now: float) -> None:
        backlog = self.backlogs.get(lane)
        if backlog is None:
            if self._folder is None:
                self._folder = SpoolFolder.claim(self.parent, self._header.session.id)
            spool = self._folder.spool(f"{lane.run_id}.{lane.epoch}", self._header)
            backlog = self.backlogs[lane] = Backlog(spool, self._header)
        backlog.append(list(lane.queued))
        lane.drain()
        self._is_known = False
        self.sync_at = min(self.sync_at, now + SYNC_INTERVAL)

    # The way back.

    def wake_at(self) -> float:
        """When something can be replayed."""
        times = [backlog.held_until for backlog in self.backlogs.values()]
        times += [backlog.held_until for backlog in self._adopted()]
        return min(times, default=NEVER)

    def _adopted(self) -> Iterator[Backlog]:
        """What of the dead may be replayed, in order: a run that waits, for slots perhaps, holds up no other."""
        for _, backlogs in self.orphans:
            for backlog in backlogs:
                yield backlog
                if backlog.is_unborn:
                    break

    def next(self, now: float) -> Optional[Tuple[Backlog, v1.BatchReportRequest]]:
        """What to replay now, own spools first."""
        candidates = itertools.chain(self.backlogs.values(), self._adopted())
        backlog = next((each for each in candidates if now >= each.held_until), None)
        if backlog is None:
            return None
        try:
            return backlog, backlog.next_request()
        except OSError as error:
            self._failed(error)
            backlog.failed(now)
            return None

    def answered(
        self, backlog: Backlog, results: List[v1.ReportResult], outbox: Outbox, now: float
    ) -> None:
        """Takes the answers to what was replayed."""
        try:
            progress = backlog.answered(results, now)
            if progress in (Progress.DONE, Progress.DEAD):
                self._finish(backlog, progress, outbox, now)
        except OSError as error:
            self._failed(error)
            backlog.failed(now)

    def refused(self, backlog: Backlog, why: BaseException, outbox: Outbox, now: float) -> None:
        """Takes the news that the server cannot read what was replayed."""
        try:
            progress = backlog.refused(why)
            if progress in (Progress.DONE, Progress.DEAD):
                self._finish(backlog, progress, outbox, now)
        except OSError as error:
            self._failed(error)
            backlog.failed(now)

    def _finish(self, backlog: Backlog, progress: Progress, outbox: Outbox, now: float) -> None:
        """Gives up a file: its run goes on over the stream."""
        spool = backlog.spool
        # A run that was told to stop has told all that it had to; one that was never taken in has told nothing.
        if progress is Progress.DEAD and (
            backlog.is_unborn or not isinstance(backlog.why, RunStopped)
        ):
            logger.error("the server refuses %s: %s", spool.path, backlog.why)
            spool.path.replace(spool.path.with_suffix(".refused"))
        else:
            spool.remove()
        lane = next((lane for lane, own in self.backlogs.items() if own is backlog), None)
        if lane is not None:
            del self.backlogs[lane]
            lane.replayed(len(spool.rejected))
            if progress is Progress.DEAD and backlog.why is not None:
                outbox.close(lane, backlog.why)
            elif lane.queued:
                outbox.renew(lane, now)
            elif lane.ended:
                outbox.forget(lane)
            return
        found = next(found for found in self.orphans if backlog in found[1])
        found[1].remove(backlog)
        if not found[1]:
            self.orphans.remove(found)
            found[0].release()

    def look_around(self) -> None:
        """Finds the spools of dead processes, once."""
        if not self.curious:
            return
        self.curious = False
        own = self._folder.path if self._folder is not None else None
        try:
            for folder in SpoolFolder.orphans(self.parent, own):
                found = ((spool, spool.header()) for spool in folder.spools())
                backlogs = deque(Backlog(spool, head) for spool, head in found if head is not None)
                if backlogs:
                    logger.info("replaying %s", folder.path)
                    self.orphans.append((folder, backlogs))
                else:
                    folder.release()
        except OSError as error:
            logger.warning("cannot read the spools in %s: %s", self.parent, error)

    # Keeping.

    def sync(self) -> None:
        """Makes what was spooled survive a power cut."""
        self.sync_at = NEVER
        try:
            for backlog in self.backlogs.values():
                backlog.spool.sync()
            if self._folder is not None and self.backlogs:
                self._folder.sync()
        except OSError as error:
            self._failed(error)

    def release(self) -> None:
        """Leaves what is there to the next process."""
        for folder in [self._folder, *(folder for folder, _ in self.orphans)]:
            if folder is not None:
                folder.release()
        self._folder = None
        self.orphans.clear()

    def heal(self) -> None:
        """The disk is worth another attempt."""
        self.broken, self.retry_at = False, NEVER

    def _failed(self, error: OSError) -> None:
        if not self._is_known:
            logger.error("cannot write the spool in %s (%s); reports wait in memory", self.parent, error)
        self.broken = self._is_known = True
        self.retry_at = time.monotonic() + BROKEN_PAUSE
