"""Prefect's own command line in one process, command after command, and what its leaves are."""

from __future__ import annotations

import json
import subprocess

from prefect_process import Prefect

DRIVER = """
import contextlib, io, json, os, sys, traceback
from prefect.cli import app

# Some commands read what comes in where nobody types.
lines = os.fdopen(os.dup(0))
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
for line in lines:
    sys.argv = ["prefect", *json.loads(line)]
    said, code = io.StringIO(), 0
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            app()
        except SystemExit as end:
            code = end.code or 0
        except BaseException:
            traceback.print_exc()
            code = 70
    print(json.dumps([code, said.getvalue()]), file=sys.__stdout__, flush=True)
"""

LEAVES = """
import json
from prefect.cli._app import _app

def walk(app, path):
    names = [name for name in app if not name.startswith("-")]
    if not names or app.default_command is not None:
        yield app, path
    for name in names:
        yield from walk(app[name], [*path, name])

# A leaf has several names: the first in the order of the alphabet stands for all.
found = {}
for app, path in walk(_app, []):
    if path:
        found.setdefault(id(app.default_command), []).append(" ".join(path))
print(json.dumps({"leaves": list(found.values())}))
"""


class Commands:
    """Commands of one user, one after the other: each as `prefect` in a shell, without starting Python anew."""

    def __init__(self, prefect: Prefect, directory):
        self.process = subprocess.Popen(
            [str(prefect.python), "-c", DRIVER], env={**prefect.environment, "COLUMNS": "400"}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=directory)

    def run(self, *words: str) -> tuple[int, str]:
        """The code that a command left with, and all that it said."""
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"Python ended: prefect {' '.join(words)}"
        return tuple(json.loads(line))

    def __call__(self, *words: str, code: int = 0) -> str:
        left, said = self.run(*words)
        assert left == code, f"prefect {' '.join(words)} left with {left}:\n{said}"
        return said

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()
