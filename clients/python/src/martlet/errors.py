"""Decides which exceptions a caller may see. Imports nothing heavy."""

from __future__ import annotations

from typing import Any, List, Mapping, NamedTuple, Optional, Sequence


class FieldViolation(NamedTuple):
    """A field of a request and what is wrong with it."""

    field: str
    description: str


class MartletError(Exception):
    """A call that failed.

    `code` is the gRPC code's name, such as "NOT_FOUND"; `reason` is stable text for programs, such as
    "ETAG_MISMATCH"; `fields` names what was wrong in the request; `retry_after` is in seconds, when the
    server said when to try again.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        reason: str = "",
        domain: str = "",
        metadata: Optional[Mapping[str, str]] = None,
        fields: Sequence[FieldViolation] = (),
        retry_after: Optional[float] = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.reason = reason
        self.domain = domain
        self.metadata = dict(metadata or {})
        self.fields: List[FieldViolation] = list(fields)
        self.retry_after = retry_after

    def __str__(self) -> str:
        text = f"{self.code}: {self.message}" if self.message else self.code
        if self.reason:
            text += f" ({self.reason})"
        for field, description in self.fields:
            text += f"; {field}: {description}"
        return text


class RunStopped(Exception):
    """The work of a run must not go on. Not caught by `except MartletError`."""


class Cancelled(RunStopped):
    """Somebody asked the run to stop; raised at its next checkpoint."""


class TimedOut(RunStopped):
    """The run has taken longer than its timeout; raised at its next checkpoint."""


class Fenced(RunStopped):
    """The run belongs to another execution now; nothing that this one does counts."""


class Refused(RunStopped):
    """The server refused to let the run start. `verdict` says why."""

    def __init__(self, message: str, verdict: Any = None) -> None:
        super().__init__(message)
        self.verdict = verdict
