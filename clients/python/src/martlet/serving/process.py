"""Decides how one attempt of a served run is a process: in a group of its own, which dies with this one; its lines go on."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from typing import TYPE_CHECKING, Any, BinaryIO, Callable, Dict, List, Optional

from martlet import values
from martlet.attempt import LIFELINE, PROGRAM

if TYPE_CHECKING:
    from martlet import v1

# How long others may keep the pipes open after the process has ended.
PIPE_LIMIT = 1.0
LONGEST_LINE = 60 * 1024
# The longest text that a variable has; all of it is in the file as well.
LONGEST_VARIABLE = 64 * 1024

logger = logging.getLogger("martlet.serving")

# Hears a line: the name of its stream, and what it says.
Hear = Callable[[str, str], None]


class RunProcess:
    """A process that executes a function once."""

    def __init__(
        self, entrypoint: str, run: "v1.Run", epoch: int, settings: Dict[str, str], hear: Hear,
        ended: Callable[[int], None],
    ) -> None:
        """Starts it; `ended` is called with its return code, in a thread. Raises OSError when it cannot be started."""
        self._hear = hear
        self._scratch = tempfile.TemporaryDirectory(prefix="martlet-run-")
        reading, self._lifeline = os.pipe()
        paths = [os.path.abspath(path) for path in sys.path]
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, json.dumps(paths), entrypoint],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, **settings, **self._variables(run, epoch), LIFELINE: str(reading)},
                pass_fds=[reading],
                start_new_session=True,
            )
        except OSError:
            os.close(self._lifeline)
            self._scratch.cleanup()
            raise
        finally:
            os.close(reading)
        self._pumps: List[threading.Thread] = []
        try:
            for name, stream in (("stdout", self._process.stdout), ("stderr", self._process.stderr)):
                assert stream is not None
                pump = threading.Thread(target=self._pump, args=[name, stream], daemon=True)
                pump.start()
                self._pumps.append(pump)
            threading.Thread(target=lambda: ended(self._process.wait()), daemon=True).start()
        except RuntimeError as error:
            self.finish(clears=True)
            self.forget()
            raise OSError(str(error)) from error

    def _variables(self, run: "v1.Run", epoch: int) -> Dict[str, str]:
        text = json.dumps(values.plain(run.parameters))
        file = self._path("parameters")
        with open(file, "w", encoding="utf-8") as out:
            out.write(text)
        return {
            "MARTLET_RUN_ID": run.id,
            "MARTLET_EPOCH": str(epoch),
            "MARTLET_JOB_ID": f"{run.id}-{epoch}",
            "MARTLET_RUN_NAME": run.name,
            "MARTLET_FLOW": run.definition,
            "MARTLET_TRACEPARENT": run.trace_parent,
            "MARTLET_PARAMETERS_FILE": file,
            "MARTLET_PARAMETERS": text if len(text) <= LONGEST_VARIABLE else "",
            "MARTLET_OUTPUT": self._path("output"),
            "MARTLET_FAILURE": self._path("failure"),
        }

    def _path(self, name: str) -> str:
        return os.path.join(self._scratch.name, name)

    def _pump(self, name: str, stream: BinaryIO) -> None:
        while True:
            line = stream.readline(LONGEST_LINE)
            if not line:
                return
            self._hear(name, line.rstrip(b"\r\n").decode("utf-8", "replace"))

    def signal(self, number: int) -> None:
        """Sends a signal to it and all that it has started."""
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            pass

    def terminate(self) -> None:
        """Asks it to end, also when it is stopped."""
        self.signal(signal.SIGTERM)
        self.signal(signal.SIGCONT)

    def finish(self, *, clears: bool) -> None:
        """After its end: hears its last lines; when it clears, ends what has been left behind in its group."""
        if clears:
            self.signal(signal.SIGKILL)
        for pump in self._pumps:
            pump.join(PIPE_LIMIT)
        self._let_go()

    def _let_go(self) -> None:
        """Lets go of the lifeline: what is left of the process dies."""
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1

    @property
    def output(self) -> Optional[bytes]:
        """The result that it has written, as JSON; None when it has none."""
        return self._written("output")

    @property
    def failure(self) -> Dict[str, Any]:
        """What it says of its failure."""
        data = self._written("failure")
        if data is None:
            return {}
        try:
            found = json.loads(data)
        except ValueError:
            found = data.decode("utf-8", "replace")
        return found if isinstance(found, dict) else {"message": str(found)}

    def _written(self, name: str) -> Optional[bytes]:
        try:
            with open(self._path(name), "rb") as file:
                return file.read() or None
        except OSError:
            return None

    def forget(self) -> None:
        """Removes what it has written, and what is left of it."""
        self._let_go()
        try:
            self._scratch.cleanup()
        except OSError as error:
            logger.warning("cannot remove %s: %s", self._scratch.name, error)
