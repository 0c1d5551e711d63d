"""Flows and tasks as people write them, in processes of their own, against a server that answers by script."""

import os
import subprocess
import sys
import textwrap

import grpc
import pytest
from scripted_server import ScriptedServer, wait

from martlet import v1

P, R, C, F, X, K = (
    v1.STATE_TYPE_PENDING,
    v1.STATE_TYPE_RUNNING,
    v1.STATE_TYPE_COMPLETED,
    v1.STATE_TYPE_FAILED,
    v1.STATE_TYPE_CANCELLED,
    v1.STATE_TYPE_CRASHED,
)


@pytest.fixture
def server():
    server = ScriptedServer()
    yield server
    server.stop()


@pytest.fixture
def python(server, tmp_path):
    """Runs a program and returns its outcome; every program has its own home."""

    def run(program, check=True, **variables):
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "MARTLET_API_URL": server.url,
            "MARTLET_HOME": str(tmp_path / "home"),
            **variables,
        }
        outcome = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert not check or outcome.returncode == 0, outcome.stderr
        return outcome

    return run


def by_definition(server):
    return {run.definition: (run_id, run) for run_id, run in server.runs.items()}


def test_a_flow_and_its_tasks(server, python):
    python(
        """
        import logging, martlet
        with martlet.flow("etl", parameters={"n": 3}, labels={"team": "x"}) as run:
            with run.task("extract") as step:
                step.log("hello")
            with martlet.task("load"):
                run.logger.warning("odd %d", 1)
            run.artifact_markdown("report", "# done")
        """
    )
    runs = by_definition(server)
    assert {name: run.states for name, (_, run) in runs.items()} == {
        "etl": [P, R, C],
        "extract": [P, R, C],
        "load": [P, R, C],
    }
    assert runs["extract"][1].parent_id == runs["load"][1].parent_id == runs["etl"][0]
    assert sorted(server.logs.values()) == ["hello", "odd 1"]
    assert {key[0] for key in server.logs} == {runs["extract"][0], runs["load"][0]}
    assert [artifact.markdown for artifact in server.artifacts.values()] == ["# done"]


def test_decorators_record_errors_and_let_them_through(server, python):
    outcome = python(
        """
        import martlet

        @martlet.task
        def divide(a, b=0):
            return a / b

        @martlet.flow(labels={"a": "b"})
        def pipeline():
            divide(1)

        pipeline()
        """,
        check=False,
    )
    assert "ZeroDivisionError" in outcome.stderr
    runs = by_definition(server)
    assert runs["divide"][1].states == runs["pipeline"][1].states == [P, R, F]
    error = runs["divide"][1].errors[0]
    assert error.error_type == "ZeroDivisionError"
    assert error.error_message == "division by zero"
    assert "return a / b" in error.traceback or "in divide" in error.traceback


def test_awkward_arguments_do_not_stop_the_work(server, python):
    parameters = {}
    server.script = lambda report: parameters.update(report.create.parameters) if report.HasField("create") else None
    python(
        """
        import martlet

        @martlet.flow
        def f(*args, **kwargs): return len(args)

        assert f(1, "a\\0b", float("nan"), object(), 2**60, list(range(10**5)), x="\\udcff") == 6
        """
    )
    assert set(parameters) == {"args", "kwargs"}
    (_, run) = by_definition(server)["f"]
    assert run.states == [P, R, C]


def test_a_result_is_checked_when_it_is_set(server, python):
    results = []

    def script(report):
        if report.propose.HasField("completed"):
            results.append(report.propose.completed.result.json.struct_value["rows"])

    server.script = script
    python(
        """
        import martlet
        with martlet.flow("f") as run:
            for bad in (object(), {1: "x"}, float("inf")):
                try: run.result = bad
                except (TypeError, ValueError): pass
                else: raise AssertionError(bad)
            run.result = {"rows": 3}
        """
    )
    assert results == [3]


@pytest.mark.parametrize(
    "statement, state, error_type",
    [
        ("raise SystemExit(3)", F, "exit status 3"),
        ("raise SystemExit(0)", C, None),
        ("raise KeyboardInterrupt", K, None),
        ("raise ValueError('nul \\0 and \\udcff' + 'x' * 200000)", F, "ValueError"),
    ],
)
def test_every_way_out(server, python, statement, state, error_type):
    python(f"import martlet\nwith martlet.flow('f'):\n    {statement}\n", check=False)
    (_, run) = by_definition(server)["f"]
    assert run.states == [P, R, state]
    assert [error.error_type for error in run.errors] == ([error_type] if error_type else [])


