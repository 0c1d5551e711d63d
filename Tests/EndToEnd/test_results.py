"""Results and their cache as programs see them: curl, Python and the command line meet on one server."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import threading
import uuid

import martlet
import pytest

from martlet_process import BINARY, CallError, time_ordered_id
from test_replicas import socket_url


@pytest.fixture
def key() -> str:
    return f"test/{uuid.uuid4()}"


@pytest.fixture
def calls(calm_server):
    connection = calm_server.connect()
    yield lambda method, **request: connection.call(f"ResultService/{method}", request)
    connection.close()


def cli(server, *words) -> subprocess.CompletedProcess:
    return subprocess.run(
        [BINARY, *words, "--server", server.url], capture_output=True, timeout=60
    )


def test_a_large_result_is_stored_beside_the_state(calm_server, calls):
    data = os.urandom(2 << 20)
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    payload = {"mediaType": "application/octet-stream", "data": base64.b64encode(data).decode()}
    run, result = time_ordered_id(), time_ordered_id()
    reference = calls("PutResult", id=result, runId=run, payload={**payload, "digest": digest})["payload"]
    assert reference == {
        "mediaType": payload["mediaType"],
        "digest": digest,
        "size": str(len(data)),
        "uri": f"martlet:result/{result}",
    }
    # The same again is the same.
    assert calls("PutResult", id=result, runId=run, payload=payload)["payload"] == reference
    connection = calm_server.connect()
    report = {"runId": run, "epoch": 1, "executionId": str(uuid.uuid4())}
    states = [{"type": "STATE_TYPE_RUNNING"}, {"type": "STATE_TYPE_COMPLETED", "completed": {"result": reference}}]
    items = [{"create": {"definition": "d"}}, *({"propose": state} for state in states)]
    for seq, item in enumerate(items, 1):
        connection.call("ReportService/BatchReport", {"reports": [{**report, "seq": seq, **item}]})
    got = calls("GetResult", runId=run)
    assert base64.b64decode(got["payload"]["data"]) == data
    assert got["payload"]["digest"] == digest
    assert cli(calm_server, "result", "get", run).stdout == data
    connection.close()


@pytest.mark.parametrize(
    "payload",
    [
        {"data": "AAAA", "digest": "sha256:" + "0" * 64},
        {"data": "AAAA", "size": 7},
        {"json": "a\0b", "digest": "sha256:" + "0" * 64},
        {"uri": ""},
        {"uri": "martlet:result/x"},
        {"uri": "s3://b", "digest": "md5:1"},
        {},
    ],
)
def test_what_is_not_what_it_says_is_refused(calls, payload):
    with pytest.raises(CallError) as refused:
        calls("PutResult", payload=payload)
    assert refused.value.code == "invalid_argument"


def test_nothing_there_is_not_found(calm_server, calls):
    for request in ({"runId": time_ordered_id()}, {"id": time_ordered_id()}):
        with pytest.raises(CallError) as refused:
            calls("GetResult", **request)
        assert refused.value.code == "not_found"
    assert cli(calm_server, "result", "get", time_ordered_id()).returncode == 3


BODY = """
import sys, time, martlet
key, log = sys.argv[1:]
with martlet.flow("price") as run:
    with run.task("download") as task:
        with martlet.cache_key(key, expires=3600) as entry:
            if not entry.hit:
                with open(log, "a") as file: file.write("computed\\n")
                time.sleep(0.3)
                entry.value = {"price": 7}
        task.result = entry.value
        task.cached_from = entry.source_run_id
        print(task.id)
