"""Events as programs see them: transitions and published ones, listed and followed, each exactly once."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import uuid

import martlet
import pytest
from martlet import v1

from martlet_process import BINARY, CallError, time_ordered_id
from test_replicas import socket_url


@pytest.fixture
def word() -> str:
    return f"t{uuid.uuid4().hex}"


@pytest.fixture
def calls(calm_server):
    connection = calm_server.connect()
    yield lambda method, **request: connection.call(f"EventService/{method}", request)
    connection.close()


def cli(server, *words) -> subprocess.CompletedProcess:
    return subprocess.run(
        [BINARY, "event", *words, "--server", server.url], capture_output=True, timeout=60, text=True
    )


def test_every_client_publishes_and_lists(calm_server, calls, word):
    first = time_ordered_id()
    event = {
        "id": first,
        "name": f"{word}.curl",
        "time": "2026-11-21T09:00:00.000001Z",
        "resource": {"id": f"shop.{word}", "labels": {"city": "Ulm"}},
        "related": [{"id": "c", "role": "customer"}],
        "payload": {"total": 12.5, "lines": [None, {"x": True}]},
        "follows": time_ordered_id(),
    }
    assert calls("BatchPublishEvents", events=[event, event])["published"] == "1"
    assert calls("BatchPublishEvents", events=[event])["duplicates"] == "1"
    with martlet.Client(calm_server.url) as client:
        second = martlet.emit_event(
            f"{word}.python", {"id": f"shop.{word}", "a": "b"}, related=["x"], payload={"n": 1}, client=client
        )
        assert martlet.emit_event(f"{word}.python", f"shop.{word}", id=second, client=client) == second
        with pytest.raises(martlet.MartletError) as refused:
            martlet.emit_event("martlet.mine", "x", client=client)
        assert refused.value.fields[0].field == "name"
    third = cli(
        calm_server, "emit", f"{word}.cli", "--resource", f"id=shop.{word}", "--resource", "k=v=w",
        "--payload", '{"n": 2}',
    ).stdout.strip()
    listed = calls("ListEvents", filter=f'resource.id = "shop.{word}"')["events"]
    assert [event["id"] for event in listed] == [third, second, first]
    assert {key: listed[2][key] for key in event} == event
    assert listed[0]["resource"]["labels"] == {"k": "v=w"}
    table = cli(calm_server, "ls", "--filter", f'name = "{word}.*"').stdout
    assert all(f"{word}.{end}" in table for end in ("curl", "python", "cli"))
    tail = cli(calm_server, "tail", "--filter", f'name = "{word}.*"', "-o", "name").stdout.split()
    assert tail == [first, second, third]
    counts = calls("CountEvents", filter=f'name = "{word}.*" AND time > "2020-01-01T00:00:00Z"')["groups"]
    assert [group["count"] for group in counts] == ["1", "1", "1"]


def test_a_transition_is_an_event(calm_server, calls, tmp_path, word):
    subprocess.run(
        [BINARY, "run", "--name", word, "--server", calm_server.url, "--", "true"],
        check=True, timeout=60, env={**os.environ, "MARTLET_HOME": str(tmp_path)}, capture_output=True,
    )
    connection = calm_server.connect()
    [run] = connection.call("RunService/ListRuns", {"filter": f'definition = "{word}"'})["runs"]
    connection.close()
    events = calls("ListEvents", filter=f'resource.id = "martlet.flow-run.{run["id"]}"')["events"]
    assert [event["name"] for event in events] == [
        "martlet.flow-run.Completed", "martlet.flow-run.Running", "martlet.flow-run.Pending",
    ]
    assert [event["id"] for event in events] == [f'{run["id"]}/{number}' for number in (3, 2, 1)]
    assert events[0]["resource"]["labels"]["definition"] == word
    assert events[0]["payload"]["from"]["type"] == "RUNNING"
    assert events[0]["follows"] == events[1]["id"]
    pages, token = [], ""
    while True:
        page = calls("ListEvents", filter=f'run_id = "{run["id"]}"', pageSize=1, pageToken=token)
        pages += page["events"]
        token = page.get("nextPageToken", "")
        if not token:
            break
    assert pages == events


class Watcher(threading.Thread):
    """Follows events from a token until it has so many, or its server goes away."""

    def __init__(self, server, token: str, count: int, seen: list):
        super().__init__()
        self.server, self.token, self.count, self.seen = server, token, count, seen
        self.begun = threading.Event()
        self.start()
        assert self.begun.wait(30)

    def run(self) -> None:
        with martlet.Client(self.server.url) as client:
            try:
                with client.events.watch_events(filter='name = "w.*"', resume_token=self.token) as answers:
                    for answer in answers:
                        self.seen += [event.id for event in answer.events]
                        self.token = answer.resume_token
                        self.begun.set()
                        if len(self.seen) >= self.count:
                            return
            except martlet.MartletError:
                self.begun.set()


def test_a_watch_goes_on_across_restarts_and_replicas(new_server):
    first = new_server().start()
    second = new_server(database_url=socket_url(first)).start()
    published: list[str] = []
    seen: list[str] = []

    def publish(server, count: int) -> None:
        connection = server.connect()
        for _ in range(count):
            events = [
                {"id": time_ordered_id(), "name": f"w.{kind}", "resource": {"id": "r"}} for kind in "ab"
            ]
            connection.call("EventService/BatchPublishEvents", {"events": events})
            connection.call("EventService/BatchPublishEvents", {"events": events})
            published.extend(event["id"] for event in events)
        connection.close()

    watcher = Watcher(second, "", 10_000, seen)
    publish(first, 20)
    publish(second, 20)
    second.kill()
    watcher.join(60)
    publish(first, 20)
    watcher = Watcher(first, watcher.token, 140, seen)
    publish(first, 10)
    watcher.join(60)
    second.start()
    watcher = Watcher(second, watcher.token, 160, seen)
    publish(second, 10)
    watcher.join(60)
    assert seen == published


def test_a_stream_of_events_is_durable_when_it_is_answered(calm_server, calls, word):
    def events(good: bool):
        for number in range(30):
            yield v1.PublishEventsRequest(
                events=[
                    v1.Event(name=f"{word}.{number % 3}", resource=v1.EventResource(id="r")) for _ in range(100)
                ]
            )
        if not good:
            yield v1.PublishEventsRequest(events=[v1.Event(name="", resource=v1.EventResource(id="r"))])

    with martlet.Client(calm_server.url) as client:
        assert client.events.publish_events(events(True)).published == 3000
        with pytest.raises(martlet.MartletError) as refused:
            client.events.publish_events(events(False))
        assert (refused.value.code, refused.value.fields[0].field) == ("INVALID_ARGUMENT", "events[0].name")
    groups = calls("CountEvents", filter=f'name = "{word}.*"', groupBy="GROUP_BY_NAME")["groups"]
    assert {group["name"]: group["count"] for group in groups} == {f"{word}.{n}": "2000" for n in range(3)}
    hours = calls("CountEvents", filter=f'name = "{word}.*"', groupBy="GROUP_BY_HOUR")["groups"]
    assert sum(int(group["count"]) for group in hours) == 6000


def deep(levels: int):
    value = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "n" * 201}, "name"),
        ({"resource": None}, "resource"),
        ({"resource": {"id": ""}}, "resource.id"),
        ({"related": [{"id": "r" * 501}]}, "related[0].id"),
        ({"id": "x"}, "id"),
        ({"id": "00000000-0000-7000-8000-000000000000"}, "id"),
        ({"run_id": "x"}, "run_id"),
        ({"payload": {"a": "x" * 70_000}}, "payload"),
    ],
)
def test_an_event_that_cannot_be_stored_fails_alone(calls, word, change, field):
    good = {"name": word, "resource": {"id": "r"}}
    answer = calls("BatchPublishEvents", events=[good, {**good, **change}, good])
    assert answer["published"] == "2"
    [failure] = answer["failures"]
    assert (failure["index"], failure["field"]) == (1, field)


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("BatchPublishEvents", {"events": [{}] * 1001}),
        ("BatchPublishEvents", {"events": [{"name": "x", "resource": {"id": "r"}, "payload": {"a": deep(300)}}]}),
        ("BatchPublishEvents", {"events": [{"name": "a\0", "resource": {"id": "r"}}]}),
        ("BatchPublishEvents", {"events": [{"name": "x", "resource": {"id": "r"}, "payload": {"a": "\0"}}]}),
        ("ListEvents", {"filter": "nonsense"}),
        ("ListEvents", {"pageToken": "1.2.3"}),
        ("ListEvents", {"pageToken": "9223372036854775807.x"}),
        ("ListEvents", {"resumeToken": "nonsense", "wait": "1s"}),
        ("ListEvents", {"pageSize": -1, "wait": "1s"}),
        ("ListEvents", {"pageToken": "1.2.3", "wait": "1s"}),
        ("CountEvents", {"groupBy": 7}),
    ],
)
def test_hostile_requests_are_refused(calls, method, request_):
    with pytest.raises(CallError) as refused:
        calls(method, **request_)
    assert refused.value.code == "invalid_argument"


def test_the_command_line_follows(new_server):
    server = new_server().start()
    tail = subprocess.Popen(
        [BINARY, "event", "tail", "-f", "-n", "0", "--filter", 'name = "x.*"', "-o", "json", "--server", server.url],
        stdout=subprocess.PIPE, text=True,
    )
    try:
        seen: list[str] = []
        reader = threading.Thread(target=lambda: seen.append(json.loads(tail.stdout.readline())["name"]))
        reader.start()
        # It may have begun or not: what comes after is printed.
        while reader.is_alive():
            assert cli(server, "emit", "x.y", "--resource", "id=r").returncode == 0
            reader.join(0.2)
        assert seen == ["x.y"]
    finally:
        tail.kill()
        tail.wait()
    assert cli(server, "emit", "x", "--resource", "k=v").returncode == 2
    assert cli(server, "emit", "x", "--resource", "id=r", "--payload", "[1]").returncode == 2
