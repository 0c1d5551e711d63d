"""Deleting runs from outside: what goes, what stays, what late reporters and watchers are told."""

from __future__ import annotations

import json
import os
import pty
import subprocess

import pytest

from martlet_process import BINARY, CallError, time_ordered_id
from test_explaining import DONE, Driver


@pytest.fixture
def driver(calm_server):
    return Driver(calm_server)


def test_a_tree_goes_with_what_belongs_to_it(driver):
    flow = driver.begin()
    task = driver.task(flow, "extract", DONE)
    with pytest.raises(CallError) as refused:
        driver.call("RunService/DeleteRun", id=flow[0])
    assert refused.value.code == "failed_precondition"
    assert refused.value.reason == "RUN_NOT_FINISHED"
    assert "cancel it first" in refused.value.message
    driver.report(flow, 3, propose=DONE)
    assert driver.call("RunService/DeleteRun", id=flow[0]) == {"deleted": "2"}
    for run in (flow, task):
        with pytest.raises(CallError) as gone:
            driver.call("RunService/GetRun", id=run[0])
        assert gone.value.code == "not_found"
    with pytest.raises(CallError) as again:
        driver.call("RunService/DeleteRun", id=flow[0])
    assert again.value.code == "not_found"
    events = driver.call("EventService/ListEvents", filter=f'name = "martlet.flow-run.Deleted" AND run_id = "{flow[0]}"')
    assert len(events["events"]) == 1


def test_late_reports_and_creations_are_told(driver):
    run = driver.begin()
    driver.report(run, 3, propose=DONE)
    driver.call("RunService/DeleteRun", id=run[0])
    results = driver.call(
        "ReportService/BatchReport",
        reports=[
            {"runId": run[0], "epoch": "1", "executionId": run[1], "seq": "1",
             "create": {"definition": "x", "kind": "RUN_KIND_FLOW"}},
            {"runId": run[0], "epoch": "1", "executionId": run[1], "seq": "3", "propose": DONE},
        ],
    )["results"]
    assert results[0]["error"]["reason"] == "RUN_DELETED"
    assert results[1]["error"]["code"] == 5


def test_each_of_a_batch_is_answered_alone(driver):
    (one, two), busy = (driver.begin(), driver.begin()), driver.begin()
    for run in (one, two):
        driver.report(run, 3, propose=DONE)
    unknown = time_ordered_id()
    answer = driver.call("RunService/BatchDeleteRuns", ids=[one[0], busy[0], "nonsense", unknown, two[0]])
    outcomes = answer["results"]
    assert outcomes[0]["deletion"] == {"deleted": "1"}
    assert outcomes[1]["error"]["reason"] == "RUN_NOT_FINISHED"
    assert outcomes[2]["error"]["field"] == "ids[2]"
    assert outcomes[3]["error"]["code"] == 5
    assert outcomes[4]["deletion"] == {"deleted": "1"}


def test_a_waiting_list_hears_of_a_deletion(driver):
    run = driver.begin()
    driver.report(run, 3, propose=DONE)
    token = driver.call("RunService/ListRuns", pageSize=1)["resumeToken"]
    driver.call("RunService/DeleteRun", id=run[0])
    removed: list[str] = []
    while run[0] not in removed:
        answer = driver.call("RunService/ListRuns", resumeToken=token, wait="20s")
        assert answer["resumeToken"] != token
        token = answer["resumeToken"]
        removed += answer.get("removedIds", [])


def test_the_command_line_deletes_and_says_what_stays(driver):
    flow, busy = driver.begin(), driver.begin()
    driver.task(flow, "extract", DONE)
    driver.report(flow, 3, propose=DONE)
    done = driver.martlet("flow-run", "rm", flow[0], busy[0])
    assert done.returncode == 1
    assert "and 1 below it is gone" in done.stdout
    assert "cancel it first" in done.stderr
    driver.report(busy, 3, propose=DONE)
    answer = driver.martlet("flow-run", "delete", busy[0], "-o", "json")
    assert answer.returncode == 0
    assert json.loads(answer.stdout)["results"][0]["deletion"] == {"deleted": "1"}
    assert driver.martlet("task-run", "rm", busy[0]).returncode == 3


def test_a_person_is_asked_before_a_tree_goes(driver):
    flow = driver.begin()
    driver.task(flow, "extract", DONE)
    driver.report(flow, 3, propose=DONE)

    def remove(answer: bytes, *flags: str) -> subprocess.CompletedProcess:
        mine, theirs = pty.openpty()
        os.write(mine, answer)
        try:
            return subprocess.run(
                [str(BINARY), "flow-run", "rm", flow[0], *flags], stdin=theirs, capture_output=True, text=True,
                timeout=60, env={**os.environ, "MARTLET_API_URL": driver.server.url})
        finally:
            os.close(mine)
            os.close(theirs)

    refused = remove(b"no\n")
    assert refused.returncode == 1
    assert "[y/N]" in refused.stderr
    driver.call("RunService/GetRun", id=flow[0])
    assert remove(b"", "--no-prompt").returncode == 0
    with pytest.raises(CallError):
        driver.call("RunService/GetRun", id=flow[0])


