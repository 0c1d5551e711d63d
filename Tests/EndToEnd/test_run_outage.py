"""What `martlet run` promises when the server is away: the command does not notice, and what was to tell arrives."""

from __future__ import annotations

import os
import select
import signal

import pytest

from tracked_command import python

#: Says what it is told, and leaves with the number that is the last line.
ECHO = python(
    """
import sys
print("ready")
for line in sys.stdin:
    if line.strip().isdigit(): sys.exit(int(line))
    print(line.strip())
"""
)


def deliver(new_tracked, server, left=None) -> None:
    """The next run, which sends what others have left; on a slow machine the runs after it, for each gives it so much time."""
    for _ in range(5):
        assert new_tracked(server).complete("true").returncode == 0
        if left is None or not left.spooled():
            return


def check(tracked, said: list[str]) -> None:
    """Everything arrived, once and in order."""
    run = tracked.recorded()
    assert run.history == ["PENDING", "RUNNING", "FAILED"]
    assert run.state["failed"]["errorType"] == "exit status 3"
    assert run.lines("stdout") == said
    assert tracked.spooled() == []


def test_without_a_server_a_command_runs_all_the_same(new_server, new_tracked):
    server = new_server()
    tracked = new_tracked(server)
    ended = tracked.complete("sh", "-c", "echo one; echo two; exit 3", timeout=20)
    assert (ended.returncode, ended.stdout) == (3, b"one\ntwo\n")
    assert len(tracked.spooled()) == 1
    server.start()
    deliver(new_tracked, server)
    check(tracked, ["one", "two"])


def test_a_server_lost_in_the_middle_gets_everything_from_the_next_run(server, new_tracked):
    tracked = new_tracked(server)
    tracked.start(*ECHO)
    server.kill()
    tracked.tell("alone")
    tracked.tell("3")
    assert tracked.finish(30) == 3
    assert len(tracked.spooled()) == 1
    server.start()
    deliver(new_tracked, server)
    check(tracked, ["ready", "alone"])


def test_a_server_that_comes_back_gets_everything_from_the_run_itself(server, new_tracked):
    tracked = new_tracked(server)
    process = tracked.start(*ECHO)
    server.kill()
    tracked.tell("alone")
    assert process.stdout.readline() == b"alone\n"
    server.start()
    tracked.tell("together")
    tracked.tell("3")
    assert tracked.finish(30) == 3
    check(tracked, ["ready", "alone", "together"])


def test_a_server_that_hangs_holds_nobody_up(server, new_tracked):
    tracked = new_tracked(server)
    tracked.start(*ECHO)
    server.signal(signal.SIGSTOP)
    tracked.tell("alone")
    tracked.tell("3")
    assert tracked.finish(40) == 3
    server.signal(signal.SIGCONT)
    deliver(new_tracked, server)
    check(tracked, ["ready", "alone"])


def test_output_of_an_outage_is_kept_on_disk_in_bounded_memory(server, new_tracked):
    tracked = new_tracked(server)
    program = """
import os, re, sys
def peak(): return int(re.search("VmHWM:\\\\s*(\\\\d+)", open(f"/proc/{os.getppid()}/status").read())[1])
print("ready")
sys.stdin.readline()
before = peak()
for number in range(120_000): sys.stdout.write(f"{number:08d} " + "x" * 1000 + "\\n")
print(peak() - before)
sys.exit(3)
"""
    tracked.start(*python(program))
    server.kill()
    tracked.tell("go")
    assert tracked.finish(60) == 3
    said = tracked.rest.decode().splitlines()
    assert int(said[-1]) < 90_000, "KiB more, of 120,000 that were said"
    server.start()
    deliver(new_tracked, server, left=tracked)
    check(tracked, ["ready", *said])


def test_the_next_run_sends_what_runs_inside_runs_have_left(new_server, new_tracked):
    server = new_server()
    outer, inner = new_tracked(server), new_tracked(server)
    assert outer.complete(*inner.line("true")).returncode == 0
    for path in outer.spooled():
        # Their names are random; this order is the one to be tested.
        # The outer run's parameters tell of the inner one, not the other way round.
        is_outer = outer.name.encode() in path.read_bytes()
        path.rename(path.with_name(f"{int(is_outer)}.spool"))
    server.start()
    deliver(new_tracked, server)
    assert outer.recorded().type == "COMPLETED"
    assert inner.recorded().run["parentId"] == outer.recorded().id


def test_a_run_inside_one_that_the_server_has_not_heard_of_runs(new_server, new_tracked, tmp_path):
    server = new_server()
    outer, inner = new_tracked(server), new_tracked(server)
    os.mkfifo(tmp_path / "code")
    told = os.open(tmp_path / "code", os.O_RDWR)
    script = 'echo ready; read line; code=$1; shift; "$@"; echo $? > "$code"'
    process = outer.start("sh", "-c", script, "sh", str(tmp_path / "code"), *inner.line("true"))
    # The server is back, and the one who could tell it of the outer run has not noticed yet.
    process.send_signal(signal.SIGSTOP)
    server.start()
    outer.tell("go")
    assert select.select([told], [], [], 30)[0], "the inner run does not end"
    code = int(os.read(told, 10))
    os.close(told)
    process.send_signal(signal.SIGCONT)
    assert outer.finish() == 0
    assert code == 0
    # It does not wait for the other: it is recorded on its own.
    assert "parentId" not in inner.recorded().run
    assert outer.recorded().type == "COMPLETED"
