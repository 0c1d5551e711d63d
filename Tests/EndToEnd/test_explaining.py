"""How people see a tree of runs, why a run failed, and how many there were, from the command line and as JSON."""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from datetime import datetime, timezone

import pytest

from martlet_process import BINARY, CallError, time_ordered_id

FAILED = {"type": "STATE_TYPE_FAILED", "failed": {
    "errorType": "ValueError", "errorMessage": "no rows for this day", "traceback": "Traceback:\n  line 7"}}
DONE = {"type": "STATE_TYPE_COMPLETED", "completed": {"result": {"mediaType": "application/json", "json": 3}}}


class Driver:
    """Runs that one process reports."""

    def __init__(self, server):
        self.server = server
        self.connection = server.connect()
        self.definition = f"etl-{uuid.uuid4().hex[:8]}"

    def call(self, method, **request):
        return self.connection.call(method, request)

    def report(self, run, seq, **item):
        report = {"runId": run[0], "epoch": "1", "executionId": run[1], "seq": str(seq), **item}
        result = self.call("ReportService/BatchReport", reports=[report])["results"][0]
        assert result["verdict"]["code"] == "CODE_ACCEPTED", result

    def begin(self, **create):
        run = (time_ordered_id(), str(uuid.uuid4()))
        self.report(run, 1, create={"definition": self.definition, "kind": "RUN_KIND_FLOW", **create})
        self.report(run, 2, propose={"type": "STATE_TYPE_RUNNING"})
        return run

    def task(self, parent, definition, state=None, **create):
        run = self.begin(parentId=parent[0], definition=definition, kind="RUN_KIND_TASK", **create)
        if state:
            self.report(run, 3, propose=state)
        return run

    def martlet(self, *arguments):
        environment = {**os.environ, "MARTLET_API_URL": self.server.url}
        return subprocess.run([str(BINARY), *arguments], capture_output=True, text=True, timeout=60, env=environment)


@pytest.fixture
def driver(calm_server):
    return Driver(calm_server)


def failed_tree(driver):
    """A good run, then a failed one whose task failed; returns both and the tasks of the failed one."""
    good = driver.begin(parameters={"day": "2026-11-20", "mode": "fast"}, definitionVersion="1", tags=["nightly"])
    driver.report(good, 3, propose=DONE)
    bad = driver.begin(parameters={"day": "2026-11-21", "mode": "fast", "limit": 5}, definitionVersion="2")
    extract = driver.task(bad, "extract", DONE)
    load = driver.task(bad, "load", dependencies=[{"runId": extract[0], "parameter": "rows"}, {"runId": good[0]}])
    second = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    entries = [{"runId": load[0], "executionId": load[1], "line": str(n), "message": f"line {n}", "level": "LOG_LEVEL_INFO",
                "time": f"{second}.{n:06d}Z"} for n in range(1, 31)]
    driver.call("LogService/BatchWriteLogs", entries=entries)
    driver.report(load, 3, propose=FAILED)
    driver.report(bad, 3, propose={"type": "STATE_TYPE_FAILED", "failed": {"errorType": "TaskFailed"}})
    return good, bad, extract, load


def test_a_tree_is_nodes_and_edges(driver):
    good, bad, extract, load = failed_tree(driver)
    graph = driver.call("RunService/GetRunGraph", runId=bad[0])
    assert [node["id"] for node in graph["nodes"]] == [bad[0], extract[0], load[0]]
    assert [node.get("depth", 0) for node in graph["nodes"]] == [0, 1, 1]
    assert [node.get("hasResult", False) for node in graph["nodes"]] == [False, True, False]
    assert graph["nodes"][2]["stateType"] == "STATE_TYPE_FAILED"
    assert all(node["times"]["endTime"] for node in graph["nodes"])
    edges = {(edge["kind"], edge["fromId"], edge["toId"], edge.get("parameter", "")) for edge in graph["edges"]}
    assert edges == {
        ("KIND_CHILD", bad[0], extract[0], ""), ("KIND_CHILD", bad[0], load[0], ""),
        ("KIND_DATA", extract[0], load[0], "rows"), ("KIND_ORDER", good[0], load[0], ""),
    }


