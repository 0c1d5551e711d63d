"""Decides in which state the end of a block leaves its run, and how arguments are recorded."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Optional

from martlet.errors import Cancelled, TimedOut

if TYPE_CHECKING:
    from martlet import v1

# An argument that is larger is recorded by the beginning of its `repr`.
LARGEST_ARGUMENT = 16 * 1024


def observed(state: "v1.State") -> "v1.State":
    """The state, observed now."""
    state.observed_time.FromNanoseconds(time.time_ns() // 1000 * 1000)
    return state


def ending_of(error: Optional[BaseException], result: Any, cached_from: str = "") -> "v1.State":
    """The state in which a run ends that `error` left."""
    from martlet import text, v1, values

    code = error.code if isinstance(error, SystemExit) else None
    if error is None or (isinstance(error, SystemExit) and code in (None, 0)):
        state = v1.State(type=v1.STATE_TYPE_COMPLETED)
        if isinstance(result, v1.Payload):
            state.completed.result.CopyFrom(result)
        elif result is not None:
            state.completed.result.media_type = "application/json"
            state.completed.result.json.CopyFrom(values.value(result, "result"))
        if cached_from:
            state.name = "Cached"
            state.completed.cached_from = cached_from
        return state
    message = text.fit(str(error), text.MESSAGE)
    if isinstance(error, TimedOut):
        state = v1.State(type=v1.STATE_TYPE_FAILED, name="TimedOut", message=message)
        state.failed.error_type, state.failed.error_message = "TimedOut", message
        return state
    if isinstance(error, Cancelled):
        return v1.State(type=v1.STATE_TYPE_CANCELLED, message=message)
    if isinstance(error, KeyboardInterrupt):
        state = v1.State(type=v1.STATE_TYPE_CRASHED, message="Interrupted")
        state.crashed.signal = 2
        return state
    import traceback

    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    if isinstance(error, SystemExit) and isinstance(code, int):
        name = f"exit status {code}"
    lines = traceback.format_exception(kind, error, error.__traceback__)
    state = v1.State(type=v1.STATE_TYPE_FAILED)
    state.message = text.fit(f"{name}: {message}" if message else name, text.MESSAGE)
    state.failed.error_type = text.fit(name, text.ERROR_TYPE)
    state.failed.error_message = text.fit(str(error), text.ERROR_MESSAGE)
    state.failed.traceback = text.fit_end("".join(lines), text.TRACEBACK)
    return state


def plain(value: Any) -> Any:
    """An argument as JSON, or the beginning of its `repr` where it is none or large."""
    from martlet import text, values

    try:
        message = values.value(value)
        if message.ByteSize() <= LARGEST_ARGUMENT:
            return message
    except (TypeError, ValueError):
        pass
    return text.fit(repr(value), 1000)
