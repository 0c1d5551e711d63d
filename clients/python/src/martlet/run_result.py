"""Decides how a run returns something: a short result is recorded with its end, a longer one is stored and recorded by its address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from martlet import v1
    from martlet.reporter import ReportedRun

# What a state takes, less room for what is around it.
LARGEST_RESULT = 250 * 1024
# How long a long result waits until the server knows its run.
PATIENCE = 30.0


class RunResult:
    """What a run may return."""

    id: str
    _reports: "ReportedRun"
    _result: Any = None
    _stored: "Optional[v1.Payload]" = None

    @property
    def result(self) -> Any:
        """What the run returned, recorded with COMPLETED when it is set: plain JSON.

        One above 250 KiB is stored when it is set, and its address is recorded. Setting raises TypeError for what is no
        JSON; for a large one MartletError, UNAVAILABLE when the server stays away.
        """
        return self._result

    @result.setter
    def result(self, result: Any) -> None:
        from martlet import values

        value = values.value(result, "result")
        self._stored = self._store(value) if value.ByteSize() > LARGEST_RESULT else None
        self._result = result

    def _store(self, value: Any) -> "Optional[v1.Payload]":
        """Stores a result that is too long for a state."""
        from google.protobuf import json_format

        from martlet import results

        text = json_format.MessageToJson(value, indent=None)
        # The run must be known to the server before what it returned.
        self._reports.flush(PATIENCE)
        return results.payload(text.encode(), media_type="application/json", run_id=self.id)

    @property
    def recorded(self) -> Any:
        """What its end says of the result: the value, or what stands for one that is stored."""
        return self._result if self._stored is None else self._stored
