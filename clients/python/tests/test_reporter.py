"""What the reporter promises, against a server that answers by script."""

import random
import socket
import threading
import time

import pytest
from reporter_script import C, F, P, R, completed, line, reporter_for, running, server, spool, spooled  # noqa: F401
from scripted_server import CUT, ScriptedServer, fault, wait

from martlet import Fenced, MartletError, Refused, v1
from martlet.link import batch_report
from martlet.reporter import Reporter
from martlet.spool import RunSpool, SpoolFolder

def test_a_run_goes_over_one_stream_in_order(server, spool):
    with reporter_for(server, spool) as reporter:
        run, created = reporter.create(v1.Run(definition="etl"))
        verdict = run.propose(running(), urgent=True).result(10)
        assert verdict.code == v1.Verdict.CODE_ACCEPTED
        for number in range(1, 251):
            run.log(line(number))
        run.propose(completed())
        assert reporter.flush(10)
        assert created.result(0).state.type == P
    assert server.runs[run.run_id].states == [P, R, C]
    assert len(server.logs) == 250
    assert max(server.frames) <= 100
    assert server.batches == 1, "the probe alone"
    assert spooled(spool) == []


def test_reports_are_batched(server, spool):
    with reporter_for(server, spool) as reporter:
        run, _ = reporter.create(v1.Run(definition="etl"))
        run.propose(running(), urgent=True).result(10)
        before = len(server.frames)
        for number in range(1, 1001):
            run.log(line(number))
        assert reporter.flush(10)
        assert len(server.frames) - before <= 40


def test_a_frame_stays_below_its_size(server, spool):
    sizes = []
    server.script = lambda report: sizes.append(report.ByteSize())
    with reporter_for(server, spool) as reporter:
        run, _ = reporter.create(v1.Run(definition="etl"))
        for number in range(1, 31):
            run.log(line(number, "y" * 10_000))
        assert reporter.flush(10)
    assert max(server.frames) <= 7
    assert len(server.logs) == 30


def test_wait_is_asked_again_with_the_same_seq(server, spool):
    asked = []

    def script(report):
        if report.propose.type == R:
            asked.append(report.seq)
            return wait(30) if len(asked) < 3 else None
        return None

    server.script = script
    with reporter_for(server, spool) as reporter:
        run, _ = reporter.create(v1.Run(definition="etl"))
        first = run.propose(running(), urgent=True)
        second = run.propose(completed(), urgent=True)
        assert first.result(10).code == v1.Verdict.CODE_ACCEPTED
        assert second.result(10).code == v1.Verdict.CODE_ACCEPTED
    assert asked == [2, 2, 2]
    assert server.runs[run.run_id].states == [P, R, C]


def test_an_undecided_proposal_fails_alone(server, spool):
    server.script = lambda report: (
        fault(3, "INVALID_FIELD", "message") if report.propose.message == "bad" else None
    )
    with reporter_for(server, spool) as reporter:
        run, _ = reporter.create(v1.Run(definition="etl"))
        run.propose(running())
        bad = run.propose(completed("bad"))
        good = run.propose(completed("good"))
        with pytest.raises(MartletError) as caught:
            bad.result(10)
        assert caught.value.code == "INVALID_ARGUMENT"
        assert caught.value.fields[0].field == "message"
        assert good.result(10).code == v1.Verdict.CODE_ACCEPTED
    assert server.runs[run.run_id].messages == ["", "", "good"]
    assert server.runs[run.run_id].seq == 3


def test_a_refused_creation_ends_the_run(server, spool):
    server.script = lambda report: fault(6, "ALREADY_EXISTS") if report.HasField("create") else None
    with reporter_for(server, spool) as reporter:
        run, created = reporter.create(v1.Run(definition="etl"))
        proposed = run.propose(running(), urgent=True)
        for future in (created, proposed):
            with pytest.raises(MartletError) as caught:
                future.result(10)
            assert caught.value.reason == "ALREADY_EXISTS"
        with pytest.raises(MartletError):
            run.propose(running()).result(10)
        assert reporter.flush(10)
    assert server.runs == {}


def test_a_proposal_for_a_deleted_run_ends_it(server, spool):
    server.script = lambda report: fault(5, "NOT_FOUND") if report.propose.message == "late" else None
    with reporter_for(server, spool) as reporter:
        run, created = reporter.create(v1.Run(definition="etl"))
        run.propose(running(), urgent=True).result(10)
        late = run.propose(completed("late"))
        behind = run.propose(completed("behind"), urgent=True)
        for future in (late, behind, run.propose(completed("after"))):
            with pytest.raises(MartletError) as caught:
                future.result(10)
            assert caught.value.code == "NOT_FOUND"
        assert reporter.flush(10)
    assert server.runs[run.run_id].messages == ["", ""]
    assert spooled(spool) == []