def test_a_tree_comes_in_pages(driver):
    root = driver.begin()
    for branch in range(3):
        parent = driver.task(root, f"branch{branch}")
        for leaf in range(4):
            driver.task(parent, f"leaf{branch}{leaf}", DONE)
    whole = [node["definition"] for node in driver.call("RunService/GetRunGraph", runId=root[0])["nodes"]]
    assert whole == [driver.definition] + [
        name for b in range(3) for name in [f"branch{b}"] + [f"leaf{b}{leaf}" for leaf in range(4)]]
    seen, token = [], ""
    while True:
        page = driver.call("RunService/GetRunGraph", runId=root[0], pageSize=3, pageToken=token)
        assert len(page["nodes"]) <= 3
        seen += [node["definition"] for node in page["nodes"]]
        token = page.get("nextPageToken", "")
        if not token:
            break
    assert seen == whole
    shallow = driver.call("RunService/GetRunGraph", runId=root[0], maxDepth=1)
    assert len(shallow["nodes"]) == 4
    page = driver.call("RunService/GetRunGraph", runId=root[0], pageSize=3)
    for wrong in ({"runId": root[0], "maxDepth": 3}, {"runId": page["nodes"][1]["id"]}):
        with pytest.raises(CallError) as error:
            driver.call("RunService/GetRunGraph", pageToken=page["nextPageToken"], **wrong)
        assert error.value.code == "invalid_argument"
    with pytest.raises(CallError) as error:
        driver.call("RunService/GetRunGraph", runId=time_ordered_id())
    assert error.value.code == "not_found"


def test_a_tree_is_drawn(driver):
    _, bad, extract, load = failed_tree(driver)
    drawn = driver.martlet("flow-run", "graph", bad[0])
    assert drawn.returncode == 0, drawn.stderr
    lines = drawn.stdout.splitlines()
    assert len(lines) == 4
    assert lines[1].startswith(driver.definition) and "█" in lines[1] and "Failed" in lines[1]
    assert lines[2].startswith("  extract") and "Completed" in lines[2]
    assert lines[3].startswith("  load") and "extract as rows" in lines[3]
    document = json.loads(driver.martlet("flow-run", "graph", bad[0], "-o", "json").stdout)
    assert [node["id"] for node in document["nodes"]] == [bad[0], extract[0], load[0]]
    names = driver.martlet("flow-run", "graph", bad[0], "-o", "name", "--depth", "1", "--limit", "2")
    assert names.stdout.split() == [bad[0], extract[0]]
    assert driver.martlet("flow-run", "graph", time_ordered_id()).returncode == 3


def test_a_failure_explains_itself(driver):
    good, bad, _, load = failed_tree(driver)
    answer = driver.call("RunService/GetRun", id=bad[0], readMask="id,failure")
    assert answer["run"] == {"id": bad[0]}
    failure = answer["failure"]
    assert [run["id"] for run in failure["chain"]] == [bad[0], load[0]]
    assert failure["cause"]["id"] == load[0]
    assert failure["cause"]["state"]["failed"] == FAILED["failed"]
    assert [line["message"] for line in failure["lines"]] == [f"line {n}" for n in range(11, 31)]
    assert failure["lastGood"]["id"] == good[0]
    told = {(d["subject"], d["change"], d.get("before", ""), d.get("after", "")) for d in failure["differences"]
            if d["subject"] != "running_time"}
    assert told == {
        ("parameters/day", "CHANGE_CHANGED", '"2026-11-20"', '"2026-11-21"'),
        ("parameters/limit", "CHANGE_ADDED", "", "5"),
        ("definition_version", "CHANGE_CHANGED", '"1"', '"2"'),
        ("tags", "CHANGE_REMOVED", '"nightly"', ""),
    }
    # Only those who ask get it, and only of what failed.
    assert "failure" not in driver.call("RunService/GetRun", id=bad[0])
    assert "failure" not in driver.call("RunService/GetRun", id=good[0], readMask="id,failure")


def test_martlet_why(driver):
    good, bad, _, load = failed_tree(driver)
    said = driver.martlet("why", bad[0])
    assert said.returncode == 0, said.stderr
    for text in ("ValueError: no rows for this day", "line 7", "line 30", load[0], "→",
                 'parameters/day was "2026-11-20", now "2026-11-21"', "parameters/limit is new: 5",
                 'tags is gone: it was "nightly"'):
        assert text in said.stdout, said.stdout
    assert "line 10\n" not in said.stdout
    assert "has not failed" in driver.martlet("why", good[0]).stdout
    assert driver.martlet("why", bad[0], "-o", "name").stdout.strip() == load[0]
    assert json.loads(driver.martlet("why", bad[0], "-o", "json").stdout)["failure"]["cause"]["id"] == load[0]
    assert driver.martlet("why", time_ordered_id()).returncode == 3


def test_why_shows_the_own_error_of_a_run(driver):
    def failed(kind, message):
        return {"type": "STATE_TYPE_FAILED", "failed": {"errorType": kind, "errorMessage": message}}

    bad = driver.begin()
    driver.task(bad, "probe", failed("Handled", "caught by the flow"))
    real = driver.task(bad, "load", failed("Real", "really"))
    driver.task(bad, "other", failed("Aborted", "told to stop"))
    driver.report(bad, 3, propose=failed("Real", "really"))
    said = driver.martlet("why", bad[0]).stdout
    assert "Real: really" in said and real[0] in said and "itself said" not in said, said
    bad = driver.begin()
    driver.task(bad, "probe", failed("Handled", "caught by the flow"))
    driver.report(bad, 3, propose=failed("Own", "not of a task"))
    said = driver.martlet("why", bad[0]).stdout
    assert "itself said\nOwn: not of a task\n" in said, said


