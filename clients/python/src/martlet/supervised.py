"""Decides what Python code sees of a run that somebody else reports: the supervisor that started this process.

The run has begun and will be ended by the supervisor. What is said and written down here goes to the server by a
reporter of this process, which is made when first needed: gRPC takes a while.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Optional

from martlet.errors import RunStopped
from martlet.run import AdoptedBlock, Run, reporter

if TYPE_CHECKING:
    from martlet import v1
    from martlet.reported_run import ReportedRun


class SupervisedRun(Run):
    """The run that this process executes below its supervisor."""

    @property
    def is_supervised(self) -> bool:
        return True

    def _begin(self, may_run_on: bool) -> None:
        pass

    def _may_go_on(self, error: Exception) -> bool:
        return False

    def _end(self, error: Optional[BaseException]) -> None:
        self._stop_clock()

    def _store(self, value: Any) -> "Optional[v1.Payload]":
        return None  # the supervisor sees to it

    def _stopped(self) -> Optional[RunStopped]:
        return self._why

    def stop(self, why: RunStopped) -> None:
        """The run must not go on: `checkpoint` and `sleep` raise."""
        self._why = why
        self._stop.set()


class _Reports:
    """What a supervised run says; the reporter is made with the first word."""

    def __init__(self, run: SupervisedRun) -> None:
        self._run = run
        self._made: "Optional[ReportedRun]" = None

    @property
    def _reported(self) -> "ReportedRun":
        if self._made is None:
            self._made = reporter().take(self._run.id, self._run.epoch, listener=self._run._directed)
        return self._made

    def log(self, entry: "v1.LogEntry") -> None:
        self._reported.log(entry)

    def artifact(self, artifact: "v1.Artifact") -> str:
        return self._reported.artifact(artifact)

    def flush(self, timeout: Optional[float] = None) -> bool:
        return self._made is None or self._made.flush(timeout)


class SupervisedBlock(AdoptedBlock):
    """`with SupervisedBlock() as run:` around the code of the run that MARTLET_RUN_ID names."""

    def __init__(self) -> None:
        super().__init__(os.environ["MARTLET_RUN_ID"], int(os.environ.get("MARTLET_EPOCH") or 1))

    def _make(self, parent: Optional[Run]) -> Run:
        run = SupervisedRun(self._id, self._epoch, os.environ.get("MARTLET_FLOW", ""), None)
        reports: Any = _Reports(run)
        run._reports = reports
        return run