def test_a_creation_below_a_stopped_run_stops(server, spool):
    server.script = lambda report: (
        v1.ReportResult(verdict=v1.Verdict(code=v1.Verdict.CODE_REFUSED, reason="PARENT_STOPPED"))
        if report.HasField("create")
        else None
    )
    with reporter_for(server, spool) as reporter:
        run, created = reporter.create(v1.Run(definition="etl"))
        with pytest.raises(Refused) as caught:
            run.propose(running(), urgent=True).result(10)
        assert caught.value.verdict.reason == "PARENT_STOPPED"
        assert created.result(0).code == v1.Verdict.CODE_REFUSED
        assert reporter.flush(10)


def test_what_the_server_cannot_read_fails_alone(server, spool):
    with reporter_for(server, spool) as reporter:
        run, _ = reporter.create(v1.Run(definition="etl"))
        run.propose(running(), urgent=True).result(10)
        server.unreadable = "poison"
        run.log(line(1))
        run.log(line(2, "poison"))
        bad = run.propose(completed("poison"))
        run.log(line(3))
        good = run.propose(completed("good"))
        with pytest.raises(MartletError) as caught:
            bad.result(20)
        assert caught.value.code == "INVALID_ARGUMENT"
        assert good.result(20).code == v1.Verdict.CODE_ACCEPTED
    assert server.runs[run.run_id].messages == ["", "", "good"]
    assert sorted(key[2] for key in server.logs) == [1, 3]


def test_a_passing_error_is_tried_again(server, spool):
    failures = iter([fault(14, "UNAVAILABLE"), fault(13, "INTERNAL")])
    server.script = lambda report: next(failures, None) if report.propose.type == R else None
    with reporter_for(server, spool) as reporter:
        run, _ = reporter.create(v1.Run(definition="etl"))
        run.propose(running(), urgent=True)
        assert run.propose(completed(), urgent=True).result(10).code == v1.Verdict.CODE_ACCEPTED
    assert server.runs[run.run_id].states == [P, R, C]


def test_a_fenced_run_stops(server, spool):
    with reporter_for(server, spool) as reporter:
        run, _ = reporter.create(v1.Run(definition="etl"))
        run.propose(running(), urgent=True).result(10)
        server.runs[run.run_id].epoch = 2
        verdict = run.propose(completed(), urgent=True).result(10)
        assert verdict.code == v1.Verdict.CODE_FENCED
        with pytest.raises(Fenced):
            run.propose(completed(), urgent=True).result(10)
        assert reporter.flush(10)


def test_directives_reach_their_run(server, spool):
    heard = []
    told = threading.Event()

    def listener(directive):
        heard.append(directive.WhichOneof("kind"))
        told.set()

    with reporter_for(server, spool, lease=3) as reporter:
        run, _ = reporter.create(v1.Run(definition="etl"), listener=listener)
        run.propose(running(), urgent=True).result(10)
        cancel = v1.Directive.CancelRun(run_id=run.run_id, message="enough")
        server.directives.append(v1.Directive(cancel=cancel))
        assert told.wait(10), "the heartbeat brings it"
    assert heard == ["cancel"]


def test_heartbeats_go_only_while_a_run_lives(server, spool):
    with reporter_for(server, spool, lease=3) as reporter:
        run, _ = reporter.create(v1.Run(definition="etl"))
        run.propose(running(), urgent=True).result(10)
        server.until(lambda: server.frames.count(0) >= 2)
        run.propose(completed())
        assert reporter.flush(10)
        beats = server.frames.count(0)
        with server.changed:
            assert not server.changed.wait_for(lambda: server.frames.count(0) > beats, 2.5)
        assert set(server.sessions) == {reporter.session.id}


def test_slow_down_is_obeyed(server, spool):
    with reporter_for(server, spool) as reporter:
        run, _ = reporter.create(v1.Run(definition="etl"))
        run.propose(running(), urgent=True).result(10)
        slow = v1.Directive()
        slow.slow_down.wait.FromMilliseconds(400)
        with server.changed:
            server.directives.append(slow)
        run.log(line(1))
        assert reporter.flush(10)
        frames = len(server.frames)
        run.log(line(2))
        with server.changed:
            assert not server.changed.wait_for(lambda: len(server.frames) > frames, 0.2)
        assert reporter.flush(10)
    assert len(server.logs) == 2


