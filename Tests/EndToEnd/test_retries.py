"""Failures that are tried again, pauses and time-outs, as programs in three languages and people at a terminal meet them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import uuid

import pytest

from martlet_process import BINARY, ROOT, CallError
from tracked_command import environment as outside

CLIENT = ROOT / "clients/python/src"
SHELL = ROOT / "clients/shell/martlet.sh"


def names(run) -> list[str]:
    """The names of the states the run was in."""
    answer = run.connection.call("RunService/ListTransitions", {"runId": run.id})
    return [row["to"]["name"] for row in answer["transitions"]]


def cli(server, *arguments) -> subprocess.CompletedProcess:
    return subprocess.run(
        [str(BINARY), *arguments, "--server", f"127.0.0.1:{server.port}"],
        capture_output=True, text=True, timeout=60)


def environment(server, home) -> dict:
    return {**outside(server, home), "PYTHONPATH": str(CLIENT)}


def find(server, definition: str) -> dict:
    runs = server.connect().call("RunService/ListRuns", {"filter": f'definition = "{definition}"'})["runs"]
    assert len(runs) == 1
    return runs[0]


def history(server, run: dict) -> list[str]:
    rows = server.connect().call("RunService/ListTransitions", {"runId": run["id"]})["transitions"]
    return [row["to"]["name"] for row in rows]


AGAIN = ["Pending", "Running", "AwaitingRetry", "Retrying", "AwaitingRetry", "Retrying"]


def test_a_command_is_tried_again(tracked, tmp_path):
    count = tmp_path / "count"
    ended = tracked.complete(
        "sh", "-c", f"echo x >>{count}; echo try; test $(wc -l <{count}) -ge 3",
        options=("--retries", "5", "--retry-delay", "0,0.2"))
    assert ended.returncode == 0 and ended.stdout == b"try\n" * 3
    run = tracked.recorded()
    assert names(run) == [*AGAIN, "Completed"]


def test_retries_are_used_up(tracked):
    assert tracked.complete("sh", "-c", "exit 7", options=("--retries", "2")).returncode == 7
    run = tracked.recorded()
    assert names(run) == [*AGAIN, "Failed"]
    assert run.state["failed"]["errorType"] == "exit status 7"


def test_what_a_signal_ends_is_not_tried_again(tracked, tmp_path):
    """Whoever presses Ctrl-C wants the work to end, whatever the command makes of it."""
    process = tracked.start(
        "sh", "-c", "trap 'exit 1' TERM; echo up; while :; do sleep 0.1; done", options=("--retries", "9"))
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 1
    assert names(tracked.recorded())[2:] == ["Failed"]


def test_python_tries_again(calm_server, tmp_path):
    definition = f"py-{uuid.uuid4().hex[:8]}"
    program = f"""
import martlet
tries = []
@martlet.task("{definition}", retries=3, retry_delay=[0, 0.3])
def work():
    tries.append(1)
    if len(tries) < 3: raise ValueError("boom")
    return 5
assert work() == 5 and len(tries) == 3
"""
    subprocess.run([sys.executable, "-c", program], env=environment(calm_server, tmp_path), check=True, timeout=60)
    run = find(calm_server, definition)
    assert history(calm_server, run) == [*AGAIN, "Completed"]
    assert run["attempt"] == 3
    rows = calm_server.connect().call("RunService/ListTransitions", {"runId": run["id"]})["transitions"]
    assert rows[2]["verdict"] == "CODE_REPLACED"
    assert rows[2]["to"]["scheduled"]["failed"]["errorType"] == "ValueError"


def test_python_gives_up(calm_server, tmp_path):
    definition = f"py-{uuid.uuid4().hex[:8]}"
    program = f"""
