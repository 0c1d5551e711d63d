"""What `martlet run` promises of a command that knows nothing of Martlet: all is recorded, nothing changes for it."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from martlet_process import BINARY
from tracked_command import python


@pytest.mark.parametrize("code", [0, 1, 3, 125, 255])
def test_the_exit_code_is_kept(tracked, code):
    assert tracked.complete("sh", "-c", f"exit {code}").returncode == code
    run = tracked.recorded()
    assert run.history == ["PENDING", "RUNNING", "FAILED" if code else "COMPLETED"]
    if code:
        assert run.state["failed"]["errorType"] == f"exit status {code}"


@pytest.mark.parametrize("number", [6, 9, 11, 15])
def test_a_command_that_a_signal_ended_has_crashed(tracked, number):
    assert tracked.complete("sh", "-c", f"kill -{number} $$").returncode == 128 + number
    run = tracked.recorded()
    assert run.type == "CRASHED"
    assert run.state["crashed"]["signal"] == number
    assert not run.state["crashed"].get("presumptive")


def test_what_cannot_be_started_fails_as_in_a_shell(tracked, new_tracked, calm_server, tmp_path):
    file = tmp_path / "not-executable"
    file.write_text("#!/bin/sh\n")
    missing = tracked.complete(str(tmp_path / "missing"))
    assert missing.returncode == 127
    assert b"No such file or directory" in missing.stderr
    assert tracked.recorded().type == "FAILED"
    for command in (str(file), str(tmp_path)):
        other = new_tracked(calm_server)
        assert other.complete(command).returncode == 126
        assert other.recorded().type == "FAILED"


def test_a_wrong_command_line_starts_nothing(tracked):
    assert tracked.complete().returncode == 2
    assert tracked.complete("touch", "x", options=("--timeout", "0")).returncode == 2
    assert tracked.find() == []


# Every byte there is, line ends of all kinds, half a character and no end of line.
ODD = bytes(range(256)) + b"\n\r\n\n\xe2\x82\nlast\r\nunended \xf0\x9f"


@pytest.mark.parametrize(("to", "level"), [("stdout", "INFO"), ("stderr", "WARNING")])
def test_output_passes_byte_for_byte_and_is_logged(tracked, tmp_path, to, level):
    file = tmp_path / "odd"
    file.write_bytes(ODD)
    ended = tracked.complete("sh", "-c", f'cat "$0" >&{1 if to == "stdout" else 2}', str(file))
    assert ended.returncode == 0
    assert (ended.stdout, ended.stderr) == ((ODD, b"") if to == "stdout" else (b"", ODD))
    entries = tracked.recorded().entries()
    assert {(entry["logger"], entry["level"]) for entry in entries} == {(to, f"LOG_LEVEL_{level}")}
    said = [line.removesuffix(b"\r") for line in ODD.split(b"\n")]
    expected = [line.decode(errors="replace").replace("\0", "\ufffd") for line in said]
    assert [entry.get("message", "") for entry in entries] == expected


def test_both_streams_keep_their_order(tracked):
    program = "import os\nfor n in range(300): os.write(1 + n % 2, b'%d\\n' % n)"
    ended = tracked.complete(*python(program))
    run = tracked.recorded()
    for bytes_, logger, first in ((ended.stdout, "stdout", 0), (ended.stderr, "stderr", 1)):
        expected = [str(n) for n in range(first, 300, 2)]
        assert bytes_.decode().split() == expected
        assert run.lines(logger) == expected


def test_large_output_passes_in_bounded_memory(tracked):
    # 20 MB in twice as many lines as may wait in memory; the command then looks at what its parent has needed.
    program = """
import os, re, sys
for number in range(20_000):
    sys.stdout.write(f"{number:08d} " + "x" * 1000 + "\\n")