def test_a_lost_answer_doubles_nothing(server, spool):
    seed = random.randrange(2**32)
    print("seed", seed)
    chance = random.Random(seed)
    server.script = lambda report: CUT if chance.random() < 0.05 else None
    with reporter_for(server, spool) as reporter:
        runs = [reporter.create(v1.Run(definition="etl"))[0] for _ in range(20)]
        ends = []
        for number in range(1, 11):
            for run in runs:
                if number == 1:
                    run.propose(running())
                run.log(line(number))
                if number == 10:
                    ends.append(run.propose(completed()))
        for end in ends:
            assert end.result(60).code == v1.Verdict.CODE_ACCEPTED
        assert reporter.flush(60)
    assert all(server.runs[run.run_id].states == [P, R, C] for run in runs)
    assert len(server.logs) == 200
    assert spooled(spool) == []


def test_an_outage_is_spooled_and_replayed_once(server, spool):
    with reporter_for(server, spool) as reporter:
        run, _ = reporter.create(v1.Run(definition="etl"))
        run.propose(running(), urgent=True).result(10)
        server.stop()
        for number in range(1, 51):
            run.log(line(number))
        artifact = run.artifact(v1.Artifact(key="report", markdown="# x"))
        end = run.propose(completed())
        born_away, _ = reporter.create(v1.Run(definition="etl"))
        # The start of a run that was born here does not wait for the server.
        assert born_away.propose(running(), may_run_on=True, urgent=True).result(10) is None
        assert not reporter.flush(10), "on disk, not answered"
        assert spooled(spool) == sorted([f"{run.run_id}.1.spool", f"{born_away.run_id}.1.spool"])
        server.start()
        assert end.result(20).code == v1.Verdict.CODE_ACCEPTED
        assert born_away.propose(completed(), urgent=True).result(20).code == v1.Verdict.CODE_ACCEPTED
        assert reporter.flush(20)
        assert spooled(spool) == []
    assert server.runs[run.run_id].states == [P, R, C]
    assert server.runs[born_away.run_id].states == [P, R, C]
    assert len(server.logs) == 50
    assert list(server.artifacts) == [artifact]
    assert list(spool.glob("*/*")) == []


def test_a_run_that_must_be_claimed_waits_for_the_server(server, spool):
    server.stop()
    with reporter_for(server, spool) as reporter:
        run = reporter.take("018f0000-0000-7000-8000-000000000001", 1)
        started = run.propose(running(), urgent=True)
        assert not reporter.flush(10)
        assert not started.done()
        server.script = lambda report: v1.ReportResult(
            verdict=v1.Verdict(code=v1.Verdict.CODE_REFUSED, reason="RUN_FINISHED")
        )
        server.start()
        assert started.result(20).code == v1.Verdict.CODE_REFUSED


def test_replay_waits_rejects_and_renumbers(server, spool):
    waits = iter([wait(20), wait(20)])

    def script(report):
        if report.propose.message == "bad":
            return fault(3, "INVALID_FIELD")
        return next(waits, None) if report.propose.type == R else None

    server.stop()
    with reporter_for(server, spool) as reporter:
        run, _ = reporter.create(v1.Run(definition="etl"))
        run.propose(running(), may_run_on=True, urgent=True).result(10)
        bad = run.propose(completed("bad"))
        good = run.propose(completed("good"))
        assert not reporter.flush(10)
        server.script = script
        server.start()
        with pytest.raises(MartletError):
            bad.result(20)
        assert good.result(20).code == v1.Verdict.CODE_ACCEPTED
        # The run goes on over the stream, numbered as the server counts.
        assert run.propose(v1.State(type=F), urgent=True).result(10).code == v1.Verdict.CODE_ACCEPTED
    assert server.runs[run.run_id].states == [P, R, C, F]


@pytest.mark.parametrize("broken", [False, True])
def test_nothing_overtakes_a_spooled_report(server, spool, broken):
    waits = iter([wait(150), wait(150)])
    server.stop()
    with reporter_for(server, spool) as reporter:
        run, _ = reporter.create(v1.Run(definition="etl"))
        run.propose(running(), may_run_on=True, urgent=True).result(10)
        server.script = lambda report: next(waits, None) if report.HasField("create") else None
        server.start()
        server.until(lambda: server.batches >= 2)
        reporter._depot.broken = broken
        last = [run.propose(v1.State(type=R, name=str(number)), urgent=True) for number in range(5)]
        assert not server.runs, "the creation still waits"
        for future in last:
            assert future.result(20).code == v1.Verdict.CODE_ACCEPTED
        run.propose(completed())
    assert server.runs[run.run_id].states == [P, R, R, R, R, R, R, C]


