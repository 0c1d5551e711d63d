"""The real Prefect client in a process of its own: its environment, and a look at what the server answers."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = Path(os.environ.get("PREFECT_PYTHON", ROOT / ".make/prefect/bin/python"))
OLDER_PYTHON = Path(os.environ.get("PREFECT_OLDER_PYTHON", ROOT / ".make/prefect-older/bin/python"))


class Prefect:
    """Prefect against one server: 3.9.1 unless another Python is given."""

    def __init__(self, port: int, home: Path, python: Path = PYTHON):
        self.python = python
        self.api = f"http://127.0.0.1:{port}/api"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")},
            "PREFECT_API_URL": self.api,
            "PREFECT_HOME": str(home),
            "PREFECT_LOGGING_TO_API_BATCH_INTERVAL": "0.2",
            "DO_NOT_TRACK": "1",
            "NO_COLOR": "1",
        }

    def start(self, script: str, *arguments: str) -> subprocess.Popen:
        return subprocess.Popen(
            [str(self.python), "-c", script, *arguments],
            env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )

    def run(self, script: str, *arguments: str) -> str:
        """Runs a script to its end and returns what it printed last."""
        process = self.start(script, *arguments)
        output, _ = process.communicate(timeout=180)
        assert process.returncode == 0, output
        return output

    def command(self, *arguments: str) -> str:
        """Runs Prefect's command line to its end and returns what it printed."""
        process = subprocess.run(
            [str(self.python), "-m", "prefect", *arguments],
            env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=180)
        assert process.returncode == 0, process.stdout
        return process.stdout

    def start_command(self, log: Path, *arguments: str) -> subprocess.Popen:
        """Starts Python with arguments, in a process group of its own, where the file is that takes what it says."""
        with log.open("wb") as output:
            return subprocess.Popen(
                [str(self.python), *arguments], env=self.environment, stdout=output, stderr=subprocess.STDOUT,
                start_new_session=True, cwd=log.parent)

    def request(self, method: str, path: str, body: object = None) -> tuple[int, object]:
        request = urllib.request.Request(
            self.api + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                text = response.read()
                return response.status, json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            text = error.read()
            return error.code, json.loads(text) if text else None

    def get(self, path: str) -> dict:
        status, body = self.request("GET", path)
        assert status == 200, (status, body)
        return body


def last_json(output: str) -> dict:
    """The JSON object that a script printed as its last line."""
    return json.loads([line for line in output.splitlines() if line.startswith("{")][-1])


needs_older_prefect = pytest.mark.skipif(
    not OLDER_PYTHON.exists(),
    reason=f"No older Prefect is installed at {OLDER_PYTHON}: run `make setup-prefect`, or set PREFECT_OLDER_PYTHON",
)
needs_prefect = pytest.mark.skipif(
    not PYTHON.exists(), reason=f"Prefect is not installed at {PYTHON}: run `make setup-prefect`, or set PREFECT_PYTHON"
)