sys.stdout.flush()
peak = re.search("VmHWM:\\\\s*(\\\\d+)", open(f"/proc/{os.getppid()}/status").read())
open(os.environ["MARTLET_OUTPUT"], "w").write(peak[1])
"""
    ended = tracked.complete(*python(program))
    assert ended.returncode == 0
    expected = [f"{number:08d} " + "x" * 1000 for number in range(20_000)]
    assert ended.stdout.decode().split("\n")[:-1] == expected
    run = tracked.recorded()
    assert run.lines("stdout") == expected
    assert run.result < 100_000, "KiB"


def test_a_line_without_an_end_is_cut_in_the_log_only(tracked):
    ended = tracked.complete("sh", "-c", "head -c 20000000 /dev/zero | tr '\\0' x; echo; echo after")
    assert ended.stdout == b"x" * 20_000_000 + b"\nafter\n"
    assert tracked.recorded().lines("stdout") == ["x" * (32 << 10), "after"]


def test_a_reader_that_leaves_ends_the_command_as_without_us(tracked):
    process = tracked.start("yes")
    process.stdout.close()
    assert process.wait(60) == 128 + 13
    assert tracked.recorded().state["crashed"]["signal"] == 13


def test_what_stays_behind_holds_nobody_up(tracked):
    ended = tracked.complete("sh", "-c", "sleep 300 & echo $!", timeout=20)
    left = int(ended.stdout)
    os.kill(left, 9)
    run = tracked.recorded()
    assert run.type == "COMPLETED"
    assert run.lines("stdout") == [str(left)]


def test_stdin_passes(tracked):
    given = os.urandom(1_000_000)
    assert tracked.complete("cat", input=given).stdout == given


def test_the_command_knows_its_run(tracked):
    tracked.environment["MARTLET_NAMESPACE"] = "default"
    ended = tracked.complete("env", "-0", options=("--param", "a=b=c"))
    found = dict(entry.split("=", 1) for entry in ended.stdout.decode().split("\0") if entry)
    run = tracked.recorded()
    assert found["MARTLET_RUN_ID"] == run.id
    assert found["MARTLET_EPOCH"] == run.run["epoch"] == "1"
    assert found["MARTLET_API_URL"] == tracked.server.url
    assert found["MARTLET_NAMESPACE"] == "default"
    assert found["MARTLET_TRACEPARENT"].startswith("00-")
    assert found["MARTLET_HOME"] == str(tracked.home)
    assert not os.path.exists(found["MARTLET_OUTPUT"]), "it goes with the run"
    assert run.run["parameters"] == {"a": "b=c", "command": ["env", "-0"]}


def test_many_arguments_are_no_reason_not_to_run(tracked):
    ended = tracked.complete("sh", "-c", "echo $#", *["x" * 1000] * 300)
    assert (ended.returncode, ended.stdout) == (0, b"299\n")


def test_bytes_that_are_no_text_reach_the_command(tracked):
    show = 'printf %s "$1$ODD"'
    tracked.environment["ODD"] = "\udcfe"
    assert tracked.complete("sh", "-c", show, "sh", b"a\xff").stdout == b"a\xff\xfe"


@pytest.mark.parametrize(
    ("written", "result"),
    [
        ('{"rows": [1, 2.5, null]}\n', {"rows": [1, 2.5, None]}),
        ("42", 42),
        ("two lines\nof text\n", "two lines\nof text"),
    ],
)
def test_what_is_written_to_the_output_file_is_the_result(tracked, written, result):
    tracked.complete("sh", "-c", 'printf %s "$0" > "$MARTLET_OUTPUT"', written)
    assert tracked.recorded().result == result


def test_a_result_that_grows_as_json_loses_no_end(tracked):
    tracked.complete("sh", "-c", 'yes "" | head -c 200000 > "$MARTLET_OUTPUT"')
    assert tracked.recorded().type == "COMPLETED"


def test_nothing_written_is_no_result(tracked):
    tracked.complete("true")
    assert "completed" not in tracked.recorded().state


def test_a_run_inside_a_run_is_its_child(tracked, new_tracked, calm_server):
    inner = new_tracked(calm_server)
    ended = tracked.complete(*inner.line("sh", "-c", "echo inside; exit 3"))
    assert ended.returncode == 3
    outer_run, inner_run = tracked.recorded(), inner.recorded()
    assert inner_run.run["parentId"] == outer_run.id == inner_run.run["rootId"]
    assert (outer_run.run["kind"], inner_run.run["kind"]) == ("RUN_KIND_FLOW", "RUN_KIND_TASK")
    assert (outer_run.type, inner_run.type) == ("FAILED", "FAILED")
    assert outer_run.lines("stdout") == inner_run.lines("stdout") == ["inside"]


def test_the_program_shows_what_was_recorded(tracked):
    tracked.complete("sh", "-c", "echo one; echo two >&2")

    def show(*arguments: str) -> bytes:
        command = [str(BINARY), "flow-run", *arguments]
        return subprocess.run(
            command, env=tracked.environment, stdout=subprocess.PIPE, check=True
        ).stdout

    run = tracked.recorded()
    assert json.loads(show("get", run.id, "-o", "json"))["run"]["state"] == run.state
    assert sorted(show("logs", run.id, "-o", "name").split()) == [b"one", b"two"]