def test_the_spool_of_a_dead_process_is_adopted(server, spool):
    server.stop()
    reporter = reporter_for(server, spool)
    run, _ = reporter.create(v1.Run(definition="etl"))
    run.propose(running())
    run.log(line(1))
    run.propose(completed())
    reporter.close(10)
    assert len(spooled(spool)) == 1
    server.start()
    with reporter_for(server, spool) as other:
        # The living do not touch each other's.
        assert other.flush(10)
    assert server.runs[run.run_id].states == [P, R, C]
    assert reporter.session.id in server.sessions, "replayed in the session it belongs to"
    assert list(spool.glob("*/*")) == []


def test_a_server_that_came_back_unnoticed_gets_everything_at_the_close(server, spool, monkeypatch):
    patient = threading.Event()

    def asked(*arguments):
        if arguments[-1] is True:
            patient.set()
        return batch_report(*arguments)

    monkeypatch.setattr("martlet.reporter.batch_report", asked)
    server.stop()
    reporter = reporter_for(server, spool)
    run, _ = reporter.create(v1.Run(definition="etl"))
    run.propose(running())
    run.log(line(1))
    run.propose(completed())
    assert not reporter.flush(10)
    assert len(spooled(spool)) == 1
    assert patient.wait(10), "it waits for gRPC's next attempt to connect"
    server.start()
    reporter.close(10)
    assert server.runs[run.run_id].states == [P, R, C]
    assert list(spool.glob("*/*")) == []


def test_the_last_look_for_a_server_is_short(spool):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        reporter = Reporter(f"http://127.0.0.1:{silent.getsockname()[1]}", spool=spool)
        reporter.create(v1.Run(definition="etl"))
        assert not reporter.flush(10)
        begin = time.monotonic()
        reporter.close(10)
        assert time.monotonic() - begin < 3
    assert len(spooled(spool)) == 1


def test_an_interpreter_without_threads_leaves_the_spool(server, spool, monkeypatch, caplog):
    server.stop()
    reporter = reporter_for(server, spool)
    reporter.create(v1.Run(definition="etl"))
    assert not reporter.flush(10)

    def refused(where):
        raise RuntimeError("can't create new thread at interpreter shutdown")

    monkeypatch.setattr("martlet.reporter.open_channel", refused)
    reporter.close(10)
    assert not reporter.alive()
    assert len(spooled(spool)) == 1
    assert "lost" not in caplog.text


def test_the_spool_of_a_living_process_is_left_alone(server, spool):
    server.stop()
    with reporter_for(server, spool) as reporter:
        run, _ = reporter.create(v1.Run(definition="etl"))
        assert not reporter.flush(10)
        folder = reporter._depot.folder.path
        assert list(SpoolFolder.orphans(folder.parent, None)) == []


def test_a_silent_server_is_given_up(server, spool):
    silent = threading.Event()
    silent.set()
    free = threading.Event()

    def script(report):
        if silent.is_set() and report.HasField("log"):
            free.wait(30)
        return None

    with reporter_for(server, spool, answer_timeout=0.5) as reporter:
        run, _ = reporter.create(v1.Run(definition="etl"))
        run.propose(running(), urgent=True).result(10)
        server.script = script
        run.log(line(1))
        assert not reporter.flush(10)
        assert len(spooled(spool)) == 1
        silent.clear()
        free.set()
        server.until(lambda: len(server.logs) == 1)
        run.propose(completed())


def test_memory_is_bounded_by_back_pressure(server, spool):
    free = threading.Event()
    server.script = lambda report: free.wait(30) and None if report.HasField("log") else None
    with reporter_for(server, spool, limit=300) as reporter:
        run, _ = reporter.create(v1.Run(definition="etl"))
        run.propose(running(), urgent=True).result(10)
        done = threading.Event()

        def shout():
            for number in range(1, 2001):
                run.log(line(number))
            done.set()

        threading.Thread(target=shout, daemon=True).start()
        assert not done.wait(0.5), "the caller waits"
        assert reporter._events.qsize() + reporter._outbox.held <= 310
        free.set()
        assert done.wait(20)
        assert reporter.flush(20)
    assert len(server.logs) == 2000


def test_without_a_spool_reports_wait_in_memory(server, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    server.stop()
    with reporter_for(server, blocked) as reporter:
        run, _ = reporter.create(v1.Run(definition="etl"))
        assert run.propose(running(), may_run_on=True, urgent=True).result(10) is None
        run.propose(completed())
        assert not reporter.flush(10)
        server.start()
        server.until(lambda: server.runs and server.runs[run.run_id].states == [P, R, C])
