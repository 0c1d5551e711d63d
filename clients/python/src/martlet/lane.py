"""Decides the order in which the reports of one run are sent, and what an answer means for those behind it.

No I/O, no clock of its own, no threads: `Reporter` drives it from its one thread.

A lane is a queue. Reports leave it in order and wait in `flying` for their answers. WAIT puts a report back to
the head; those that flew behind it come back with OUT_OF_SEQUENCE and are put back in their places. A report
that the server cannot decide consumed no seq: those behind it count one less and are sent again.
"""

from __future__ import annotations

from collections import deque
from typing import Callable, Deque, Iterator, List, Optional

from martlet import v1
from martlet.errors import Fenced, FieldViolation, MartletError, Refused, RunStopped

OUT_OF_SEQUENCE = "OUT_OF_SEQUENCE"
# Codes that say nothing about the report: CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, UNAVAILABLE.
TRANSIENT = frozenset({1, 4, 8, 10, 14})
# UNKNOWN and INTERNAL may be the report's doing: they are tried again for a while only.
DOUBTFUL = frozenset({2, 13})
CODES = (
    "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED "
    "RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS "
    "UNAUTHENTICATED"
).split()
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0

# Called once with the verdict, with None when the report waits on disk, or with an exception.
Answer = Callable[[object], None]


def error_of(error: v1.ReportError) -> MartletError:
    """The exception for an error inside a batch."""
    code = CODES[error.code] if 0 <= error.code < len(CODES) else "UNKNOWN"
    out = MartletError(code, error.message, reason=error.reason)
    if error.field:
        out.fields.append(FieldViolation(error.field, error.message))
    return out


def may_pass(code: int, pause: float) -> bool:
    """Whether an error may pass when the same report is sent again after `pause` seconds."""
    return code in TRANSIENT or (code in DOUBTFUL and pause < LONGEST_PAUSE)


def end_of(report: v1.RunReport, verdict: v1.Verdict) -> Optional[RunStopped]:
    """Why nothing more is to be said about the run after this verdict; None when there is more."""
    if verdict.code == v1.Verdict.CODE_FENCED:
        return Fenced(f"run {report.run_id} belongs to another execution ({verdict.reason})")
    if verdict.code == v1.Verdict.CODE_REFUSED and report.WhichOneof("item") == "create":
        return Refused(f"run {report.run_id} may not begin: {verdict.reason}", verdict)
    return None


class Item:
    """A report on its way."""

    __slots__ = ("report", "size", "order", "answer", "may_run_on", "urgent", "binds")

    def __init__(
        self,
        report: v1.RunReport,
        answer: Optional[Answer] = None,
        *,
        may_run_on: bool = False,
        urgent: bool = False,
        binds: bool = False,
    ) -> None:
        self.report = report
        self.size = report.ByteSize() + 8
        self.order = 0
        self.answer = answer
        # Whether the asker may go on without the verdict when the report waits on disk.
        self.may_run_on = may_run_on
        self.urgent = urgent
        # Whether it takes an offered run: nobody may begin that later, so it never goes to disk.
        self.binds = binds

    @property
    def counted(self) -> bool:
        """Whether it carries a seq."""
        return self.report.WhichOneof("item") in ("create", "propose")

    def settle(self, outcome: object) -> None:
        """Tells the asker, once."""
        if self.answer is not None:
            answer, self.answer = self.answer, None
            answer(outcome)