import martlet
@martlet.flow("{definition}", retries=1, retry_delay=martlet.exponential(0.1))
def work(): raise ValueError("boom")
try: work()
except ValueError: pass
else: raise SystemExit("no error")
"""
    subprocess.run([sys.executable, "-c", program], env=environment(calm_server, tmp_path), check=True, timeout=60)
    assert history(calm_server, find(calm_server, definition)) == [*AGAIN[:4], "Failed"]


def test_the_shell_tries_again(calm_server, tmp_path):
    definition = f"sh-{uuid.uuid4().hex[:8]}"
    script = (f". {SHELL}; martlet_task {definition} --retries 3 --retry-delay 0,1 -- "
              f"sh -c 'echo x >>{tmp_path}/count; test $(wc -l <{tmp_path}/count) -ge 3'")
    subprocess.run(["sh", "-c", script], env=environment(calm_server, tmp_path), check=True, timeout=60)
    assert history(calm_server, find(calm_server, definition)) == [*AGAIN, "Completed"]


def test_the_server_ends_a_run_whose_program_was_killed(server, new_tracked):
    """Nobody reports, the session lives on paper: the time-out comes before the lease."""
    connection = server.connect()
    execution = str(uuid.uuid4())
    run = {"definition": "d", "timeout": "1s", "retry": {"maxRetries": 1}}
    made = connection.call("RunService/CreateRun", {"run": run})["run"]

    def take(epoch: int) -> None:
        verdict = connection.call("ReportService/BatchReport", {"reports": [
            {"runId": made["id"], "epoch": epoch, "executionId": execution, "seq": 1,
             "propose": {"type": "STATE_TYPE_RUNNING"}}]})["results"][0]["verdict"]
        assert verdict["code"] == "CODE_ACCEPTED"

    def wait(name: str) -> None:
        deadline = time.monotonic() + 30
        while history(server, made)[-1] != name:
            assert time.monotonic() < deadline
            time.sleep(0.1)

    take(1)
    wait("AwaitingRetry")
    take(2)
    wait("TimedOut")
    assert history(server, made) == ["Scheduled", "Running", "AwaitingRetry", "Retrying", "TimedOut"]


def test_a_person_pauses_resumes_and_retries(calm_server):
    connection = calm_server.connect()
    run = connection.call("RunService/CreateRun", {"run": {"definition": "d"}})["run"]
    assert cli(calm_server, "flow-run", "pause", run["id"]).returncode == 0
    claim = {"runId": run["id"], "epoch": 1, "executionId": str(uuid.uuid4()), "seq": 1,
             "propose": {"type": "STATE_TYPE_RUNNING"}}

    def report(**changes) -> dict:
        result = connection.call("ReportService/BatchReport", {"reports": [{**claim, **changes}]})["results"][0]
        return result["verdict"]

    assert report()["reason"] == "RUN_PAUSED"
    assert cli(calm_server, "flow-run", "resume", run["id"]).returncode == 0
    assert report()["code"] == "CODE_ACCEPTED"
    paused = report(seq=2, propose={"type": "STATE_TYPE_PAUSED", "paused": {
        "key": "approve", "inputSchema": {"type": "object"}}})
    with pytest.raises(CallError) as error:
        connection.call("RunService/ResumeRun", {"id": run["id"], "input": 5})
    assert error.value.status == 400 and "object" in json.dumps(error.value.details) + error.value.message
    assert paused["code"] == "CODE_ACCEPTED"
    assert report(seq=3)["code"] == "CODE_WAIT"
    missing = cli(calm_server, "flow-run", "resume", run["id"])
    assert missing.returncode == 1 and "input" in missing.stderr
    given = cli(calm_server, "flow-run", "resume", run["id"], "--input", '{"amount": 3}')
    assert given.returncode == 0 and "Resuming" in given.stdout
    assert report(seq=3)["code"] == "CODE_ACCEPTED"
    seen = connection.call("RunService/GetRun", {"id": run["id"]})["run"]
    assert seen["pauses"] == [{"key": "approve", "inputSchema": {"type": "object"}, "input": {"amount": 3}}]
    again = report(seq=4, propose={"type": "STATE_TYPE_PAUSED", "paused": {"key": "approve"}})
    assert (again["code"], again["reason"]) == ("CODE_REFUSED", "PAUSE_RESUMED")
    refused = cli(calm_server, "flow-run", "set-state", run["id"], "COMPLETED")
    assert refused.returncode == 1 and "RUN_OWNED" in refused.stderr
    forced = cli(calm_server, "flow-run", "set-state", run["id"], "FAILED", "--force", "--message", "stuck")
    assert forced.returncode == 0
    assert report(seq=5, propose={"type": "STATE_TYPE_COMPLETED"})["code"] == "CODE_FENCED"
    assert cli(calm_server, "flow-run", "retry", run["id"]).returncode == 0
    assert history(calm_server, run)[-2:] == ["Failed", "AwaitingRetry"]


def test_a_retry_of_a_run_that_is_to_start_anyway_says_that_nothing_was_done(calm_server):
    connection = calm_server.connect()
    run = connection.call("RunService/CreateRun", {"run": {"definition": "d"}})["run"]
    refused = cli(calm_server, "flow-run", "retry", run["id"])
    assert refused.returncode == 1 and "nothing was done" in refused.stderr
    assert len(history(calm_server, run)) == 1
    cli(calm_server, "flow-run", "set-state", run["id"], "FAILED", "--force")
    assert cli(calm_server, "flow-run", "retry", run["id"]).returncode == 0
    assert cli(calm_server, "flow-run", "retry", run["id"]).returncode == 1


def test_bad_policies_are_refused_with_the_field(calm_server):
    connection = calm_server.connect()
    for retry, field in [({"maxRetries": -1}, "run.retry.max_retries"), ({"jitter": 2}, "run.retry.jitter"),
                         ({"delays": ["1s"], "exponential": {"first": "1s"}}, "run.retry.delays")]:
        with pytest.raises(CallError) as error:
            connection.call("RunService/CreateRun", {"run": {"definition": "d", "retry": retry}})
        assert field in json.dumps(error.value.details) + error.value.message
