"""Programs that serve their own deployments, against the real server."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Callable, Iterator, List

import pytest
from served_program import Program

import martlet
from martlet import Client, MartletError, results, schedules, v1, values
from martlet.deployments import run_deployment
from martlet.ids import uuid4

# The functions of these programs wait for files, so that a test decides when they go on.
HEAD = """
import os, pathlib, signal, sys, time
import martlet

def until(name):
    while not (pathlib.Path(os.environ["PLACE"]) / name).exists():
        time.sleep(0.01)
"""


@pytest.fixture
def client(real) -> Iterator[Client]:
    with Client(real.url) as client:
        yield client


@pytest.fixture
def flow() -> str:
    return f"served-{uuid4()}"


@pytest.fixture
def serve(real, tmp_path: Path, flow: str) -> Iterator[Callable[..., Program]]:
    """Starts programs that serve, and waits until they do."""
    programs: List[Program] = []

    def start(text: str, *, url: str = real.url, flow: str = flow) -> Program:
        directory = tmp_path / f"p{len(programs)}"
        directory.mkdir()
        program = Program(url, directory, HEAD + text.replace("FLOW", flow))
        programs.append(program)
        program.line("serving")
        return program

    yield start
    for program in programs:
        program.stop()


def begin(client: Client, path: str, **parameters: object) -> str:
    return run_deployment(path, parameters, timeout=0, client=client).id


def end(client: Client, id: str) -> v1.Run:
    """The run when it has ended."""
    for _ in client.runs.watch_runs(run_ids=[id], until_ended=True, timeout=60):
        pass
    return client.runs.get_run(id=id).run


def state(client: Client, id: str) -> str:
    return v1.StateType.Name(end(client, id).state.type)[len("STATE_TYPE_") :]


def logged(client: Client, id: str) -> List[str]:
    return [entry.message for entry in client.logs.list_logs(run_id=id, page_size=1000).entries]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_tick_is_served_and_the_schedule_rests_when_the_program_ends(client, serve, flow):
    program = serve(
        """
@martlet.flow("FLOW")
def pipeline(day="today"):
    print("ticked", day)
    return {"day": day}

if __name__ == "__main__":
    pipeline.serve("tick", cron="* * * * * *", parameters={"day": "monday"}, tags=["a"], pause_on_shutdown=True)
"""
    )
    program.line("ticked monday")
    program.line("COMPLETED")
    program.terminate()
    assert program.finish() == 0
    deployment = client.deployments.get_deployment(deployment=f"{flow}/tick").deployment
    assert [schedule.paused for schedule in deployment.schedules] == [True]
    runs = client.runs.list_runs(filter=f'definition = "{flow}" AND state.type = COMPLETED').runs
    assert "a" in runs[0].tags and "auto-scheduled" in runs[0].tags
    assert runs[0].state.completed.result.json.struct_value["day"] == "monday"
    workers = client.workers.list_workers(pool="served", include_offline=True, page_size=1000).workers
    assert f"{flow}/tick" not in [path for worker in workers for path in worker.identity.deployments]


def test_parameters_come_by_name_and_are_checked(client, serve, flow):
    serve(
        """
@martlet.flow("FLOW")
def add(a: int, b: int = 1):
    print("adding")
    print("to stderr", file=sys.stderr)
    with martlet.task("inner"):
        pass
    return {"sum": a + b, "text": "x" * a}

@martlet.flow("FLOW-late")
async def later(text: str):
    return text.upper()

if __name__ == "__main__":
    martlet.serve(add.to_deployment("sum"), later.to_deployment("x"))
"""
    )
    with pytest.raises(MartletError) as refused:
        begin(client, f"{flow}/sum", a="many")
    assert refused.value.reason == "PARAMETERS_INVALID"
    run = end(client, begin(client, f"{flow}/sum", a=2))
    # What was declared as an integer comes as one.
    assert values.plain(run.state.completed.result.json) == {"sum": 3, "text": "xx"}
    assert {"adding", "to stderr"} <= set(logged(client, run.id))
    children = client.runs.list_runs(filter=f'parent_id = "{run.id}"').runs
    assert [child.definition for child in children] == ["inner"]
    late = end(client, begin(client, f"{flow}-late/x", text="ü"))
    assert late.state.completed.result.json.string_value == "Ü"


def test_a_run_that_crashes_ends_no_other(client, serve, flow):
    program = serve(
        """
@martlet.flow("FLOW")
def work(how: str):
    if how == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    print("waits")
    until("go")

if __name__ == "__main__":
    work.serve("x")
"""
    )
    calm = begin(client, f"{flow}/x", how="calm")
    program.line("waits")
    crashed = end(client, begin(client, f"{flow}/x", how="crash"))
    assert (crashed.state.type, crashed.state.crashed.signal) == (v1.STATE_TYPE_CRASHED, signal.SIGKILL)
    (program.directory / "go").touch()
    assert state(client, calm) == "COMPLETED"


def test_a_failure_that_cannot_be_read_is_one_all_the_same(client, serve, flow):
    program = serve(
        """
