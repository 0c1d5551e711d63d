"""Decides how the process of a served run lives: it executes the function once, and dies with the process that serves.

As `martlet.execute`, but retries and time-out of the flow are the run's own: the one who serves makes each attempt. It is
no part of `martlet.serving`, which would load gRPC.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import List

# The end of a pipe that the one who serves holds open while it lives.
LIFELINE = "MARTLET_LIFELINE"
# What a process is begun with: it finds the modules that the one who serves finds, which is no business of what it begins.
PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv.pop(1)); "
    "from martlet import attempt; sys.exit(attempt.main(sys.argv[1:]))"
)

# Whether this is such a process: then its program is loaded, and must not serve.
is_under_way = False


def _die_with(lifeline: int) -> None:
    """Ends this process and what it has started when nobody holds the other end of the pipe any more."""

    def watch() -> None:
        os.read(lifeline, 1)
        os.killpg(os.getpgrp(), signal.SIGKILL)

    os.set_inheritable(lifeline, False)
    threading.Thread(target=watch, name="martlet-lifeline", daemon=True).start()


def main(arguments: List[str]) -> int:
    """Executes the entrypoint once; returns the code to leave with."""
    global is_under_way
    from martlet import execute

    is_under_way = True
    _die_with(int(os.environ.pop(LIFELINE)))
    return execute.main(arguments, is_one_attempt=True)
