"""A worker on a real server: what is deployed runs once, whoever is killed, and is told as it was."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import pytest
from martlet import Client, v1
from martlet.serving.stream import Broken, Heard, WorkerStream

from martlet_process import BINARY, free_port
from tracked_command import Recorded, environment
from worker_process import Deployed, Worker


@pytest.fixture
def new_worker(place):
    """Makes workers; ends those that still run, and their runs."""
    made: list[Worker] = []

    def make(server, *options: str, **arguments) -> Worker:
        made.append(Worker(server, place / "home", *options, **arguments))
        return made[-1]

    yield make
    for worker in made:
        worker.stop()


@pytest.fixture
def new_pool(calm_server):
    """Makes pools of type process that nobody else uses."""

    def make() -> str:
        name = f"p-{time.time_ns()}"
        calm_server.connect().call("PoolService/CreatePool", {"pool": {"name": name, "type": "process"}})
        return name

    return make


def executor(home: Path, run: str) -> int:
    (path,) = home.rglob(f"jobs/{run}.*/process")
    return int(path.read_text())


def test_what_is_deployed_runs_and_the_worker_says_so(calm_server, new_worker, new_pool):
    pool = new_pool()
    deployed = Deployed(
        calm_server, 'echo "hello $MARTLET_PARAMETER_WHO"; echo 42 > $MARTLET_OUTPUT', pool,
        parameters={"who": "nobody"},
    )
    worker = new_worker(calm_server, pool=pool).start()
    run = deployed.run(parameters={"who": "you"})
    ended = deployed.end(run)
    assert (ended.type, ended.result) == ("COMPLETED", 42)
    assert "hello you" in ended.lines("stdout")
    worker.line("exited cleanly")
    said = "\n".join(worker.lines)
    assert f"Discovered type 'process' for work pool '{pool}'." in said
    assert "Worker 'ProcessWorker w' started!" in said
    assert f"submitting flow run '{run}'" in said
    assert "submitted to infrastructure" in said


@pytest.mark.parametrize("options", [[], ["--run-once"]])
def test_a_worker_of_no_pool_has_not_started(calm_server, new_worker, options):
    name = f"none-{uuid.uuid4()}"
    worker = new_worker(calm_server, *options, pool=name).start(wait=False)
    worker.line("does not exist")
    assert worker.finish() == 3
    assert not [line for line in worker.lines if "started" in line or "Discovered" in line]


def test_a_credit_below_nothing_is_refused(calm_server, new_pool):
    identity = v1.WorkerIdentity(
        pool=new_pool(), name="w", type="process", session=v1.Session(id=str(uuid.uuid4()), holder="test")
    )
    with Client(calm_server.url) as client:
        events: queue.SimpleQueue = queue.SimpleQueue()
        stream = WorkerStream(client, events, v1.ConnectRequest.Hello(worker=identity))
        stream.say(credit=v1.ConnectRequest.Credit(runs=-1))
        while not isinstance(event := events.get(timeout=60), Broken):
            pass
        stream.cancel()
    assert event.error.code == "INVALID_ARGUMENT"
    assert "credit.runs" in event.error.message


def test_a_run_outlives_its_worker_and_is_adopted(calm_server, new_worker, new_pool, place):
    pool, gate, ran = new_pool(), place / "gate", place / "ran"
    os.mkfifo(gate)
    deployed = Deployed(calm_server, f"echo x >> {ran}; echo begun; read x < {gate}", pool)
    worker = new_worker(calm_server, "--limit", "1", pool=pool).start()
    run = deployed.run()
    deployed.says(run, "begun")
    worker.kill()
    worker.start(wait=False)
    worker.line("Found 1 running")
    worker.line("started!")
    # It counts against the limit: the next one waits.
    later = Deployed(calm_server, "true", pool)
    second = later.run()
    gate.write_text("go\n")
    assert deployed.end(run).type == "COMPLETED"
    assert later.end(second).type == "COMPLETED"
    assert ran.read_text() == "x\n"
    first, second = Recorded(calm_server, run), Recorded(calm_server, second)
    assert second.run["times"]["startTime"] >= first.run["times"]["endTime"]


def test_an_executor_that_is_killed_is_told_at_once(calm_server, new_worker, new_pool, place):
    pool = new_pool()
    deployed = Deployed(calm_server, "echo begun; sleep 600", pool)
    new_worker(calm_server, pool=pool).start()
    run = deployed.run()
    deployed.says(run, "begun")
    begin = time.monotonic()
    os.kill(executor(place / "home", run), signal.SIGKILL)
    assert deployed.end(run).type == "CRASHED"
    # Not by the lease of 30 s.
    assert time.monotonic() - begin < 20


def test_term_drains_and_a_second_one_leaves_the_run_to_the_next_worker(
    calm_server, new_worker, new_pool, place
):
    pool, gate = new_pool(), place / "gate"
    os.mkfifo(gate)
    deployed = Deployed(calm_server, f"echo begun; read x < {gate}", pool)
    worker = new_worker(calm_server, pool=pool).start()
    run = deployed.run()
    deployed.says(run, "begun")
    worker.signal(signal.SIGTERM)
    worker.line("Taking no more; 1 to finish.")
    later = Deployed(calm_server, "true", pool)
    left = later.run()
    worker.signal(signal.SIGTERM)
    assert worker.finish() == 0
    assert Recorded(calm_server, run).type == "RUNNING"
    assert Recorded(calm_server, left).type == "SCHEDULED"
    worker.start(wait=False)
    worker.line("Found 1 running")
    gate.write_text("go\n")
    assert deployed.end(run).type == "COMPLETED"
    assert later.end(left).type == "COMPLETED"
    worker.signal(signal.SIGTERM)
    assert worker.finish() == 0


def test_a_worker_that_drains_is_shown_so_and_comes_back_for_more(calm_server, new_worker, new_pool, place):
    pool, gate = new_pool(), place / "gate"
    os.mkfifo(gate)
    deployed = Deployed(calm_server, f"echo begun; read x < {gate}", pool)
    connection = calm_server.connect()

    def listed() -> dict:
        (found,) = connection.call("WorkerService/ListWorkers", {"pool": pool, "includeOffline": True})["workers"]
        return {key: found.get(key, False) for key in ("online", "draining")}

    for drain in (
        lambda: worker.signal(signal.SIGTERM),
        lambda: connection.call("WorkerService/DrainWorker", {"pool": pool, "name": "w"}),
        lambda: worker.signal(signal.SIGTERM),
    ):
        # Nobody has asked it to leave, whatever its predecessor was asked.
        worker = new_worker(calm_server, pool=pool).start()
        run = deployed.run()
        deployed.says(run, "begun")
        assert listed() == {"online": True, "draining": False}
        drain()
        worker.line("Taking no more; 1 to finish.")
        while listed() != {"online": True, "draining": True}:
            time.sleep(0.05)
        gate.write_text("go\n")
        assert worker.finish() == 0
        assert deployed.end(run).type == "COMPLETED"
        assert listed() == {"online": False, "draining": False}


def test_what_a_worker_took_and_forgot_goes_back(calm_server, new_pool):
    pool = new_pool()
    deployed = Deployed(calm_server, "true", pool)
    identity = v1.WorkerIdentity(pool=pool, name="w", session=v1.Session(id=str(uuid.uuid4())))
    with Client(calm_server.url) as client:

        def connect(*held: v1.Offer) -> tuple[WorkerStream, queue.SimpleQueue]:
            events: queue.SimpleQueue = queue.SimpleQueue()
            runs = [v1.HeldRun(run_id=offer.run.id, epoch=offer.epoch) for offer in held]
            return WorkerStream(client, events, v1.ConnectRequest.Hello(worker=identity, held=runs)), events

        def offer(stream: WorkerStream, events: queue.SimpleQueue) -> v1.Offer:
            end = time.monotonic() + 60
            while time.monotonic() < end:
                stream.say(alive=v1.ConnectRequest.Alive())
                try:
                    event = events.get(timeout=5)
                except queue.Empty:
                    continue
                if isinstance(event, Heard) and event.response.WhichOneof("kind") == "offer":
                    return event.response.offer
            raise AssertionError("nothing is offered")

        stream, events = connect()
        taken = []
        # What was taken first is written down by the time that the third is offered.
        for _ in range(3):
            deployed.run()
            stream.say(credit=v1.ConnectRequest.Credit(runs=1))
            taken.append(offer(stream, events))
            if len(taken) < 3:
                stream.say(accept=v1.ConnectRequest.Accept(run_id=taken[-1].run.id, epoch=taken[-1].epoch))
        stream.cancel()
        forgotten, held, unseen = taken
        begin = time.monotonic()
        stream, events = connect(held)
        stream.say(credit=v1.ConnectRequest.Credit(runs=9))
        again = [offer(stream, events), offer(stream, events)]
        assert [(item.run.id, item.epoch) for item in again] == [(unseen.run.id, 2), (forgotten.run.id, 2)]
        # Its executor had the time to tell what it had left to tell.
        assert time.monotonic() - begin > 10
        assert Recorded(calm_server, held.run.id).type == "PENDING"
        stream.leave(10)


def test_run_once_works_off_what_is_due(calm_server, new_worker, new_pool):
    pool = new_pool()
    deployed = Deployed(calm_server, "true", pool)
    runs = [deployed.run() for _ in range(3)]
    worker = new_worker(calm_server, "--run-once", "--limit", "2", pool=pool).start()
    assert worker.finish() == 0
    assert [Recorded(calm_server, run).type for run in runs] == ["COMPLETED"] * 3
    # It has said that it leaves.
    assert calm_server.connect().call("WorkerService/ListWorkers", {"pool": pool}).get("workers") is None


def test_a_queue_that_is_not_there_is_told(calm_server, new_worker, new_pool):
    pool = new_pool()
    worker = new_worker(calm_server, "--run-once", "--queue", "default", "--queue", "urgent", pool=pool)
    worker.start(wait=False)
    assert "--pool" in worker.line(f"work pool '{pool}' has no queue 'urgent' yet")
    assert worker.finish() == 0


def test_a_cancellation_ends_the_process(calm_server, new_worker, new_pool, place):
    pool = new_pool()
    deployed = Deployed(calm_server, "echo begun; sleep 600", pool)
    worker = new_worker(calm_server, pool=pool).start()
    run = deployed.run()
    deployed.says(run, "begun")
    pid = executor(place / "home", run)
    calm_server.connect().call("RunService/CancelRun", {"id": run})
    assert deployed.end(run).type == "CANCELLED"
    worker.line("exited cleanly")
    assert not Path(f"/proc/{pid}").exists()


def test_what_a_shell_leaves_behind_has_its_grace_too(calm_server, new_worker, new_pool):
    pool = new_pool()
    heeding = """sh -c 'trap "sleep 1; echo cleaned up; exit 0" TERM; echo begun; while :; do sleep 0.1; done'; echo never"""
    deaf = """sh -c 'trap "" TERM; echo begun; while :; do sleep 0.1; done'; echo never"""
    new_worker(calm_server, pool=pool).start()
    for script, grace, lines in ((heeding, 60, ["begun", "cleaned up"]), (deaf, 1, ["begun"])):
        deployed = Deployed(calm_server, script, pool, jobVariables={"grace": grace})
        run = deployed.run()
        deployed.says(run, "begun")
        calm_server.connect().call("RunService/CancelRun", {"id": run})
        ended = deployed.end(run)
        assert ended.type == "CANCELLED"
        assert ended.lines("stdout") == lines


def test_a_server_that_comes_back_finds_its_worker(new_server, new_worker, place):
    server = new_server().start()
    deployed = Deployed(server, "echo begun; sleep 1", "default-agent-pool")
    worker = new_worker(server).start()
    run = deployed.run()
    deployed.says(run, "begun")
    server.kill()
    worker.line("The server is away")
    server.start()
    worker.line("is connected again")
    deployed = Deployed(server, "true")
    assert deployed.end(deployed.run()).type == "COMPLETED"
    assert deployed.end(run).type == "COMPLETED"


def test_a_run_that_ends_while_the_server_is_away_has_ended_well(new_server, new_worker, place):
    server = new_server().start()
    gate = place / "gate"
    deployed = Deployed(server, f"echo begun; until [ -e {gate} ]; do sleep 0.1; done", "default-agent-pool")
    worker = new_worker(server).start()
    run = deployed.run()
    deployed.says(run, "begun")
    server.kill()
    worker.line("The server is away")
    gate.touch()
    worker.line("exited cleanly")
    # The executor is gone: what it could not tell is the worker's to tell.
    server.start()
    worker.line("is connected again")
    assert deployed.end(run, timeout=120).type == "COMPLETED"


def test_one_state_directory_has_one_worker(calm_server, new_worker, new_pool):
    pool = new_pool()
    new_worker(calm_server, pool=pool).start()
    second = new_worker(calm_server, pool=pool).start(wait=False)
    second.line("another worker uses the state directory")
    assert second.finish() == 1


def test_a_pool_that_is_not_there_is_an_error(calm_server, new_worker):
    worker = new_worker(calm_server, pool="no-such-pool").start(wait=False)
    worker.line("no-such-pool")
    assert worker.finish() == 3


def test_health(calm_server, new_worker, new_pool):
    port = free_port()
    new_worker(calm_server, "--health-port", str(port), pool=new_pool()).start()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as answer:
        assert answer.status == 200
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/other", timeout=10)


def test_workers_are_listed_drained_and_forgotten(calm_server, new_worker, new_pool, place):
    pool = new_pool()
    worker = new_worker(calm_server, pool=pool).start()

    def martlet(*arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [str(BINARY), "worker", *arguments],
            env=environment(calm_server, place / "home"), capture_output=True, text=True, timeout=60,
        )

    listed = martlet("ls", "--pool", pool).stdout
    assert " w " in listed and "online" in listed
    refused = martlet("rm", "w", "--pool", pool)
    assert refused.returncode == 1 and "online" in refused.stderr
    assert martlet("drain", "w", "--pool", pool).returncode == 0
    assert worker.finish() == 0
    # It waits until the server has heard that it leaves.
    removed = martlet("rm", "w", "--pool", pool)
    assert removed.returncode == 0, removed.stderr
    assert martlet("rm", "w", "--pool", pool).returncode == 3
