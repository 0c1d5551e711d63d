"""What `martlet run` does when somebody wants it, or the run, to stop."""

from __future__ import annotations

import os
import signal

import pytest

from tracked_command import python

#: Says its process id, then waits for ever.
WAITER = python("import os, signal\nprint(os.getpid())\nwhile True: signal.pause()")

#: Says which signals come, and leaves with 7 at the first line of stdin.
LISTENER = python(
    """
import signal, sys
for number in map(int, sys.argv[1:]):
    signal.signal(number, lambda number, _: print("heard", number))
print("ready")
sys.stdin.readline()
sys.exit(7)
""",
    *(str(int(number)) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)),
)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_ends_the_command_and_so_the_run(tracked, number):
    # A shell's `sleep` dies of each of them.
    process = tracked.start("sh", "-c", "echo ready; exec sleep 300")
    process.send_signal(number)
    assert tracked.finish() == 128 + number
    run = tracked.recorded()
    assert run.type == "CRASHED"
    assert run.state["crashed"]["signal"] == number


def test_signals_reach_a_command_that_takes_them(tracked):
    process = tracked.start(*LISTENER)
    for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGINT, signal.SIGTERM):
        process.send_signal(number)
        assert process.stdout.readline() == b"heard %d\n" % number
    tracked.tell("enough")
    assert tracked.finish() == 7
    assert tracked.recorded().type == "FAILED"


def test_a_signal_reaches_what_the_command_has_started(tracked):
    # The shell takes the signal too, but waits for what it has started.
    process = tracked.start("sh", "-c", 'trap : TERM; "$@"; exit 9', "sh", *LISTENER)
    process.send_signal(signal.SIGTERM)
    assert process.stdout.readline() == b"heard 15\n"
    tracked.tell("enough")
    assert tracked.finish() == 9


def test_an_ignored_signal_stays_ignored(tracked):
    ignored = ("env", "--ignore-signal=HUP")
    process = tracked.start("sh", "-c", "echo ready; read line; exit 0", before=ignored)
    process.send_signal(signal.SIGHUP)
    tracked.tell("go on")
    assert tracked.finish() == 0
    assert tracked.recorded().type == "COMPLETED"


def test_a_cancellation_ends_the_command(tracked):
    tracked.start(*WAITER)
    run = tracked.recorded()
    run.connection.call("RunService/CancelRun", {"id": run.id})
    assert tracked.finish() == 128 + signal.SIGTERM
    assert tracked.recorded().history == ["PENDING", "RUNNING", "CANCELLING", "CANCELLED"]


def test_a_command_deaf_to_the_cancellation_is_killed_after_the_grace(tracked):
    deaf = "import signal\nsignal.signal(15, signal.SIG_IGN)\nprint('ready')\nwhile True: signal.pause()"
    tracked.start(*python(deaf))
    run = tracked.recorded()
    run.connection.call("RunService/CancelRun", {"id": run.id, "grace": "1s"})
    assert tracked.finish(20) == 128 + signal.SIGKILL
    assert tracked.recorded().type == "CANCELLED"


def test_a_cancelled_command_that_leaves_with_0_is_no_success(tracked):
    calm = "import signal, sys\nsignal.signal(15, lambda *_: sys.exit(0))\nprint('ready')\nsignal.pause()"
    tracked.start(*python(calm))
    run = tracked.recorded()
    run.connection.call("RunService/CancelRun", {"id": run.id})
    assert tracked.finish() == 1
    assert tracked.recorded().type == "CANCELLED"


def test_time_is_bounded(tracked):
    assert tracked.complete("sleep", "300", options=("--timeout", "1"), timeout=30).returncode == 124
    run = tracked.recorded()
    assert (run.type, run.state["name"]) == ("FAILED", "TimedOut")


def test_a_killed_runner_is_missed(tracked):
    process = tracked.start(*WAITER)
    process.kill()
    process.wait()
    # Nobody but the command is left, and nobody reports for it: the lease of 30 s runs out.
    os.kill(int(tracked.first), signal.SIGKILL)
    run = tracked.wait_for_end(60)
    assert run.history == ["PENDING", "RUNNING", "CRASHED"]
    assert run.state["crashed"]["presumptive"]


def test_a_command_whose_run_was_taken_is_stopped(tracked):
    process = tracked.start(*WAITER)
    run = tracked.recorded()
    # Nobody asks the process: its run is somebody else's business from now on.
    run.connection.call(
        "RunService/SetRunState",
        {"id": run.id, "state": {"type": "STATE_TYPE_CANCELLED"}, "force": True},
    )
    assert tracked.finish(timeout=60) != 0
    assert process.returncode is not None
    assert tracked.recorded().type == "CANCELLED"
