"""The client against the real server: histories as the server keeps them, faults between the two."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from proxy import FaultyProxy

from martlet import Client, MartletError, v1
from martlet.ids import uuid7
from martlet.reporter import Reporter

PENDING, RUNNING, COMPLETED, CANCELLED, CRASHED = (
    "PENDING",
    "RUNNING",
    "COMPLETED",
    "CANCELLED",
    "CRASHED",
)


@pytest.fixture
def client(real):
    with Client(real.url) as client:
        yield client


@pytest.fixture
def proxy(real):
    proxy = FaultyProxy(real.port)
    yield proxy
    proxy.close()


@pytest.fixture
def spool(tmp_path):
    return tmp_path / "spool"


def history(client, run_id):
    """The types of the states that the run went through."""
    response = client.runs.list_transitions(run_id=run_id, page_size=1000)
    revisions = [transition.revision for transition in response.transitions]
    assert revisions == list(range(1, len(revisions) + 1))
    times = [transition.to.time.ToNanoseconds() for transition in response.transitions]
    assert times == sorted(set(times)), "strictly increasing"
    return [name_of(transition.to.type) for transition in response.transitions]


def name_of(state_type):
    return v1.StateType.Name(state_type)[len("STATE_TYPE_") :]


def messages(client, run_id):
    lines, token = [], ""
    while True:
        page = client.logs.list_logs(run_id=run_id, page_size=1000, page_token=token)
        lines += [entry.message for entry in page.entries]
        token = page.next_page_token
        if not token:
            return lines


def first(responses):
    """The first change of a watch."""
    return next(change for response in responses for change in response.changes)


def line(number):
    entry = v1.LogEntry(line=number, message=f"line {number}")
    entry.time.FromNanoseconds(1_767_000_000_000_000_000 + number * 1000)
    return entry


def running():
    return v1.State(type=v1.STATE_TYPE_RUNNING)


def completed():
    return v1.State(type=v1.STATE_TYPE_COMPLETED)


def whole_run(reporter, lines=3, parent=""):
    """Reports a run from beginning to end without waiting; returns it and its last future."""
    run, _ = reporter.create(v1.Run(definition="load", parent_id=parent))
    run.propose(running())
    for number in range(1, lines + 1):
        run.log(line(number))
    return run, run.propose(completed())


def test_a_whole_run(real, client, spool):
    with Reporter(real.url, spool=spool) as reporter:
        run, last = whole_run(reporter)
        artifact = run.artifact(v1.Artifact(key="report", markdown="# x"))
        assert last.result(20).code == v1.Verdict.CODE_ACCEPTED
        assert reporter.flush(20)
    assert history(client, run.run_id) == [PENDING, RUNNING, COMPLETED]
    assert messages(client, run.run_id) == ["line 1", "line 2", "line 3"]
    found = client.artifacts.get_artifact(id=artifact).artifact
    assert (found.run_id, found.markdown) == (run.run_id, "# x")
    kept = client.runs.get_run(id=run.run_id).run
    assert kept.execution_id == reporter.execution_id
    assert kept.session_id == reporter.session.id


def test_errors_carry_reason_and_field(client):
    with pytest.raises(MartletError) as caught:
        client.runs.create_run(run=v1.Run())
    assert caught.value.code == "INVALID_ARGUMENT"
    assert caught.value.reason == "INVALID_FIELD"
    assert caught.value.domain == "martlet.dev"
    assert [field for field, _ in caught.value.fields] == ["run.definition"]
    with pytest.raises(MartletError) as caught:
        client.runs.get_run(id=uuid7())
    assert (caught.value.code, caught.value.reason) == ("NOT_FOUND", "NOT_FOUND")


def test_values_are_converted(client):
    import datetime

    word = uuid7()
    due = datetime.datetime(2030, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    scheduled = v1.Run(definition=word, labels={"a": "b"})
    scheduled.state.type = v1.STATE_TYPE_SCHEDULED
    scheduled.state.scheduled.due_time.FromDatetime(due.replace(tzinfo=None))
    made = client.runs.create_run(run=scheduled).run
    found = client.runs.list_runs(
        filter=f'definition = "{word}"', read_mask=["id", "labels"], page_size=5
    ).runs
    assert [(run.id, dict(run.labels), run.definition) for run in found] == [(made.id, {"a": "b"}, "")]
    verdict = client.runs.cancel_run(id=made.id, grace=datetime.timedelta(seconds=5)).verdict
    assert verdict.code == v1.Verdict.CODE_ACCEPTED


def test_lost_answers_double_nothing(real, client, proxy, spool):
    seed = random.randrange(2**32)
    print("seed", seed)
    chance = random.Random(seed)
    with Reporter(proxy.url, spool=spool) as reporter:
        runs = []
        for _ in range(15):
            proxy.lose_answers(chance.randrange(1, 3000))
            runs += [whole_run(reporter, lines=20) for _ in range(10)]
            runs[-1][1].result(60)
        for _, last in runs:
            assert last.result(60).code == v1.Verdict.CODE_ACCEPTED
        assert reporter.flush(60)
    assert proxy.cuts > 3
    for run, _ in runs:
        assert history(client, run.run_id) == [PENDING, RUNNING, COMPLETED]
        assert messages(client, run.run_id) == [f"line {number}" for number in range(1, 21)]
    assert list(spool.glob("*/*")) == []


def test_an_outage_longer_than_the_lease_ends_well(real, client, proxy, spool):
    with Reporter(proxy.url, spool=spool, lease=3) as reporter:
        run, _ = reporter.create(v1.Run(definition="outage"))
        run.propose(running(), urgent=True).result(20)
        proxy.go_away()
        for number in range(1, 101):
            run.log(line(number))
        last = run.propose(completed())
        assert not reporter.flush(20)
        with client.runs.watch_runs(
            run_ids=[run.run_id], filter="state.type = CRASHED", timeout=30, initial="INITIAL_SNAPSHOT"
        ) as changes:
            assert name_of(first(changes).run.state.type) == CRASHED
        proxy.come_back()
        assert last.result(30).code == v1.Verdict.CODE_ACCEPTED
        assert reporter.flush(30)
    assert history(client, run.run_id) == [PENDING, RUNNING, CRASHED, COMPLETED]
    assert len(messages(client, run.run_id)) == 100


def test_heartbeats_keep_a_quiet_run_alive(real, client, spool):
    with Reporter(real.url, spool=spool, lease=3) as reporter:
        run, _ = reporter.create(v1.Run(definition="quiet"))
        run.propose(running(), urgent=True).result(20)
        token = client.runs.list_runs(page_size=1).resume_token
        # Longer than the lease and the reaper's round.
        changes = client.runs.list_runs(
            filter=f'id = "{run.run_id}"', resume_token=token, wait=7, timeout=20
        )
        assert list(changes.runs) == []
        run.propose(completed())
    assert history(client, run.run_id) == [PENDING, RUNNING, COMPLETED]


def test_a_killed_process_is_missed(real, client, tmp_path):
    program = """
        import os, sys, martlet
        from martlet.reporter import Reporter
        from martlet import v1
        reporter = Reporter(lease=3)
        run, _ = reporter.create(v1.Run(definition="killed"))
        run.propose(v1.State(type=v1.STATE_TYPE_RUNNING), urgent=True).result()
        print(run.run_id, flush=True)
        sys.stdin.read()
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        env=environment(real, tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    run_id = process.stdout.readline().strip()
    process.send_signal(signal.SIGKILL)
    process.wait()
    with client.runs.watch_runs(run_ids=[run_id], initial="INITIAL_SNAPSHOT", until_ended=True, timeout=30) as changes:
        last = [change for response in changes for change in response.changes][-1]
    assert name_of(last.run.state.type) == CRASHED
    assert last.run.state.crashed.presumptive


def test_a_process_killed_in_an_outage_leaves_its_reports(real, client, proxy, tmp_path):
    program = """
        import os, signal, sys
        from martlet.reporter import Reporter
        from martlet import v1
        reporter = Reporter(lease=3)
        run, _ = reporter.create(v1.Run(definition="killed"))
        run.propose(v1.State(type=v1.STATE_TYPE_RUNNING), urgent=True).result()
        print(run.run_id, flush=True)
        sys.stdin.readline()
        entry = v1.LogEntry(line=1, message="last words")
        entry.time.GetCurrentTime()
        run.log(entry)
        run.propose(v1.State(type=v1.STATE_TYPE_COMPLETED))
        reporter.flush(20)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        env=environment(proxy, tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    run_id = process.stdout.readline().strip()
    proxy.go_away()
    process.communicate("go\n", timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert len(list(tmp_path.rglob("*.spool"))) == 1
    proxy.come_back()
    with Reporter(proxy.url, spool=tmp_path / "home" / "spool"):
        pass
    assert list(tmp_path.rglob("*.spool")) == []
    assert history(client, run_id)[-1] == COMPLETED
    assert messages(client, run_id) == ["last words"]


def test_a_process_that_ends_after_an_outage_leaves_nothing(client, proxy, tmp_path):
    program = """
        import sys
        import martlet
        with martlet.flow("alone") as run:
            run.log("nobody hears")
        print(run.id, flush=True)
        sys.stdin.readline()
    """
    proxy.go_away()
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        env=environment(proxy, tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    run_id = process.stdout.readline().strip()
    proxy.come_back()
    process.communicate("end\n", timeout=60)
    assert process.returncode == 0
    assert list(tmp_path.rglob("*.spool")) == []
    assert history(client, run_id) == [PENDING, RUNNING, COMPLETED]
    assert messages(client, run_id) == ["nobody hears"]


ADOPTER = """
    import sys, martlet
    try:
        with martlet.adopt() as run:
            print("ran", flush=True)
            sys.stdin.readline()
    except (martlet.Fenced, martlet.Refused) as error:
        print("stopped", flush=True)
"""


@pytest.mark.parametrize("together", [False, True])
def test_one_of_two_adopters_runs(real, client, tmp_path, together):
    run_id = client.runs.create_run(run=v1.Run(definition="adopted")).run.id
    variables = {**environment(real, tmp_path), "MARTLET_RUN_ID": run_id, "MARTLET_EPOCH": "1"}

    def begin():
        return subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(ADOPTER)],
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    first = begin()
    words = [] if together else [first.stdout.readline().strip()]
    second = begin()
    words = words or [first.stdout.readline().strip()]
    words.append(second.stdout.readline().strip())
    for process in (first, second):
        process.communicate("go\n", timeout=60)
    assert sorted(words) == ["ran", "stopped"]
    assert history(client, run_id) == ["SCHEDULED", RUNNING, COMPLETED]


def test_cancel_stops_a_flow_at_its_checkpoint(real, client, tmp_path):
    program = """
        import martlet
        try:
            with martlet.flow("long") as run:
                print(run.id, flush=True)
                with run.task("step") as step:
                    step.sleep(60)
        except martlet.Cancelled as error:
            print(error)
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        env=environment(real, tmp_path),
        stdout=subprocess.PIPE,
        text=True,
    )
    run_id = process.stdout.readline().strip()
    with client.runs.watch_runs(
        filter=f'parent_id = "{run_id}" AND state.type = RUNNING', initial="INITIAL_SNAPSHOT", timeout=30
    ) as changes:
        step_id = first(changes).run.id
    began = time.monotonic()
    client.runs.cancel_run(id=run_id, message="enough")
    out, _ = process.communicate(timeout=40)
    # Of the flow's directive and the one that follows it to the step either may come first.
    assert "enough" in out or "enclosing run" in out
    assert time.monotonic() - began < 10
    assert history(client, run_id)[-1] == CANCELLED
    assert history(client, step_id)[-1] == CANCELLED


