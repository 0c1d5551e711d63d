"""Decides how tests run a program that serves: a process whose lines can be waited for."""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import List, Optional

SOURCE = Path(__file__).resolve().parents[1] / "src"


class Program:
    """A Python program in a directory of the test's own."""

    def __init__(self, url: str, directory: Path, text: str) -> None:
        self.directory = directory
        (directory / "program.py").write_text(textwrap.dedent(text))
        self.lines: List[str] = []
        self._news: "queue.Queue[Optional[str]]" = queue.Queue()
        rest = {key: value for key, value in os.environ.items() if not key.startswith("MARTLET_")}
        self.process = subprocess.Popen(
            [sys.executable, "program.py"],
            cwd=directory,
            env={
                **rest,
                "PYTHONPATH": str(SOURCE),
                "PYTHONUNBUFFERED": "1",
                "MARTLET_API_URL": url,
                "MARTLET_HOME": str(directory / "home"),
                "PLACE": str(directory),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._news.put(line.rstrip("\n"))
        self._news.put(None)

    def line(self, wanted: str, timeout: float = 60) -> str:
        """Waits for a line that holds a text, not as a part of another word: runs have names such as rapid-finch."""
        pattern = re.compile(rf"(?<![\w-]){re.escape(wanted)}(?![\w-])")
        end = time.monotonic() + timeout
        while True:
            line = self._news.get(timeout=max(0.01, end - time.monotonic()))
            assert line is not None, f"the program has left; it said {self.lines}"
            self.lines.append(line)
            if pattern.search(line):
                return line

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def finish(self, timeout: float = 60) -> int:
        """Waits until it has ended by itself; returns its code."""
        return self.process.wait(timeout)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
