"""Decides how a test runs a piece of shell with the client sourced, and how it gets a server to talk to."""

import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

# A run in the background ignores it, and so would every script: what is handled is the default again for them.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLIENT = ROOT / "clients/shell/martlet.sh"
# A shell with its arguments, such as "busybox sh".
SHELL = os.environ.get("MARTLET_TEST_SHELL", "sh").split()
# A directory that comes first on PATH, with another awk for example.
TOOLS = os.environ.get("MARTLET_TEST_TOOLS", "")
SEED = int(os.environ.get("MARTLET_TEST_SEED") or random.SystemRandom().randrange(2**32))


def until(condition, what, limit=100.0):
    """Waits for a condition and returns what it returned; fails loudly when it does not come."""
    end = time.monotonic() + limit
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"no {what} within {limit} s")
        time.sleep(0.02)


class ShellTest(unittest.TestCase):
    """A test with a directory of its own, in which HOME, TMPDIR and the spool are."""

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="shelltest."))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        (self.directory / "tmp").mkdir()
        self.environment = {
            "PATH": (TOOLS + ":" if TOOLS else "") + os.environ["PATH"],
            "HOME": str(self.directory),
            "TMPDIR": str(self.directory / "tmp"),
            "MARTLET_API_URL": "http://127.0.0.1:9",
            "LANG": "C.UTF-8",
        }
        self.started = []

    def tearDown(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.communicate()

    def command(self, script, *arguments):
        return [*SHELL, "-c", f'. "{CLIENT}"\n{script}', "script", *arguments]

    def start(self, script, *arguments, **environment):
        """Starts a script beside the test."""
        process = subprocess.Popen(
            self.command(script, *arguments), env=self.environment | environment, cwd=self.directory,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.started.append(process)
        return process

    def shell(self, script, *arguments, code=0, stdin=b"", **environment):
        """Runs a script to its end and checks its exit code; None for any."""
        done = subprocess.run(
            self.command(script, *arguments), env=self.environment | environment, cwd=self.directory,
            input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        if code is not None:
            self.assertEqual(done.returncode, code, done.stderr.decode(errors="replace"))
        return done

    def output(self, script, *arguments, **keywords):
        return self.shell(script, *arguments, **keywords).stdout

    def assertTidy(self):
        """Nothing is left in the temporary directory once all is over."""
        until(lambda: not list((self.directory / "tmp").iterdir()), "empty temporary directory")

    def gone(self, pid):
        """Whether a process has ended, collected or not."""
        try:
            return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")")[-1].split()[0] == "Z"
        except FileNotFoundError:
            return True

    def spooled(self):
        return sorted((self.directory / ".martlet/spool").glob("*/*.json"))


class RecorderTest(ShellTest):
    """A test against the stand-in of recorder.py."""

    def setUp(self):
        super().setUp()
        self.records = self.directory / "recorder"
        self.records.mkdir()
        self.startRecorder()

    def startRecorder(self, port=0):
        (self.records / "port").unlink(missing_ok=True)
        self.recorder = subprocess.Popen(
            [sys.executable, str(ROOT / "Tests/ShellTests/recorder.py"), str(self.records), str(port)])
        self.started.append(self.recorder)
        self.port = int(until(self.portText, "port of the recorder"))
        self.environment["MARTLET_API_URL"] = f"http://127.0.0.1:{self.port}"

    def portText(self):
        path = self.records / "port"
        return path.exists() and path.read_text()

    def stopRecorder(self):
        self.recorder.kill()
        self.recorder.wait()

    def order(self, *orders):
        path = self.records / "orders.new"
        path.write_text(json.dumps(orders))
        path.rename(self.records / "orders.json")

    def requests(self):
        path = self.records / "requests.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def reports(self, definition=None):
        """The reports of all frames, or those of the runs of a definition."""
        reports = [item for request in self.requests() for item in request["body"].get("reports", [])]
        if definition is None:
            return reports
        runs = {item["runId"] for item in reports if item.get("create", {}).get("definition") == definition}
        return [item for item in reports if item["runId"] in runs]

    def states(self, definition):
        """`PENDING` for the creation, then what was proposed: the type, and the name if it has one."""
        states = []
        for item in self.reports(definition):
            if "create" in item:
                states.append("PENDING")
            if "propose" in item:
                state = item["propose"]
                name = state.get("name")
                states.append(state["type"].removeprefix("STATE_TYPE_") + (f"/{name}" if name else ""))
        return states

    def logs(self, definition):
        """The lines, each once: a frame whose answer was lost comes again."""
        lines = {}
        for item in self.reports(definition):
            if "log" in item:
                key = item["executionId"], item["log"]["line"]
                if lines.setdefault(key, item["log"]) != item["log"]:
                    raise AssertionError(f"line {key} comes again with other content")
        return list(lines.values())


class Server:
    """The real server on a free port with a data directory of its own."""

    def __init__(self, directory):
        self.binary = os.environ.get("MARTLET_BIN", str(ROOT / ".build/release/martlet"))
        self.directory = directory
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self):
        with open(self.directory / "server.log", "ab") as log:
            self.process = subprocess.Popen(
                [self.binary, "server", "start", "--host", "127.0.0.1", "--port", str(self.port),
                 "--data-dir", str(self.directory / "data")],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        until(self.ready, "server that is ready", 120)

    def ready(self):
        if self.process.poll() is not None:
            raise AssertionError((self.directory / "server.log").read_text(errors="replace")[-3000:])
        try:
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(self.url + "/readyz", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)

    def call(self, method, **body):
        """Asks with Python, so that a test does not check the client with itself."""
        request = urllib.request.Request(
            f"{self.url}/martlet.v1.{method}", json.dumps(body).encode(), {"content-type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=70) as answer:
            return json.load(answer)