"""


def test_processes_that_ask_together_compute_once(calm_server, calls, key, tmp_path):
    log = tmp_path / "log"
    environment = {
        **os.environ, "MARTLET_API_URL": calm_server.url, "MARTLET_HOME": str(tmp_path / "home"),
    }
    programs = [
        subprocess.Popen(
            [os.environ.get("PYTHON", sys.executable), "-c", BODY, key, str(log)],
            env=environment, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(4)
    ]
    tasks = [program.communicate(timeout=60)[0].strip() for program in programs]
    assert [program.returncode for program in programs] == [0] * 4
    assert log.read_text() == "computed\n"
    connection = calm_server.connect()
    runs = [connection.call("RunService/GetRun", {"id": task})["run"] for task in tasks]
    connection.close()
    sources = [run for run in runs if run["state"]["name"] == "Completed"]
    cached = [run for run in runs if run["state"]["name"] == "Cached"]
    assert (len(sources), len(cached)) == (1, 3)
    for run in cached:
        assert run["state"]["type"] == "STATE_TYPE_COMPLETED"
        assert run["state"]["completed"]["cachedFrom"] == sources[0]["id"]
        got = calls("GetResult", runId=run["id"])
        assert got["payload"]["json"] == {"price": 7}
        assert got["cachedFrom"] == sources[0]["id"]


def test_python_values_of_every_size_come_back(calm_server, key):
    with martlet.Client(calm_server.url) as client:
        for number, value in enumerate([None, False, [1, "ü", {"a": None}], "x" * 600_000]):
            for expected in (False, True):
                with martlet.cache_key(f"{key}/{number}", client=client) as entry:
                    assert entry.hit is expected
                    if not entry.hit:
                        with pytest.raises(LookupError):
                            entry.value
                        entry.value = value
                assert entry.value == value


def test_an_exception_gives_the_key_back(calm_server, calls, key):
    with martlet.Client(calm_server.url) as client:
        with pytest.raises(ZeroDivisionError):
            with martlet.cache_key(key, client=client):
                raise ZeroDivisionError
        with martlet.cache_key(key, client=client, wait=0) as entry:
            entry.value = 1
            with pytest.raises(martlet.Busy):
                with martlet.cache_key(key, client=client, wait=0):
                    pass
        with martlet.cache_key(key, client=client, refresh=True) as entry:
            assert not entry.hit
            entry.value = 2
        with martlet.cache_key(key, client=client) as entry:
            assert (entry.hit, entry.value) == (True, 2)


def test_a_wait_ends_with_the_commit_of_another_replica(new_server, key):
    first = new_server().start()
    second = new_server(database_url=socket_url(first)).start()
    connection, other = first.connect(), second.connect()
    token = connection.call("ResultService/ReserveCacheKey", {"key": key, "lease": "3600s"})["reserved"]["token"]
    answers: list[dict] = []
    waiter = threading.Thread(
        target=lambda: answers.append(
            other.call("ResultService/ReserveCacheKey", {"key": key, "wait": "30s"})
        )
    )
    waiter.start()
    connection.call("ResultService/CommitCacheKey", {"token": token, "payload": {"json": 3}})
    waiter.join(20)
    assert answers[0]["hit"]["payload"]["json"] == 3


def test_a_cached_value_is_there_and_ends_with_its_result(calls, key):
    token = calls("ReserveCacheKey", key=key)["reserved"]["token"]
    with pytest.raises(CallError) as missing:
        calls("CommitCacheKey", token=token, payload={"uri": f"martlet:result/{time_ordered_id()}"})
    assert missing.value.code == "not_found"
    end = "2099-01-02T03:04:05Z"
    stored = calls("PutResult", payload={"json": 1}, expireTime=end)["payload"]
    entry = calls("CommitCacheKey", token=token, payload=stored)["entry"]
    assert entry["expireTime"] == end
    hit = calls("ReserveCacheKey", key=key)["hit"]
    assert hit["expireTime"] == end and calls("GetResult", id=hit["payload"]["uri"])["payload"]["json"] == 1


def test_a_dead_holder_lapses_and_comes_too_late(calls, key):
    dead = calls("ReserveCacheKey", key=key, lease="1s")["reserved"]["token"]
    busy = calls("ReserveCacheKey", key=key)["busy"]
    assert busy["lapseTime"]
    taken = calls("ReserveCacheKey", key=key, wait="20s")["reserved"]["token"]
    for _ in range(2):
        with pytest.raises(CallError) as refused:
            calls("CommitCacheKey", token=dead, payload={"json": "late"})
        assert (refused.value.code, refused.value.reason) == ("failed_precondition", "CACHE_TOKEN_LAPSED")
    assert calls("CommitCacheKey", token=taken, payload={"json": 1})["stored"]
    assert calls("ReserveCacheKey", key=key)["hit"]["payload"]["json"] == 1


def test_the_command_line_lists_and_forgets_keys(calm_server, calls, key):
    for name in ("a", "b", "c"):
        token = calls("ReserveCacheKey", key=f"{key}/{name}", expireAfter="3600s")["reserved"]["token"]
        calls("CommitCacheKey", token=token, payload={"json": name})
    listed = json.loads(cli(calm_server, "cache", "ls", "--prefix", key, "-o", "json").stdout)
    assert [entry["key"] for entry in listed["entries"]] == [f"{key}/{name}" for name in "abc"]
    assert all("json" not in entry["payload"] and entry["expireTime"] for entry in listed["entries"])
    assert f"{key}/b".encode() in cli(calm_server, "cache", "ls").stdout
    assert cli(calm_server, "cache", "rm", f"{key}/a", "nothing").stdout == b"forgot 1 key\n"
    assert cli(calm_server, "cache", "rm", "--prefix", key).stdout == b"forgot 2 keys\n"
    assert cli(calm_server, "cache", "rm").returncode == 2
    assert "entries" not in calls("ListCacheEntries", prefix=key)


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("ReserveCacheKey", {"key": ""}),
        ("ReserveCacheKey", {"key": "k" * 1001}),
        ("ReserveCacheKey", {"key": "a\0"}),
        ("ReserveCacheKey", {"key": "k", "lease": "0.5s"}),
        ("ReserveCacheKey", {"key": "k", "expireAfter": "-1s"}),
        ("ReserveCacheKey", {"key": "k", "token": "x"}),
        ("ReserveCacheKey", {"key": "k", "isolation": 9}),
        ("CommitCacheKey", {"token": ""}),
        ("CommitCacheKey", {"token": time_ordered_id()}),
        ("CommitCacheKey", {"token": time_ordered_id(), "payload": {"json": "x" * 300_000}}),
        ("InvalidateCacheKeys", {}),
        ("InvalidateCacheKeys", {"keys": ["k"] * 1001}),
        ("ListCacheEntries", {"pageSize": -1}),
    ],
)
def test_hostile_requests_are_refused(calls, method, request_):
    with pytest.raises(CallError) as refused:
        calls(method, **request_)
    assert refused.value.code == "invalid_argument"