def test_a_killed_server_loses_nothing_acknowledged(fragile, spool):
    acknowledged = []
    with Reporter(fragile.url, spool=spool) as reporter, Client(fragile.url) as client:
        stop = threading.Event()
        runs = []

        def load():
            while not stop.is_set():
                run, last = whole_run(reporter, lines=2)
                last.add_done_callback(lambda future, run=run: acknowledged.append(run.run_id))
                runs.append((run, last))
                stop.wait(0.002)

        thread = threading.Thread(target=load)
        thread.start()
        for _ in range(3):
            count = len(acknowledged) + 50
            end = time.monotonic() + 30
            while len(acknowledged) < count and time.monotonic() < end:
                stop.wait(0.01)
            fragile.kill()
            promised = list(acknowledged)
            fragile.start()
            for run_id in random.sample(promised, 20):
                assert history(client, run_id) == [PENDING, RUNNING, COMPLETED]
        stop.set()
        thread.join()
        for _, last in runs:
            assert last.result(60).code == v1.Verdict.CODE_ACCEPTED
        assert reporter.flush(60)
        assert len(acknowledged) == len(runs)
        for run, _ in runs:
            assert history(client, run.run_id) == [PENDING, RUNNING, COMPLETED]
            assert messages(client, run.run_id) == ["line 1", "line 2"]
    assert list(spool.glob("*/*")) == []


