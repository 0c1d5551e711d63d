"""Lists that wait for news, as curl and shells follow a server: nothing is lost, nothing else ends the wait."""

from __future__ import annotations

import time
import uuid

import pytest

from martlet_process import CallError, time_ordered_id
from test_explaining import DONE, FAILED, Driver


@pytest.fixture
def driver(calm_server):
    return Driver(calm_server)


def runs_now(driver, filter: str) -> tuple[list[str], str]:
    page = driver.call("RunService/ListRuns", filter=filter)
    return [run["id"] for run in page.get("runs", [])], page["resumeToken"]


def news(driver, filter: str, token: str, wait: str = "20s", **more) -> tuple[list[dict], list[str], str]:
    page = driver.call("RunService/ListRuns", filter=filter, resumeToken=token, wait=wait, **more)
    return page.get("runs", []), page.get("removedIds", []), page["resumeToken"]


def test_a_run_that_leaves_the_filter_is_told(driver):
    running = f'definition = "{driver.definition}" AND state.type = RUNNING'
    run = driver.begin()
    listed, token = runs_now(driver, running)
    assert listed == [run[0]]
    driver.report(run, 3, propose=DONE)
    runs, removed, token = news(driver, running, token)
    assert (runs, removed) == ([], [run[0]])
    assert news(driver, running, token, "0.2s")[:2] == ([], [])


def test_a_run_that_came_and_went_is_not_shown_as_it_was(driver):
    running = f'definition = "{driver.definition}" AND state.type = RUNNING'
    _, token = runs_now(driver, running)
    run = driver.begin()
    driver.report(run, 3, propose=DONE)
    removed: list[str] = []
    while run[0] not in removed:
        runs, gone, token = news(driver, running, token)
        assert runs == []
        removed += gone
    ended = f'definition = "{driver.definition}" AND end_time:*'
    assert runs_now(driver, ended)[0] == [run[0]]


def test_what_the_filter_never_let_pass_does_not_end_the_wait(driver):
    nobody = f'definition = "{driver.definition}" AND state.type = PAUSED'
    _, token = runs_now(driver, nobody)
    run = driver.begin()
    driver.report(run, 3, propose=DONE)
    begin = time.monotonic()
    runs, removed, after = news(driver, nobody, token, "1.5s")
    assert (runs, removed) == ([], [])
    assert time.monotonic() - begin >= 1.4
    assert after != token
    paused = driver.begin()
    driver.report(paused, 3, propose={"type": "STATE_TYPE_PAUSED", "paused": {"key": "approve"}})
    while not runs:
        runs, _, after = news(driver, nobody, after)
    assert [run["id"] for run in runs] == [paused[0]]


def test_a_page_is_as_long_as_asked_for(driver):
    mine = f'definition = "{driver.definition}"'
    _, token = runs_now(driver, mine)
    made = [{"id": time_ordered_id(), "kind": "RUN_KIND_FLOW", "definition": driver.definition} for _ in range(25)]
    driver.call("RunService/BatchCreateRuns", runs=made)
    seen: set[str] = set()
    lengths = []
    while len(seen) < len(made):
        runs, _, token = news(driver, mine, token, pageSize=10)
        seen |= {run["id"] for run in runs}
        lengths.append(len(runs))
    assert seen == {run["id"] for run in made}
    assert max(lengths) <= 10


def test_fields_are_those_of_a_plain_list(driver):
    mine = f'definition = "{driver.definition}"'
    _, token = runs_now(driver, mine)
    run = driver.begin(parameters={"secretish": 1})
    driver.report(run, 3, propose=FAILED)

    def last(**more) -> dict:
        place = token
        while True:
            runs, _, place = news(driver, mine, place, **more)
            if runs:
                return runs[-1]

    shown = last()
    assert "parameters" not in shown
    assert shown["state"]["failed"]["errorType"] == "ValueError"
    assert "traceback" not in shown["state"]["failed"]
    assert last(readMask="id,parameters") == {"id": run[0], "parameters": {"secretish": 1}}


@pytest.mark.parametrize(
    "request_", [{"pageSize": -5}, {"orderBy": "bogus"}, {"filter": "bogus"}, {"pageToken": "?"}, {"resumeToken": "?"}]
)
def test_what_a_plain_list_refuses_is_refused(driver, request_):
    with pytest.raises(CallError) as refused:
        driver.call("RunService/ListRuns", **{"wait": "1s", **request_})
    assert refused.value.code == "invalid_argument"


def test_events_are_followed_without_loss(driver):
    word = f"t{uuid.uuid4().hex}"
    filter = f'name = "{word}.*"'

    def publish(count: int, name: str) -> list[str]:
        events = [{"id": time_ordered_id(), "name": f"{name}.{n}", "resource": {"id": "r"}} for n in range(count)]
        driver.call("EventService/BatchPublishEvents", events=events)
        return [event["id"] for event in events]

    publish(3, word)
    page = driver.call("EventService/ListEvents", filter=filter, pageSize=1)
    token, expected = page["resumeToken"], publish(5, word) + publish(4, word)
    seen: list[str] = []
    while len(seen) < len(expected):
        page = driver.call("EventService/ListEvents", filter=filter, resumeToken=token, wait="20s", pageSize=2)
        assert len(page["events"]) in (1, 2)
        seen += [event["id"] for event in page["events"]]
        token = page["resumeToken"]
    assert seen == expected
    publish(1, f"other-{word}")
    begin = time.monotonic()
    page = driver.call("EventService/ListEvents", filter=filter, resumeToken=token, wait="1.5s")
    assert "events" not in page
    assert time.monotonic() - begin >= 1.4
    [last] = publish(1, word)
    page = driver.call("EventService/ListEvents", filter=filter, resumeToken=page["resumeToken"], wait="20s")
    assert [event["id"] for event in page["events"]] == [last]


def test_log_lines_that_matter_less_do_not_end_the_wait(driver):
    run = driver.begin()
    token = driver.call("LogService/ListLogs", runId=run[0])["resumeToken"]

    def write(first: int, count: int, level: str) -> None:
        entries = [
            {"runId": run[0], "executionId": run[1], "line": str(first + n), "message": f"line {first + n}", "level": level}
            for n in range(count)
        ]
        driver.call("LogService/BatchWriteLogs", entries=entries)

    write(1, 3, "LOG_LEVEL_DEBUG")
    request = {"runId": run[0], "minLevel": "LOG_LEVEL_ERROR"}
    begin = time.monotonic()
    page = driver.call("LogService/ListLogs", **request, resumeToken=token, wait="1.5s")
    assert "entries" not in page
    assert time.monotonic() - begin >= 1.4
    write(4, 5, "LOG_LEVEL_ERROR")
    seen: list[str] = []
    while len(seen) < 5:
        page = driver.call("LogService/ListLogs", **request, resumeToken=page["resumeToken"], wait="20s")
        seen += [entry["line"] for entry in page["entries"]]
    assert sorted(seen) == ["4", "5", "6", "7", "8"]
