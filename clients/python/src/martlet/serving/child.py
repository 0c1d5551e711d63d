"""Decides how the process of a served run lives: it executes the function once, and dies with the process that serves.

    python -m martlet.serving.child FILE.py:FUNCTION

As `martlet.execute`, but retries and time-out of the flow are the run's own: the one who serves makes each attempt.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

from martlet import execute

# The end of a pipe that the one who serves holds open while it lives.
LIFELINE = "MARTLET_LIFELINE"


def _die_with(lifeline: int) -> None:
    """Ends this process and what it has started when nobody holds the other end of the pipe any more."""

    def watch() -> None:
        os.read(lifeline, 1)
        os.killpg(os.getpgrp(), signal.SIGKILL)

    os.set_inheritable(lifeline, False)
    threading.Thread(target=watch, name="martlet-lifeline", daemon=True).start()


if __name__ == "__main__":
    _die_with(int(os.environ.pop(LIFELINE)))
    sys.exit(execute.main(sys.argv[1:], is_one_attempt=True))