def test_a_frozen_server_is_given_up_and_found_again(fragile, spool):
    with Reporter(fragile.url, spool=spool, answer_timeout=1) as reporter, Client(fragile.url) as client:
        run, _ = reporter.create(v1.Run(definition="frozen"))
        run.propose(running(), urgent=True).result(20)
        fragile.freeze()
        try:
            run.log(line(1))
            last = run.propose(completed())
            assert not reporter.flush(20), "on disk"
        finally:
            fragile.thaw()
        assert last.result(30).code == v1.Verdict.CODE_ACCEPTED
        assert history(client, run.run_id) == [PENDING, RUNNING, COMPLETED]
        assert messages(client, run.run_id) == ["line 1"]


def environment(server, tmp_path):
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "MARTLET_API_URL": server.url,
        "MARTLET_HOME": str(tmp_path / "home"),
    }


def test_a_flow_that_ended_during_an_outage_keeps_its_tasks(client, proxy, tmp_path):
    program = """
        import martlet
        with martlet.flow("away") as run:
            print(run.id, flush=True)
            for number in range(3):
                with martlet.task("step") as task:
                    task.log(f"step {number}")
                print(task.id, flush=True)
    """
    proxy.go_away()
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env=environment(proxy, tmp_path),
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        check=True,
    )
    proxy.come_back()
    # The next program brings what the first could not.
    with Reporter(proxy.url, spool=tmp_path / "home" / "spool"):
        pass
    assert [path.name for path in tmp_path.rglob("*.spool")] == []
    assert [path.name for path in tmp_path.rglob("*.refused")] == []
    for run_id in done.stdout.split():
        assert history(client, run_id) == [PENDING, RUNNING, COMPLETED]
