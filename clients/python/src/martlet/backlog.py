"""Decides how a spool file is replayed: in order, over BatchReport, until every report was answered.

No clock of its own and no network: `Reporter` sends what `next_request` gives and hands the answer back.
"""

from __future__ import annotations

import enum
from typing import Dict, List, Optional, Sequence

from martlet import v1
from martlet.lane import FIRST_PAUSE, LONGEST_PAUSE, OUT_OF_SEQUENCE, Item, end_of, error_of, may_pass
from martlet.spool import RunSpool, SpoolEntry

# A frame of a replay: fewer round trips than the live stream's, still well below the server's limits.
COUNT, SIZE = 500, 256 * 1024


class Progress(enum.Enum):
    """What became of a replay."""

    MORE = "there is more to send"
    HELD = "the server asked to wait"
    DONE = "everything was answered"
    DEAD = "the rest will never be taken"


class Backlog:
    """One spool file and how far it has been replayed."""

    def __init__(self, spool: RunSpool, header: v1.BatchReportRequest) -> None:
        self.spool = spool
        self.header = header
        self.held_until = 0.0
        # Who still wants to know, by the ordinal of the report.
        self.asked: Dict[int, Item] = {}
        self.why: Optional[BaseException] = None
        self._ordinal = 0
        self._offset = 0
        self._sent: List[SpoolEntry] = []
        self._count = COUNT
        self._pause = FIRST_PAUSE

    def append(self, items: Sequence[Item]) -> None:
        """Writes reports to the file; their askers are told when they were answered. Raises OSError."""
        first = self.spool.append([item.report.SerializeToString() for item in items])
        for ordinal, item in enumerate(items, first):
            if item.may_run_on:
                item.settle(None)
            elif item.answer is not None:
                self.asked[ordinal] = item

    @property
    def finished(self) -> bool:
        """Whether every report in the file was answered."""
        return self._ordinal >= self.spool.count

    @property
    def is_unborn(self) -> bool:
        """Whether its run may not exist yet: what comes behind in the same folder may be below it."""
        if self._ordinal:
            return False
        return not self._sent or self._sent[0].report.WhichOneof("item") == "create"

    def next_request(self) -> v1.BatchReportRequest:
        """The next frame, with the session that the reports came from."""
        self._sent, size = [], 0
        for entry in self.spool.entries(self._ordinal, self._offset):
            size += entry.report.ByteSize() + 8
            if self._sent and (size > SIZE or len(self._sent) == self._count):
                break
            self._sent.append(entry)
        request = v1.BatchReportRequest()
        request.CopyFrom(self.header)
        request.reports.extend(entry.report for entry in self._sent)
        return request

    def failed(self, now: float) -> None:
        """The frame got no answer: it will be sent again."""
        self._hold(now)

    def refused(self, why: BaseException) -> Progress:
        """The server cannot read the frame: its reports are sent one by one, and a single one is left out."""
        if len(self._sent) != 1:
            self._count = 1
            return Progress.MORE
        (entry,) = self._sent
        kind = entry.report.WhichOneof("item")
        if kind == "propose":
            self.spool.reject(entry.ordinal)
        self._pass(entry, why)
        if kind == "create":
            return self._give_up(why)
        return Progress.DONE if self.finished else Progress.MORE

    def answered(self, results: Sequence[v1.ReportResult], now: float) -> Progress:
        """Takes the answers to the frame."""
        if len(results) != len(self._sent):
            self._hold(now)
            return Progress.HELD
        if not self._sent:
            # Nothing readable is left, whatever was counted: the file was damaged behind our back.
            self._ordinal = self.spool.count
        for entry, result in zip(self._sent, results):
            if result.WhichOneof("outcome") == "error":
                progress = self._undecided(entry, result.error, now)
                if progress is not None:
                    return progress
            elif result.verdict.code == v1.Verdict.CODE_WAIT:
                self.held_until = now + result.verdict.wait.ToTimedelta().total_seconds()
                return Progress.HELD
            else:
                self._pause = FIRST_PAUSE
                self._pass(entry, result.verdict)
                why = end_of(entry.report, result.verdict)
                if why is not None:
                    return self._give_up(why)
        return Progress.DONE if self.finished else Progress.MORE

    def _undecided(
        self, entry: SpoolEntry, error: v1.ReportError, now: float
    ) -> Optional[Progress]:
        if may_pass(error.code, self._pause):
            self._hold(now)
            return Progress.HELD
        kind = entry.report.WhichOneof("item")
        why = error_of(error)
        if kind == "create" or error.reason == OUT_OF_SEQUENCE:
            self._pass(entry, why)
            return self._give_up(why)
        if kind == "propose":
            self.spool.reject(entry.ordinal)
            self._pass(entry, why)
            return Progress.DONE if self.finished else Progress.MORE
        self._pass(entry, why)
        return None

    def _pass(self, entry: SpoolEntry, outcome: object) -> None:
        item = self.asked.pop(entry.ordinal, None)
        if item is not None:
            item.settle(outcome)
        self._ordinal, self._offset = entry.ordinal + 1, entry.end

    def _give_up(self, why: BaseException) -> Progress:
        self.why = why
        for item in self.asked.values():
            item.settle(why)
        self.asked.clear()
        return Progress.DEAD

    def _hold(self, now: float) -> None:
        self.held_until = now + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
