"""Pages of large things: each fits into a message of 4 MiB, and all of them together leave nothing out."""

from __future__ import annotations

import json
import threading

import pytest

from test_explaining import Driver

MESSAGE = 4 << 20
LARGE = 200_000


@pytest.fixture
def driver(calm_server):
    return Driver(calm_server)


def pages(driver, method, key, **request):
    """What all pages hold, and how many pages there are."""
    found, count, token = [], 0, ""
    while count == 0 or token:
        answer = driver.call(method, pageSize=1000, pageToken=token, **request)
        assert len(json.dumps(answer)) < MESSAGE
        found += answer.get(key, [])
        token = answer.get("nextPageToken", "")
        count += 1
    return found, count


def test_lines_of_a_log(driver):
    run = driver.begin()
    lines = [
        {"runId": run[0], "executionId": run[1], "line": str(number), "time": f"2026-01-01T00:00:{number % 60:02}Z",
         "message": f"{number:05}" * 12_000}
        for number in range(1, 101)
    ]
    for some in (lines[:40], lines[40:80], lines[80:]):
        driver.call("LogService/BatchWriteLogs", entries=some)
    found, count = pages(driver, "LogService/ListLogs", "entries", runId=run[0])
    assert count > 1
    assert sorted(int(entry["line"]) for entry in found) == list(range(1, 101))


def test_the_history_of_a_run(driver):
    run = driver.begin()
    for number in range(12):
        failed = {"errorType": "E", "errorMessage": str(number), "traceback": f"{number % 10}" * LARGE}
        for state in ({"type": "STATE_TYPE_FAILED", "failed": failed}, {"type": "STATE_TYPE_SCHEDULED"}):
            verdict = driver.call("RunService/SetRunState", id=run[0], state=state, force=True)["verdict"]
            assert verdict["code"] == "CODE_ACCEPTED"
    found, count = pages(driver, "RunService/ListTransitions", "transitions", runId=run[0])
    assert count > 1
    assert [int(transition["revision"]) for transition in found] == list(range(1, 27))


def test_runs_with_large_parameters(driver):
    runs = [driver.begin(parameters={"n": str(number % 10) * LARGE})[0] for number in range(12)]
    filtered = {"filter": f'definition = "{driver.definition}"', "orderBy": "id"}
    found, count = pages(driver, "RunService/ListRuns", "runs", readMask="id,parameters", **filtered)
    assert count > 1
    assert [run["id"] for run in found] == sorted(runs)
    # Without what is large they are all on one page.
    assert pages(driver, "RunService/ListRuns", "runs", **filtered)[1] == 1


def test_who_watches_hears_of_an_edit(driver):
    run = driver.begin()
    token = driver.call("RunService/ListRuns", pageSize=1)["resumeToken"]
    heard = []

    def wait():
        other = Driver(driver.server)
        at = token
        while not heard:
            answer = other.call("RunService/ListRuns", resumeToken=at, wait="20s", filter=f'id = "{run[0]}"')
            heard.extend(answer.get("runs", []))
            at = answer["resumeToken"]

    waiting = threading.Thread(target=wait)
    waiting.start()
    driver.call("RunService/UpdateRun", run={"id": run[0], "name": "renamed"}, updateMask="name")
    waiting.join(30)
    assert [change["name"] for change in heard] == ["renamed"]
