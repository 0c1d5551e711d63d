"""Decides what becomes of what a run prints: with `log_prints` it is a line of the run's log too.

Below a supervisor, which writes the output of its process down as the log of the run that it started, a run with a
log of its own prints there only.
"""

from __future__ import annotations

import builtins
import sys
import time
from typing import Any

from martlet import run as runs

_print = builtins.print
_INFO = 20


def capture() -> None:
    """From now on `print` looks whether the current run wants to have it."""
    if builtins.print is not _logged:
        builtins.print = _logged


def _logged(*values: Any, **options: Any) -> None:
    run = runs.current_run()
    if run is None or not run.log_prints or options.get("file") not in (None, sys.stdout):
        _print(*values, **options)
        return
    if run.is_supervised and run.parent is None:
        _print(*values, **options)  # the supervisor makes it a line
        return
    separator = options.get("sep")
    text = (" " if separator is None else separator).join(str(value) for value in values)
    run._ship(_INFO, "print", text, time.time())
    if not run.is_supervised:
        _print(*values, **options)
