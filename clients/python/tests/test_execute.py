"""`python -m martlet.execute`: how a function gets its parameters, and what is left of its end. No server is needed:
the supervisor talks to it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any, Dict, List

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src"
RUN = "01920000-0000-7000-8000-000000000001"


class Place:
    """A directory with a program, and the files that a supervisor would give it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.output, self.failure = directory / "output", directory / "failure"

    def write(self, program: str) -> None:
        (self.directory / "job.py").write_text(textwrap.dedent(program))

    def environment(self, parameters: str, variables: Dict[str, str]) -> Dict[str, str]:
        rest = {key: value for key, value in os.environ.items() if not key.startswith("MARTLET_")}
        own = {
            "PYTHONPATH": str(SOURCE),
            "MARTLET_RUN_ID": RUN,
            "MARTLET_EPOCH": "3",
            "MARTLET_API_URL": "http://127.0.0.1:1",
            "MARTLET_HOME": str(self.directory / "home"),
            "MARTLET_OUTPUT": str(self.output),
            "MARTLET_FAILURE": str(self.failure),
            "MARTLET_PARAMETERS": parameters,
        }
        return {**rest, **own, **variables}

    def command(self, entrypoint: str = "job.py:main") -> List[str]:
        return [sys.executable, "-m", "martlet.execute", entrypoint]

    def execute(
        self, program: str, parameters: str = "{}", entrypoint: str = "job.py:main", **variables: str
    ) -> "subprocess.CompletedProcess[str]":
        self.write(program)
        return subprocess.run(
            self.command(entrypoint),
            cwd=self.directory,
            env=self.environment(parameters, variables),
            capture_output=True,
            text=True,
            timeout=60,
        )

    @property
    def failed(self) -> Dict[str, Any]:
        found: Dict[str, Any] = json.loads(self.failure.read_text())
        return found


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_parameters_are_bound_by_name_and_the_result_is_json(place: Place) -> None:
    done = place.execute("def main(b, a=1, *, c='x'): return {'sum': a + b, 'c': c}", '{"b": 4, "c": "ü"}')
    assert done.returncode == 0, done.stderr
    assert json.loads(place.output.read_text()) == {"sum": 5, "c": "ü"}


def test_large_parameters_come_by_a_file(place: Place) -> None:
    file = place.directory / "parameters.json"
    file.write_text(json.dumps({"text": "y" * 100_000}))
    done = place.execute("def main(text): return len(text)", "", MARTLET_PARAMETERS_FILE=str(file))
    assert (done.returncode, place.output.read_text()) == (0, "100000"), done.stderr


def test_a_parameter_that_the_function_does_not_take_is_named(place: Place) -> None:
    done = place.execute("def main(a): raise SystemExit(9)", '{"a": 1, "wrong": 2}')
    assert done.returncode == 1
    assert place.failed["message"] == "main takes no parameter wrong; it takes a"
    assert place.failed["retriable"] is False


def test_a_missing_parameter_is_named(place: Place) -> None:
    assert place.execute("def main(a, b=1): pass").returncode == 1
    assert place.failed["message"] == "main needs the parameter a"


@pytest.mark.parametrize("entrypoint", ["main", "gone.py:main", "job.py:other", "job.py:CONSTANT"])
def test_a_wrong_entrypoint_is_explained(place: Place, entrypoint: str) -> None:
    assert place.execute("CONSTANT = 1\ndef main(): pass", entrypoint=entrypoint).returncode == 1
    assert place.failed["type"] == "EntrypointError"


def test_a_coroutine_is_awaited(place: Place) -> None:
    program = """
        import asyncio
        async def main(n):
            await asyncio.sleep(0)
            return n + 1
    """
    assert place.execute(program, '{"n": 1}').returncode == 0
    assert place.output.read_text() == "2"


def test_an_exception_leaves_its_type_message_and_the_users_frames(place: Place) -> None:
    done = place.execute("def main():\n    raise LookupError('nobody')\n")
    assert done.returncode == 1
    assert (place.failed["type"], place.failed["message"]) == ("LookupError", "nobody")
    assert 'job.py", line 2, in main' in place.failed["traceback"]
    assert "execute.py" not in place.failed["traceback"]
    assert "retriable" not in place.failed


def test_the_code_of_sys_exit_passes(place: Place) -> None:
    assert place.execute("import sys\ndef main(): sys.exit(7)").returncode == 7
    assert not place.failure.exists()


def test_a_flow_is_the_run_itself_with_its_own_retries(place: Place) -> None:
    program = """
        import martlet, os
        calls = []
        @martlet.flow(retries=2)
        def main():
            calls.append(1)
            assert martlet.current_run().id == os.environ["MARTLET_RUN_ID"]
            assert martlet.current_run().epoch == 3
            if len(calls) < 3: raise ValueError("again")
            return len(calls)
    """
    done = place.execute(program)
    # No server answers: a run of its own could not have begun within a second.
    assert (done.returncode, place.output.read_text()) == (0, "3"), done.stderr
    assert "ValueError: again; tried again" in done.stderr


def test_a_result_that_is_no_json_is_left_out(place: Place) -> None:
    done = place.execute("def main(): return object()")
    assert done.returncode == 0
    assert not place.output.exists()
    assert "not recorded" in done.stderr


@pytest.mark.parametrize("kind", ["plain", "async"])
def test_term_unwinds_the_function_and_ends_as_term_does(place: Place, kind: str) -> None:
    waits = "import time; time.sleep(60)" if kind == "plain" else "import asyncio; await asyncio.sleep(60)"
    place.write(
        f"""
        {'async ' if kind == 'async' else ''}def main():
            try:
                print("begun")
                {waits}
            finally:
                print("unwound")
    """
    )
    process = subprocess.Popen(
        place.command(), cwd=place.directory, env=place.environment("{}", {}), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=30)[0] == "unwound\n"
    assert process.returncode == -signal.SIGTERM