@martlet.flow("FLOW")
def odd(text):
    pathlib.Path(os.environ["MARTLET_FAILURE"]).write_text(text)
    os._exit(3)

if __name__ == "__main__":
    odd.serve("x")
"""
    )
    for text in ("{torn", "[1]", '"why"'):
        failed = end(client, begin(client, f"{flow}/x", text=text))
        assert v1.StateType.Name(failed.state.type) == "STATE_TYPE_FAILED"
        assert failed.state.failed.error_type == "exit status 3"
        assert failed.state.failed.error_message == {'"why"': "why"}.get(text, text)
    program.terminate()
    assert program.finish() == 0


def test_an_attempt_that_breaks_down_here_is_told(client, serve, flow):
    program = serve(
        """
from martlet.serving.process import RunProcess

@martlet.flow("FLOW")
def fine():
    pass

def broken(self, *, clears):
    raise PermissionError("not permitted")

if __name__ == "__main__":
    RunProcess.finish = broken
    fine.serve("x")
"""
    )
    failed = end(client, begin(client, f"{flow}/x"))
    assert v1.StateType.Name(failed.state.type) == "STATE_TYPE_FAILED"
    assert failed.state.failed.error_type == "PermissionError"
    program.terminate()
    assert program.finish() == 0


def test_a_run_that_could_not_be_begun_is_offered_again(client, serve, flow):
    program = serve(
        """
from martlet.run import Run

@martlet.flow("FLOW")
def fine():
    return "here"

begin = Run._begin

def broken(self, may_run_on):
    Run._begin = begin
    raise RuntimeError("can't start new thread")

if __name__ == "__main__":
    Run._begin = broken
    fine.serve("x")
"""
    )
    run = end(client, begin(client, f"{flow}/x"))
    assert run.state.completed.result.json.string_value == "here"
    program.terminate()
    assert program.finish() == 0


def test_a_failure_is_tried_again_as_the_flow_says(client, serve, flow):
    serve(
        """
@martlet.flow("FLOW", retries=2)
def work():
    marks = pathlib.Path(os.environ["PLACE"])
    tries = len(list(marks.glob("try*")))
    (marks / f"try{tries}").touch()
    if tries < 2:
        raise ValueError(f"try {tries}")
    return tries

@martlet.flow("FLOW-fails")
def fails():
    raise LookupError("nobody")

if __name__ == "__main__":
    martlet.serve(work.to_deployment("x"), fails.to_deployment("x"))
"""
    )
    run = end(client, begin(client, f"{flow}/x"))
    assert (run.state.completed.result.json.number_value, run.attempt) == (2, 3)
    failed = end(client, begin(client, f"{flow}-fails/x")).state.failed
    assert (failed.error_type, failed.error_message) == ("LookupError", "nobody")
    assert "program.py" in failed.traceback and "execute.py" not in failed.traceback


def test_cancellation_and_time_outs_end_code_that_heeds_nothing(client, serve, flow):
    program = serve(
        """
@martlet.flow("FLOW")
def stubborn():
    print("endless")
    while True:
        time.sleep(0.1)

@martlet.flow("FLOW-slow", timeout=1, retries=1)
def slow():
    while True:
        time.sleep(0.1)

if __name__ == "__main__":
    martlet.serve(stubborn.to_deployment("x"), slow.to_deployment("x"))
"""
    )
    id = begin(client, f"{flow}/x")
    program.line("endless")
    client.runs.cancel_run(id=id)
    assert state(client, id) == "CANCELLED"
    late = end(client, begin(client, f"{flow}-slow/x"))
    assert (late.state.type, late.state.name, late.attempt) == (v1.STATE_TYPE_FAILED, "TimedOut", 2)


MEETING = """
@martlet.flow("FLOW")
def meet(mine: str, other: str):
    place = pathlib.Path(os.environ["PLACE"]).parent
    (place / mine).touch()
    while not (place / other).exists():
        time.sleep(0.01)
    return os.getppid()

if __name__ == "__main__":
    meet.serve("x", limit=1)
"""


def test_two_programs_share_the_runs(client, serve, flow):
    programs = [serve(MEETING), serve(MEETING)]
    ids = [begin(client, f"{flow}/x", mine=a, other=b) for a, b in (("left", "right"), ("right", "left"))]
    served = {end(client, id).state.completed.result.json.number_value for id in ids}
    assert served == {program.process.pid for program in programs}


def test_a_limit_of_one_keeps_runs_apart(client, serve, flow):
    serve(
        """
@martlet.flow("FLOW")
def alone():
    mark = pathlib.Path(os.environ["PLACE"]) / "taken"
    os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
    time.sleep(0.1)
    mark.unlink()

if __name__ == "__main__":
    alone.serve("x", limit=1)
"""
    )
    ids = [begin(client, f"{flow}/x") for _ in range(3)]
    assert [state(client, id) for id in ids] == ["COMPLETED"] * 3


ENDURING = """
@martlet.flow("FLOW")
def work():
    print("pid", os.getpid())
    until("go")
    return "done"

if __name__ == "__main__":
    work.serve("x", OPTIONS)