def test_a_pause_is_heard_and_waited_for(server, python):
    waits = iter([wait(100), wait(100)])

    def script(report):
        if report.HasField("log") and not server.directives:
            pause = v1.Directive.PauseRun(run_id=report.run_id, message="look first")
            server.directives.append(v1.Directive(pause=pause))
        if report.propose.type == R and server.runs[report.run_id].states == [P, R]:
            return next(waits, None)
        return None

    server.script = script
    python(
        """
        import time
        import martlet
        with martlet.flow("patient") as run:
            assert not run.pause_requested
            run.wait_if_paused()
            with run.task("step") as step:
                run.log("go")
                while not run.pause_requested:
                    time.sleep(0.02)
                assert step.pause_requested
                step.wait_if_paused()
                assert not run.pause_requested
        """
    )
    (_, run) = by_definition(server)["patient"]
    assert run.states == [P, R, R, C]
    assert next(waits, None) is None


def test_cancel_raises_at_the_next_checkpoint(server, python):
    def script(report):
        if report.HasField("log") and not server.directives:
            cancel = v1.Directive.CancelRun(run_id=report.run_id, message="enough")
            server.directives.append(v1.Directive(cancel=cancel))
        return None

    server.script = script
    python(
        """
        import martlet
        try:
            with martlet.flow("long") as run:
                run.log("go")
                while True:
                    run.sleep(60)
        except martlet.Cancelled as error:
            assert str(error) == "enough" and run.cancelled
        else:
            raise AssertionError
        """
    )
    (_, run) = by_definition(server)["long"]
    assert run.states == [P, R, X]


def test_a_child_process_continues_the_tree(server, python):
    python(
        """
        import subprocess, sys, martlet
        with martlet.flow("outer") as run:
            program = "import martlet\\nwith martlet.flow('inner'): pass"
            subprocess.run([sys.executable, "-c", program], check=True)
            with run.task("step") as step:
                subprocess.run([sys.executable, "-c", program.replace("inner", "deeper")],
                    check=True, env=step.environ())
        import os
        assert "MARTLET_RUN_ID" not in os.environ
        """
    )
    runs = by_definition(server)
    assert runs["inner"][1].parent_id == runs["outer"][0]
    assert runs["deeper"][1].parent_id == runs["step"][0]
    assert all(run.states == [P, R, C] for _, run in runs.values())


def test_an_adopted_run_is_taken_in_its_epoch(server, python):
    seen = []

    def script(report):
        seen.append((report.run_id, report.epoch, report.seq, report.propose.type))
        verdict = v1.Verdict(code=v1.Verdict.CODE_ACCEPTED, state=report.propose)
        return v1.ReportResult(verdict=verdict)

    server.script = script
    run_id = "018f0000-0000-7000-8000-000000000001"
    python(
        "import martlet\nwith martlet.adopt() as run: assert run.id",
        MARTLET_RUN_ID=run_id,
        MARTLET_EPOCH="3",
    )
    assert seen == [(run_id, 3, 1, R), (run_id, 3, 2, C)]


@pytest.mark.parametrize("code", [v1.Verdict.CODE_FENCED, v1.Verdict.CODE_REFUSED])
def test_an_adoption_that_fails_runs_nothing(server, python, code):
    # The verdict tells the state that the run has: RUNNING, but by another.
    server.script = lambda report: v1.ReportResult(
        verdict=v1.Verdict(code=code, reason="RUN_OWNED", state=v1.State(type=R))
    )
    outcome = python(
        """
        import martlet
        try:
            with martlet.adopt(): raise SystemExit("user code ran")
        except (martlet.Fenced, martlet.Refused) as error: print(error)
        """,
        MARTLET_RUN_ID="018f0000-0000-7000-8000-000000000001",
    )
    assert "RUN_OWNED" in outcome.stdout


def test_without_a_server_the_work_is_done_and_spooled(server, python, tmp_path):
    server.stop()
    outcome = python("import martlet\nwith martlet.flow('away') as run:\n    run.log('x')\n    print('done')\n")
    assert outcome.stdout == "done\n"
    assert len(list((tmp_path / "home").rglob("*.spool"))) == 1
    server.start()
    python("import martlet\nwith martlet.flow('back'): pass\n")
    runs = by_definition(server)
    assert runs["away"][1].states == runs["back"][1].states == [P, R, C]
    assert list(server.logs.values()) == ["x"]
    assert list((tmp_path / "home").rglob("*.spool")) == []


