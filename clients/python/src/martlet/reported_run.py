"""Decides what can be said about one run through a reporter."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Callable, Optional

from martlet import v1
from martlet.ids import uuid7
from martlet.lane import Item, Lane

if TYPE_CHECKING:
    from martlet.reporter import Reporter

Listener = Callable[[v1.Directive], None]


class ReportedRun:
    """A run whose reports go through a reporter. Thread-safe; its methods wait only while memory is full."""

    def __init__(
        self, reporter: "Reporter", lane: Lane, listener: Optional[Listener], is_taken: bool = False
    ) -> None:
        self._reporter = reporter
        self.is_taken = is_taken
        """Whether it was made by somebody else."""
        self.listener = listener
        self.lane = lane
        self.run_id = lane.run_id

    def propose(
        self, state: v1.State, *, may_run_on: bool = False, urgent: bool = False, binds: bool = False
    ) -> "Future[Optional[v1.Verdict]]":
        """Asks for a state. The future has the verdict that was neither WAIT nor an error.

        With `may_run_on` it has None as soon as the report waits on disk. It raises Fenced when the run is
        another's, MartletError when the server could not decide. `urgent` sends without the usual delay. What
        `binds` takes an offered run: it waits in memory, and ends with the process.
        """
        return self._ask(v1.RunReport(propose=state), may_run_on, urgent, binds)

    def log(self, entry: v1.LogEntry) -> None:
        """Ships a line; its `line` must count from 1 within the run and this reporter, and it needs a time."""
        self._reporter.put(self, Item(v1.RunReport(log=entry)))

    def artifact(self, artifact: v1.Artifact) -> str:
        """Ships an artifact and returns its id, made when empty."""
        report = v1.RunReport(artifact=artifact)
        if not report.artifact.id:
            report.artifact.id = uuid7()
        self._reporter.put(self, Item(report))
        return report.artifact.id

    def flush(self, timeout: Optional[float] = None) -> bool:
        """As the reporter's."""
        return self._reporter.flush(timeout)

    def _ask(
        self, report: v1.RunReport, may_run_on: bool, urgent: bool, binds: bool = False
    ) -> "Future[Optional[v1.Verdict]]":
        future: "Future[Optional[v1.Verdict]]" = Future()

        def answer(outcome: object) -> None:
            if isinstance(outcome, BaseException):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)  # type: ignore[arg-type]

        item = Item(report, answer, may_run_on=may_run_on, urgent=urgent, binds=binds)
        self._reporter.put(self, item)
        return future