"""


def test_a_killed_program_takes_its_run_along(client, serve, flow):
    program = serve(ENDURING.replace("OPTIONS", "lease=3"))
    id = begin(client, f"{flow}/x")
    pid = int(program.line("pid").split()[-1])
    program.process.kill()
    assert state(client, id) == "CRASHED"
    end_at = time.monotonic() + 30
    while is_alive(pid):
        assert time.monotonic() < end_at, "the run's process outlived the program"
        time.sleep(0.01)


def test_a_run_of_a_killed_program_is_run_again_elsewhere(client, serve, flow):
    first = serve(ENDURING.replace("OPTIONS", "lease=3, reruns=9"))
    id = begin(client, f"{flow}/x")
    first.line("pid")
    second = serve(ENDURING.replace("OPTIONS", "reruns=9"))
    first.process.kill()
    second.line("pid")
    (second.directory / "go").touch()
    run = end(client, id)
    assert run.state.type == v1.STATE_TYPE_COMPLETED
    assert run.epoch > 1


def test_a_server_that_restarts_finds_the_run_going_on(fragile, serve, flow):
    program = serve(ENDURING.replace("OPTIONS", ""), url=fragile.url)
    with Client(fragile.url) as client:
        id = begin(client, f"{flow}/x")
        program.line("pid")
        fragile.kill()
        fragile.start()
        (program.directory / "go").touch()
        run = end(client, id)
        assert (run.state.type, run.epoch) == (v1.STATE_TYPE_COMPLETED, 1)
        assert state(client, begin(client, f"{flow}/x")) == "COMPLETED"
    program.terminate()
    assert program.finish() == 0


def test_a_program_that_is_told_to_end_lets_its_runs_end(client, serve, flow):
    program = serve(ENDURING.replace("OPTIONS", "grace=60"))
    id = begin(client, f"{flow}/x")
    program.line("pid")
    program.terminate()
    program.line("ending")
    waiting = begin(client, f"{flow}/x")
    (program.directory / "go").touch()
    assert state(client, id) == "COMPLETED"
    assert program.finish() == 0
    assert client.runs.get_run(id=waiting).run.state.type == v1.STATE_TYPE_SCHEDULED


@pytest.mark.parametrize("signals", [1, 2])
def test_what_outlasts_the_grace_is_lost_at_once(client, serve, flow, signals):
    grace = "grace=60" if signals == 2 else "grace=0.1"
    program = serve(ENDURING.replace("OPTIONS", grace + ", lease=600"))
    id = begin(client, f"{flow}/x")
    pid = int(program.line("pid").split()[-1])
    program.terminate()
    if signals == 2:
        program.line("ending")
        program.terminate()
    assert program.finish() == 0
    assert not is_alive(pid)
    # Its lease would last for ten minutes.
    assert state(client, id) == "CRASHED"
    assert "the program that served this run has ended" in logged(client, id)


def test_a_deployment_that_somebody_paused_stays_paused(client, serve, flow):
    program = serve(ENDURING.replace("OPTIONS", ""))
    client.deployments.pause_deployment(deployment=f"{flow}/x")
    program.terminate()
    assert program.finish() == 0
    serve(ENDURING.replace("OPTIONS", ""))
    assert client.deployments.get_deployment(deployment=f"{flow}/x").deployment.paused


def test_a_long_result_is_stored_by_its_address(client, serve, flow):
    serve(
        """
@martlet.flow("FLOW")
def work():
    return "ü" * 300_000

if __name__ == "__main__":
    work.serve("x")
"""
    )
    result = end(client, begin(client, f"{flow}/x")).state.completed.result
    assert result.uri.startswith("martlet:result/")
    assert results.get(result.uri, client=client).decode() == '"' + "\\u00fc" * 300_000 + '"'


def test_a_program_that_serves_when_it_is_loaded_is_told_so(client, serve, flow):
    serve(
        """
@martlet.flow("FLOW")
def work():
    pass

work.serve("x")
"""
    )
    failed = end(client, begin(client, f"{flow}/x")).state.failed
    assert failed.error_type == "RuntimeError" and "__main__" in failed.error_message


def test_a_function_that_another_process_cannot_find_is_refused():
    with pytest.raises(ValueError, match="by its name in a module"):
        martlet.flow("x")(lambda: None).to_deployment("y")


def test_schedules_say_what_the_server_knows():
    cron = schedules.CronSchedule(cron="0 6 * * 1", timezone="Europe/Berlin", day_or=False).message()
    assert (cron.cron.expression, cron.cron.day_and_weekday, cron.time_zone) == ("0 6 * * 1", True, "Europe/Berlin")
    hourly = schedules.Interval(3600, slug="hourly", parameters={"n": 1}, paused=True).message()
    assert (hourly.interval.length.seconds, hourly.slug, hourly.paused) == (3600, "hourly", True)
    assert hourly.parameters["n"] == 1
    assert schedules.RRule("FREQ=WEEKLY;BYDAY=MO").message().recurrence.text == "FREQ=WEEKLY;BYDAY=MO"