PRINTING = """
    import sys, martlet
    @martlet.task
    def quiet(): print("none of it", file=sys.stderr)
    @martlet.task(log_prints=False)
    def silent(): print("not of it")
    @martlet.task
    def load(): print("loaded", 3, sep="=")
    @martlet.flow(log_prints=True)
    def nightly():
        print("hello", 1)
        quiet(); silent(); load()
    nightly()
    print("outside")
    """


def test_what_a_run_prints_is_a_line_of_its_log_when_it_wants_that(server, python):
    outcome = python(PRINTING)
    runs = by_definition(server)
    lines = {key[0]: text for key, text in server.logs.items()}
    assert lines == {runs["nightly"][0]: "hello 1", runs["load"][0]: "loaded=3"}
    assert outcome.stdout.splitlines() == ["hello 1", "not of it", "loaded=3", "outside"]


FORKING = """
    import os, martlet
    with martlet.flow("parent"):
        child = os.fork()
        if child == 0:
            try:
                with martlet.task("child"): pass
            except RuntimeError as error:
                print(error)
                os._exit(3)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert os.WEXITSTATUS(status) in (0, 3), status
    """
OLD_GRPC = tuple(int(part) for part in grpc.__version__.split(".")[:2]) < (1, 81)


def test_a_forked_child_reports_for_itself_or_says_why_not(server, python):
    outcome = python(FORKING)
    runs = by_definition(server)
    assert runs["parent"][1].states == [P, R, C]
    if OLD_GRPC:
        assert "use the start method 'spawn'" in outcome.stdout
        return
    assert runs["child"][1].parent_id == runs["parent"][0]
    assert runs["child"][1].states == [P, R, C]
    assert runs["child"][1].execution_id != runs["parent"][1].execution_id


def test_threads_belong_to_the_only_flow(server, python):
    python(
        """
        import threading, martlet
        def work():
            with martlet.task("step"): pass
        with martlet.flow("one"):
            threads = [threading.Thread(target=work) for _ in range(4)]
            [thread.start() for thread in threads]
            [thread.join() for thread in threads]
        """
    )
    root = by_definition(server)["one"][0]
    steps = [run for run in server.runs.values() if run.definition == "step"]
    assert [step.parent_id for step in steps] == [root] * 4


def test_import_is_light():
    program = (
        "import sys, martlet; martlet.flow; martlet.task; martlet.Cancelled\n"
        "print([name for name in ('grpc', 'google.protobuf', 'asyncio', 'logging') if name in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    out = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert out.stdout == "[]\n", out.stderr


def test_retries_need_a_function(python):
    outcome = python(
        """
        import martlet
        with martlet.task("t", retries=2): pass
        """,
        check=False,
    )
    assert outcome.returncode != 0 and "decorated functions" in outcome.stderr


def test_a_function_is_tried_again_while_the_server_is_away(server, python, tmp_path):
    """Its own policy holds then: what it did is what the server will say when it hears of it."""
    server.stop()
    outcome = python(
        """
        import martlet
        tries = []
        @martlet.task("t", retries=2, retry_delay=0.1)
        def work():
            tries.append(1)
            raise ValueError("boom")
        try: work()
        except ValueError: print(len(tries))
        """
    )
    assert outcome.stdout.split() == ["3"]


def test_a_checkpoint_notices_the_timeout(server, python):
    python(
        """
        import martlet
        try:
            with martlet.flow("slow", timeout=0.2) as run: run.sleep(60)
        except martlet.TimedOut: pass
        else: raise SystemExit("it was not timed out")
        """
    )
    run = by_definition(server)["slow"][1]
    assert run.states[-1] == F and run.errors[-1].error_type == "TimedOut"


def test_delays_are_told_as_they_are_meant():
    from martlet.retries import Retries, exponential

    listed = Retries(3, [1, 5])
    assert [delay.seconds for delay in listed.policy().delays] == [1, 5]
    assert [listed.next_delay() for _ in range(4)] == [1, 5, 5, None]
    growing = Retries(4, exponential(2, 3, longest=20))
    assert growing.policy().exponential.max.seconds == 20
    assert [growing.next_delay() for _ in range(5)] == [2, 6, 18, 20, None]