def test_texts_that_are_too_long_are_cut(driver):
    run = driver.begin()
    driver.report(run, 3, propose={
        "type": "STATE_TYPE_FAILED", "message": "é" * 20_000,
        "failed": {"errorType": "E", "errorMessage": "é" * 50_000, "traceback": "é" * 200_000 + "last line"}})
    state = driver.call("RunService/GetRun", id=run[0])["run"]["state"]
    assert state["type"] == "STATE_TYPE_FAILED"
    for text, limit in ((state["message"], 16 << 10), (state["failed"]["errorMessage"], 64 << 10)):
        assert text.endswith("é … (cut)") and limit - 4 <= len(text.encode()) <= limit
    trace = state["failed"]["traceback"]
    assert trace.startswith("(cut) … é") and trace.endswith("élast line")
    assert len(trace.encode()) <= 256 << 10


def test_counts_by_hour_and_flow(driver):
    good, bad, _, _ = failed_tree(driver)
    never = time_ordered_id()
    driver.call("RunService/CreateRun", run={"id": never, "definition": driver.definition})
    counts = driver.call("RunService/CountRuns", filter=f"definition = {driver.definition}",
                         groupBy=["create_time.hour", "definition", "state.type"])
    hours = [driver.call("RunService/GetRun", id=run)["run"]["times"]["createTime"][:13] + ":00:00Z"
             for run in (good[0], bad[0], never)]
    expected = {}
    for hour, state in zip(hours, ("COMPLETED", "FAILED", "SCHEDULED"), strict=True):
        key = (hour, driver.definition, state)
        expected[key] = expected.get(key, 0) + 1
    assert {tuple(group["values"]): int(group["count"]) for group in counts["groups"]} == expected
    assert int(counts["total"]) == 3 and not counts.get("bounded")
    starts = driver.call("RunService/CountRuns", filter=f"definition = {driver.definition}", groupBy=["start_time.hour"])
    assert {group["values"][0]: int(group["count"]) for group in starts["groups"]}[""] == 1
    with pytest.raises(CallError) as error:
        driver.call("RunService/CountRuns", groupBy=["create_time.day"])
    assert error.value.code == "invalid_argument"


def test_a_run_says_what_it_waits_for(driver):
    root = driver.begin()
    due = driver.call("RunService/CreateRun", run={"id": time_ordered_id(), "definition": "later", "parentId": root[0], "state":
                      {"type": "STATE_TYPE_SCHEDULED", "scheduled": {"dueTime": "2100-01-01T00:00:00Z"}}})["run"]
    answer = driver.call("RunService/ExplainRun", id=due["id"])
    gates = {gate["kind"]: gate for gate in answer["gates"]}
    assert [gate["kind"] for gate in answer["gates"]] == ["KIND_DUE_TIME", "KIND_PARENT", "KIND_OWNER"]
    assert gates["KIND_DUE_TIME"]["status"] == "STATUS_CLOSED"
    assert gates["KIND_DUE_TIME"]["openTime"] == "2100-01-01T00:00:00Z"
    assert gates["KIND_PARENT"]["status"] == "STATUS_OPEN"
    assert gates["KIND_PARENT"]["references"] == [{"runId": root[0]}]
    assert answer["summary"] == "It starts when its due time comes and an executor takes it."
    driver.call("RunService/PauseRun", id=root[0], message="lunch")
    said = driver.martlet("explain", due["id"])
    assert said.returncode == 0, said.stderr
    assert "WAIT" in said.stdout and "the enclosing run is paused" in said.stdout and root[0] in said.stdout
    assert said.stdout.splitlines()[-1].startswith("It starts when its due time comes and somebody resumes")
    paused = json.loads(driver.martlet("flow-run", "explain", root[0], "-o", "json").stdout)
    assert [gate["kind"] for gate in paused["gates"]] == ["KIND_PAUSE", "KIND_OWNER"]
    assert "parameters" not in paused["run"]
    assert driver.martlet("task-run", "explain", time_ordered_id()).returncode == 3


def test_a_run_that_ended_says_how(driver):
    _, bad, _, load = failed_tree(driver)
    gates = driver.call("RunService/ExplainRun", id=load[0])["gates"]
    assert [gate["kind"] for gate in gates] == ["KIND_END"]
    assert "ValueError: no rows for this day" in gates[0]["summary"]
    assert "END" in driver.martlet("flow-run", "explain", bad[0]).stdout