class Lane:
    """The reports of one run in one epoch that the server has not answered."""

    def __init__(
        self,
        run_id: str,
        epoch: int,
        execution_id: str,
        release: Callable[[Item], None] = lambda item: None,
    ) -> None:
        """`release` is called with every report that leaves the lane: answered, drained or given up."""
        self.run_id = run_id
        self.epoch = epoch
        self.execution_id = execution_id
        self.queued: Deque[Item] = deque()
        self.flying: Deque[Item] = deque()
        self.held_until = 0.0
        # Why nothing more is sent: the run is another's, or could not be created.
        self.closed: Optional[BaseException] = None
        # Whether the last state has been reported.
        self.ended = False
        self._release = release
        self._order = 0
        self._seq = 0
        self._pause = FIRST_PAUSE

    def __len__(self) -> int:
        return len(self.queued) + len(self.flying)

    @property
    def binds(self) -> bool:
        """Whether what is queued waits for the run to be taken."""
        return bool(self.queued) and self.queued[0].binds

    def add(self, item: Item) -> bool:
        """Takes a report into the queue; one for a closed lane is settled at once, and False returned."""
        if self.closed is not None:
            item.settle(self.closed)
            return False
        report = item.report
        report.run_id, report.epoch, report.execution_id = self.run_id, self.epoch, self.execution_id
        if item.counted:
            self._seq += 1
            report.seq = self._seq
        self._order += 1
        item.order = self._order
        self.queued.append(item)
        return True

    def take(self, count: int, size: int, now: float) -> List[Item]:
        """Up to so many reports of so many bytes (always one, if any may go) to be sent now."""
        out: List[Item] = []
        if now < self.held_until:
            return out
        while self.queued and len(out) < count:
            item = self.queued[0]
            if out and item.size > size:
                break
            size -= item.size
            out.append(self.queued.popleft())
            self.flying.append(item)
        return out

    def recall(self) -> None:
        """Puts everything that flies back into the queue: its answers are lost."""
        back = sorted([*self.flying, *self.queued], key=lambda item: item.order)
        self.flying.clear()
        self.queued.clear()
        if self.closed is None:
            self.queued.extend(back)
        else:
            for item in back:
                self._release(item)
        self.held_until = 0.0

    def drain(self) -> List[Item]:
        """Everything queued, which leaves the lane: it is on disk now."""
        out = list(self.queued)
        self.queued.clear()
        for item in out:
            self._release(item)
        return out

    def replayed(self, rejected: int) -> None:
        """What was drained has been answered; so many of its seqs were not consumed."""
        self._seq -= rejected

    def answered(self, item: Item, sent_seq: int, result: v1.ReportResult, now: float) -> bool:
        """Takes the answer to a report that was sent with `sent_seq`. False when it must be sent again."""
        self.flying.remove(item)
        again = self.closed is None and self._must_go_again(item, sent_seq, result, now)
        if again:
            self._put_back(item)
        else:
            self._release(item)
        return not again

    def close(self, why: BaseException) -> None:
        """Settles everything with `why`; nothing more is sent. What flies leaves when it is answered or recalled."""
        self.closed = self.closed or why
        for item in [*self.flying, *self.queued]:
            item.settle(self.closed)
        self.drain()

    def _must_go_again(
        self, item: Item, sent_seq: int, result: v1.ReportResult, now: float
    ) -> bool:
        if result.WhichOneof("outcome") == "error":
            return self._undecided(item, sent_seq, result.error, now)
        verdict = result.verdict
        if verdict.code == v1.Verdict.CODE_WAIT:
            self.held_until = now + verdict.wait.ToTimedelta().total_seconds()
            return True
        self._pause = FIRST_PAUSE
        if verdict.code == v1.Verdict.CODE_REPLACED and verdict.state.type == v1.STATE_TYPE_SCHEDULED:
            # The end that was proposed is none: the run is tried again.
            self.ended = False
        item.settle(verdict)
        why = end_of(item.report, verdict)
        if why is not None:
            self.close(why)
        return False

    def _undecided(self, item: Item, sent_seq: int, error: v1.ReportError, now: float) -> bool:
        stale = item.report.seq != sent_seq or self._counted_before(item)
        if error.reason == OUT_OF_SEQUENCE and stale:
            return True
        if may_pass(error.code, self._pause):
            self.held_until = now + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            return True
        why = error_of(error)
        item.settle(why)
        # A proposal for a run that is not there: it was deleted, and with it goes what else there is to say.
        if item.report.WhichOneof("item") == "create" or (item.counted and why.code == "NOT_FOUND"):
            self.close(why)
        elif item.counted:
            self._lower(item)
        return False

    def _counted_before(self, item: Item) -> bool:
        return any(other.counted and other.order < item.order for other in self._all())

    def _lower(self, item: Item) -> None:
        """The seqs behind a report that consumed none count one less."""
        self._seq -= 1
        for other in self._all():
            if other.counted and other.order > item.order:
                other.report.seq -= 1

    def _put_back(self, item: Item) -> None:
        place = 0
        while place < len(self.queued) and self.queued[place].order < item.order:
            place += 1
        self.queued.insert(place, item)

    def _all(self) -> Iterator[Item]:
        yield from self.flying
        yield from self.queued
