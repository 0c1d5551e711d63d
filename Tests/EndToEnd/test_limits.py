"""Named limits from outside: never too many inside, whatever happens to those who are; the CLI and the contract."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid

import pytest

from martlet_process import BINARY, ROOT, CallError, time_ordered_id

INSIDE = """
import os, sys, time
from martlet.concurrency import concurrency

def lives(pid):
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    return True

place, name, rounds, stays = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
for _ in range(rounds):
    with concurrency(name, lease_seconds=3):
        mark = os.path.join(place, f"{os.getpid()}")
        open(mark, "w").close()
        inside = sum(map(lives, os.listdir(place)))
        print(inside, flush=True)
        time.sleep(stays)
        os.unlink(mark)
"""


def environment(server) -> dict:
    return {
        **os.environ,
        "MARTLET_API_URL": server.url,
        "PYTHONPATH": str(ROOT / "clients/python/src"),
    }


def martlet(server, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
    return subprocess.run(
        [str(BINARY), *arguments],
        env=environment(server),
        capture_output=True,
        text=True,
        timeout=60,
        check=check,
    )


def new_limit(server, slots: int, *options: str) -> str:
    name = f"limit-{uuid.uuid4().hex[:10]}"
    martlet(server, "limit", "create", name, str(slots), *options)
    return name


def limit_of(server, name: str) -> dict:
    return json.loads(martlet(server, "limit", "get", name, "-o", "json").stdout)["limit"]


def wait_until(condition, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "in vain"
        time.sleep(0.02)


def acquire(connection, name: str, **fields) -> dict:
    request = {"id": time_ordered_id(), "limits": [{"ref": name}], **fields}
    return connection.call("LimitService/AcquireLease", request)["lease"]


def test_never_more_than_five_of_twenty_processes_inside(calm_server, tmp_path):
    """And one of them dies inside without a word: its slot comes back within its lease."""
    name = new_limit(calm_server, 5)
    place = tmp_path / "inside"
    place.mkdir()
    started = [sys.executable, "-c", INSIDE, str(place), name]
    victim = subprocess.Popen(
        [*started, "1", "3600"], env=environment(calm_server), stdout=subprocess.PIPE, text=True
    )
    assert victim.stdout.readline() == "1\n"
    others = [
        subprocess.Popen(
            [*started, "3", "0.1"], env=environment(calm_server), stdout=subprocess.PIPE, text=True
        )
        for _ in range(20)
    ]
    # On a busy machine all five are seldom seen at once.
    wait_until(lambda: int(limit_of(calm_server, name).get("slotsTaken", 0)) > 1)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    counts = []
    for process in others:
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        counts += [int(line) for line in output.split()]
    assert len(counts) == 60
    # How many meet inside is a matter of luck; never are there six.
    assert 1 < max(counts) <= 5
    wait_until(lambda: "slotsTaken" not in limit_of(calm_server, name))


def test_a_dead_holders_slot_comes_back(calm_server, tmp_path):
    name = new_limit(calm_server, 1)
    script = "from martlet.concurrency import concurrency as c; import time\n"
    script += f"with c({name!r}, lease_seconds=2): print('in', flush=True); time.sleep(3600)"
    victim = subprocess.Popen(
        [sys.executable, "-c", script],
        env=environment(calm_server),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert victim.stdout.readline() == "in\n"
    # Renewed beyond its term while it lives.
    time.sleep(3)
    with pytest.raises(CallError) as full:
        acquire(calm_server.connect(), name)
    assert full.value.reason == "LIMIT_FULL" and full.value.status == 429
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    begin = time.monotonic()
    assert acquire(calm_server.connect(), name, wait="20s")["state"] == "LEASE_STATE_HELD"
    assert time.monotonic() - begin < 6


def test_threads_and_tasks_take_turns(calm_server, monkeypatch):
    monkeypatch.setenv("MARTLET_API_URL", calm_server.url)
    monkeypatch.syspath_prepend(str(ROOT / "clients/python/src"))
    import asyncio

    from martlet.concurrency import concurrency, rate_limit
    from martlet.errors import MartletError

    name = new_limit(calm_server, 5)
    lock = threading.Lock()
    inside, most = 0, 0

    def enter() -> None:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)

    def leave() -> None:
        nonlocal inside
        with lock:
            inside -= 1

    def work() -> None:
        for _ in range(3):
            with concurrency(name):
                enter()
                time.sleep(0.01)
                leave()

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert 1 < most <= 5 and inside == 0

    async def step() -> None:
        async with concurrency(name, occupy=2):
            enter()
            await asyncio.sleep(0.01)
            leave()

    async def steps() -> None:
        await asyncio.gather(*(step() for _ in range(10)))

    most = 0
    asyncio.run(steps())
    assert 1 <= most <= 2

    with concurrency(name, occupy=5):
        begin = time.monotonic()
        with pytest.raises(TimeoutError):
            with concurrency(name, timeout_seconds=0.3):
                raise AssertionError("too many inside")
        assert 0.3 <= time.monotonic() - begin < 5
        with pytest.raises(TimeoutError):
            concurrency(name, timeout_seconds=0).__enter__()
    with pytest.raises(MartletError) as more:
        concurrency(name, occupy=6).__enter__()
    assert more.value.code == "INVALID_ARGUMENT"
    with pytest.raises(MartletError) as missing:
        concurrency("no-such-limit", strict=True).__enter__()
    assert missing.value.code == "NOT_FOUND"
    with concurrency("no-such-limit"):
        pass
    # Two at once, then ten a second.
    paced = new_limit(calm_server, 2, "--decay", "10/s")
    begin = time.monotonic()
    for _ in range(6):
        rate_limit(paced)
    assert 0.39 <= time.monotonic() - begin < 5
    with pytest.raises(MartletError) as held:
        rate_limit(name)
    assert held.value.code == "INVALID_ARGUMENT"


def test_lost_slots_are_told(calm_server, monkeypatch):
    monkeypatch.setenv("MARTLET_API_URL", calm_server.url)
    monkeypatch.syspath_prepend(str(ROOT / "clients/python/src"))
    from martlet.concurrency import LeaseLost, concurrency

    name = new_limit(calm_server, 1)
    with pytest.raises(LeaseLost):
        with concurrency(name, lease_seconds=1.5) as held:
            martlet(calm_server, "limit", "reset", name)
            wait_until(lambda: held.lost)


def test_the_contract(calm_server):
    connection = calm_server.connect()
    name = new_limit(calm_server, 1)
    id = time_ordered_id()
    first = acquire(connection, name, id=id, holder={"name": "first"}, ttl="30s")
    again = acquire(connection, name, id=id, holder={"name": "first"}, ttl="30s")
    assert again["grantTime"] == first["grantTime"] and again["expireTime"] == first["expireTime"]
    queued = time_ordered_id()
    with pytest.raises(CallError) as full:
        acquire(connection, name, id=queued, collisionStrategy="COLLISION_STRATEGY_ENQUEUE")
    details = {d["type"]: d.get("debug", {}) for d in full.value.details}
    assert full.value.code == "resource_exhausted" and full.value.reason == "LIMIT_FULL"
    told = details["google.rpc.ErrorInfo"]["metadata"]
    assert told == {"limit": name, "slots": "1", "taken": "1", "holders": "1", "place": "1"}
    assert "google.rpc.RetryInfo" in details
    listed = connection.call("LimitService/ListLeases", {"ref": name})["leases"]
    assert [lease["state"] for lease in listed] == ["LEASE_STATE_HELD", "LEASE_STATE_WAITING"]
    assert listed[0]["holder"]["name"] == "first" and listed[1]["place"] == 1
    connection.call("LimitService/ReleaseLease", {"id": id})
    granted = acquire(connection, name, id=queued, wait="10s")
    assert granted["holds"][0]["name"] == name
    with pytest.raises(CallError) as ended:
        connection.call("LimitService/RenewLease", {"id": id})
    assert ended.value.reason == "LEASE_ENDED"
    for wrong in ({"wait": "61s"}, {"ttl": "0.5s"}, {"mode": 9}, {"limits": []}):
        with pytest.raises(CallError) as invalid:
            acquire(connection, name, **wrong)
        assert invalid.value.code == "invalid_argument", wrong


def test_the_command_line(calm_server, tmp_path):
    name = new_limit(calm_server, 3)
    assert name in martlet(calm_server, "limit", "ls").stdout
    martlet(calm_server, "limit", "set", name, "1", "--new-name", f"{name}-2")
    martlet(calm_server, "limit", "set", f"{name}-2", "--new-name", name)
    assert limit_of(calm_server, name)["slots"] == 1
    marker = tmp_path / "inside"
    hold = f"echo in; touch {marker}; cat"
    holder = subprocess.Popen(
        [str(BINARY), "limit", "exec", name, "--ttl", "2", "--", "sh", "-c", hold],
        env=environment(calm_server),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout.readline() == "in\n"
    late = martlet(
        calm_server, "limit", "exec", name, "--wait", "0.3", "--", "true", check=False
    )
    assert late.returncode == 75 and "1 of the 1 slots" in late.stderr
    assert "held" in martlet(calm_server, "limit", "leases", name).stdout
    # Longer than its term, it still holds the slot.
    time.sleep(2.5)
    assert limit_of(calm_server, name)["slotsTaken"] == 1
    next_in_line = subprocess.Popen(
        [str(BINARY), "limit", "exec", f"{name}:1", "--", "sh", "-c", "exit 7"],
        env=environment(calm_server),
    )
    wait_until(lambda: limit_of(calm_server, name).get("waiters") == 1)
    holder.stdin.close()
    assert holder.wait(10) == 0
    assert next_in_line.wait(10) == 7
    # Slots that an operator takes away end the command.
    lost = subprocess.Popen(
        [str(BINARY), "limit", "exec", name, "--ttl", "1", "--", "sleep", "3600"],
        env=environment(calm_server),
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: limit_of(calm_server, name).get("slotsTaken") == 1)
    assert "ended 1 lease" in martlet(calm_server, "limit", "reset", name).stdout
    assert lost.wait(20) == 75 and "lost" in lost.stderr.read()
    unknown = martlet(calm_server, "limit", "exec", "none", "--strict", "--", "true", check=False)
    assert unknown.returncode == 3
    martlet(calm_server, "limit", "rm", name)
    assert martlet(calm_server, "limit", "get", name, check=False).returncode == 3


def waiters(server, name: str) -> int:
    return limit_of(server, name).get("waiters", 0)


def test_a_client_that_is_gone_leaves_the_line(calm_server):
    """Unless it knows the id of its request: then it may come back."""
    connection = calm_server.connect()
    name = new_limit(calm_server, 1)
    held = acquire(connection, name)["id"]

    def ask(**fields) -> socket.socket:
        body = json.dumps({"limits": [{"ref": name}], "wait": "50s", **fields}).encode()
        head = "POST /martlet.v1.LimitService/AcquireLease HTTP/1.1\r\nhost: localhost\r\n"
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        asking = socket.create_connection(("127.0.0.1", calm_server.port))
        asking.sendall(head.encode() + body)
        return asking

    nameless = ask()
    wait_until(lambda: waiters(calm_server, name) == 1)
    nameless.close()
    # Sooner than a place lapses by itself.
    wait_until(lambda: waiters(calm_server, name) == 0, 8)
    # Nor does one stay whose time is over.
    for fields in ({"wait": "0.1s"}, {"collisionStrategy": "COLLISION_STRATEGY_ENQUEUE"}):
        with pytest.raises(CallError) as full:
            acquire(connection, name, id="", **fields)
        assert full.value.reason == "LIMIT_FULL"
        assert waiters(calm_server, name) == 0
    named = time_ordered_id()
    lost = ask(id=named)
    wait_until(lambda: waiters(calm_server, name) == 1)
    lost.close()
    connection.call("LimitService/ReleaseLease", {"id": held})
    assert acquire(connection, name, id=named, wait="10s")["id"] == named


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_has_a_waiting_command_leave_the_line(calm_server, number):
    name = new_limit(calm_server, 1)
    held = acquire(calm_server.connect(), name)["id"]
    # Ignored where the tests run in the background. (Not by `preexec_fn`: gRPC's threads do not survive its fork.)
    unignored = ["env", f"--default-signal={signal.Signals(number).name[3:]}"]
    command = [*unignored, str(BINARY), "limit", "exec", name, "--", "true"]
    waiting = subprocess.Popen(command, env=environment(calm_server))
    wait_until(lambda: waiters(calm_server, name) == 1)
    waiting.send_signal(number)
    assert waiting.wait(10) == -number
    assert waiters(calm_server, name) == 0
    connection = calm_server.connect()
    connection.call("LimitService/ReleaseLease", {"id": held})
    assert acquire(connection, name)["state"] == "LEASE_STATE_HELD"


def test_a_long_poll_does_not_hold_up_the_end_of_the_server(server):
    name = new_limit(server, 1)
    acquire(server.connect(), name)
    answers = []

    def wait() -> None:
        try:
            acquire(server.connect(90), name, wait="60s")
        except (CallError, OSError) as error:
            answers.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    wait_until(lambda: limit_of(server, name).get("waiters") == 1)
    begin = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - begin < 10
    waiting.join(10)
    assert isinstance(answers[0], CallError) and answers[0].code == "unavailable"
