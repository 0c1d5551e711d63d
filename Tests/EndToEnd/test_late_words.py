"""What a process says of a run that is another one's now, results that are not there, and how long a call is held open."""

from __future__ import annotations

import time
import uuid

import pytest

from martlet_process import CallError, time_ordered_id


@pytest.fixture
def connection(calm_server):
    return calm_server.connect(90)


def say(connection, run, execution, epoch, seq=0, **item):
    report = {"runId": run, "epoch": str(epoch), "executionId": execution, "seq": str(seq), **item}
    return connection.call("ReportService/BatchReport", {"reports": [report]})["results"][0]


def taken_over(connection):
    """A run that one process failed and let go, and another one has now."""
    run, first, second = time_ordered_id(), str(uuid.uuid4()), str(uuid.uuid4())
    retry = {"maxRetries": 3, "mode": "MODE_RESCHEDULE"}
    say(connection, run, first, 1, 1, create={"definition": "late", "kind": "RUN_KIND_FLOW", "retry": retry})
    say(connection, run, first, 1, 2, propose={"type": "STATE_TYPE_RUNNING"})
    assert say(connection, run, first, 1, 3, propose={"type": "STATE_TYPE_FAILED"})["verdict"]["reason"] == "RETRY"
    for words in ({"log": {"message": "let go, not taken"}}, {"artifact": {"key": f"a-{run}", "markdown": "of one"}}):
        assert say(connection, run, first, 1, **words)["verdict"]["code"] == "CODE_ACCEPTED"
    say(connection, run, second, 2, 1, propose={"type": "STATE_TYPE_PENDING"})
    assert say(connection, run, second, 2, 2, propose={"type": "STATE_TYPE_RUNNING"})["verdict"]["code"] == "CODE_ACCEPTED"
    return run, first, second


def test_words_of_a_process_that_lost_its_run_are_fenced(connection):
    run, first, second = taken_over(connection)
    for words in ({"log": {"message": "of the lost one"}}, {"artifact": {"key": f"b-{run}", "markdown": "lost"}}):
        verdict = say(connection, run, first, 1, **words)["verdict"]
        assert (verdict["code"], verdict["reason"], verdict["epoch"]) == ("CODE_FENCED", "STALE_EPOCH", "2")
        assert say(connection, run, second, 2, **words)["verdict"]["code"] == "CODE_ACCEPTED"
    # Of one frame each is answered alone.
    reports = [
        {"runId": run, "epoch": epoch, "executionId": execution, "log": {"message": f"{epoch} together"}}
        for execution, epoch in ((first, "1"), (second, "2"))
    ]
    results = connection.call("ReportService/BatchReport", {"reports": reports})["results"]
    assert [result["verdict"]["code"] for result in results] == ["CODE_FENCED", "CODE_ACCEPTED"]
    lines = connection.call("LogService/ListLogs", {"runId": run})["entries"]
    assert [line["message"] for line in lines] == ["let go, not taken", "of the lost one", "2 together"]
    assert {line["executionId"] for line in lines[1:]} == {second}
    left = connection.call("ArtifactService/ListArtifacts", {"filter": {"runIds": [run]}})["artifacts"]
    assert sorted(artifact["key"] for artifact in left) == [f"a-{run}", f"b-{run}"]


def test_what_is_said_before_the_run_is_there_is_kept(connection):
    run, execution = time_ordered_id(), str(uuid.uuid4())
    reports = [
        {"runId": run, "epoch": "1", "executionId": execution, "log": {"message": "first of all"}},
        {"runId": run, "epoch": "1", "executionId": execution, "seq": "1", "create": {"definition": "late"}},
    ]
    results = connection.call("ReportService/BatchReport", {"reports": reports})["results"]
    assert [result["verdict"]["code"] for result in results] == ["CODE_ACCEPTED"] * 2
    # Nor does a claim that is nobody's fence anything: a curl that names no epoch.
    assert say(connection, run, execution, 0, log={"message": "no epoch"})["verdict"]["code"] == "CODE_ACCEPTED"
    assert len(connection.call("LogService/ListLogs", {"runId": run})["entries"]) == 2


def running(connection):
    run, execution = time_ordered_id(), str(uuid.uuid4())
    say(connection, run, execution, 1, 1, create={"definition": "result", "kind": "RUN_KIND_FLOW"})
    say(connection, run, execution, 1, 2, propose={"type": "STATE_TYPE_RUNNING"})
    return run, execution


def completed(uri):
    return {"type": "STATE_TYPE_COMPLETED", "completed": {"result": {"uri": uri}}}


def test_a_result_that_is_not_stored_is_no_result(connection):
    run, execution = running(connection)
    missing = f"martlet:result/{time_ordered_id()}"
    error = say(connection, run, execution, 1, 3, propose=completed(missing))["error"]
    assert (error["code"], error["reason"], error["field"]) == (5, "NOT_FOUND", "propose.completed.result.uri")
    assert missing in error["message"]
    error = say(connection, run, execution, 1, 3, propose=completed("martlet:result/nope"))["error"]
    assert (error["code"], error["field"]) == (3, "propose.completed.result.uri")
    large = {"type": "STATE_TYPE_COMPLETED", "completed": {"result": {"json": "x" * 300_000}}}
    assert say(connection, run, execution, 1, 3, propose=large)["error"]["field"] == "propose.completed.result"
    with pytest.raises(CallError) as none:
        connection.call("ResultService/GetResult", {"runId": run})
    assert none.value.code == "not_found" and f"run {run} has no result" in none.value.message
    with pytest.raises(CallError) as forced:
        connection.call("RunService/SetRunState", {"id": run, "state": completed(missing), "force": True})
    assert forced.value.code == "not_found" and forced.value.fields == ["state.completed.result.uri"]
    # No seq was consumed and the run goes on; others of the batch were not harmed.
    stored = connection.call("ResultService/PutResult", {"runId": run, "payload": {"json": [1, 2]}})["payload"]
    other, another = running(connection)
    reports = [
        {"runId": r, "epoch": "1", "executionId": e, "seq": "3", "propose": completed(uri)}
        for r, e, uri in ((other, another, missing), (run, execution, stored["uri"]))
    ]
    results = connection.call("ReportService/BatchReport", {"reports": reports})["results"]
    assert results[0]["error"]["reason"] == "NOT_FOUND" and results[1]["verdict"]["code"] == "CODE_ACCEPTED"
    assert connection.call("ResultService/GetResult", {"runId": run})["payload"]["json"] == [1, 2]
    assert say(connection, other, another, 1, 3, propose=completed("s3://elsewhere/x"))["verdict"]["code"] == "CODE_ACCEPTED"


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("RunService/ListRuns", {}),
        ("EventService/ListEvents", {}),
        ("LogService/ListLogs", {"runId": time_ordered_id()}),
        ("ResultService/ReserveCacheKey", {"key": "long"}),
        ("LimitService/AcquireLease", {"limits": [{"ref": "long"}]}),
    ],
)
@pytest.mark.parametrize("wait", ["-1s", "60.001s", "3600s"])
def test_no_call_waits_for_more_than_a_minute(connection, method, request_, wait):
    with pytest.raises(CallError) as refused:
        connection.call(method, {**request_, "wait": wait})
    assert refused.value.code == "invalid_argument" and refused.value.fields == ["wait"]


def test_who_waits_as_long_as_its_deadline_is_answered(connection):
    key = f"held/{uuid.uuid4()}"
    connection.call("ResultService/ReserveCacheKey", {"key": key, "lease": "60s"})
    token = connection.call("RunService/ListRuns", {"pageSize": 1})["resumeToken"]
    nothing = 'definition = "no such flow"'
    for method, request, answer in (
        ("ResultService/ReserveCacheKey", {"key": key, "wait": "60s"}, "busy"),
        ("RunService/ListRuns", {"filter": nothing, "resumeToken": token, "wait": "60s"}, "resumeToken"),
        ("EventService/ListEvents", {"filter": 'name = "no.such"', "resumeToken": token, "wait": "60s"}, "resumeToken"),
    ):
        begin = time.monotonic()
        assert answer in connection.call(method, request, headers={"Connect-Timeout-Ms": "1500"})
        assert time.monotonic() - begin < 1.5


def test_names_as_json_writes_them_are_filters_too(connection):
    name = f"names-{uuid.uuid4().hex[:8]}"
    run, execution = time_ordered_id(), str(uuid.uuid4())
    say(connection, run, execution, 1, 1, create={"definition": name, "kind": "RUN_KIND_TASK"})
    filter = f'definition = "{name}" AND state.type = STATE_TYPE_PENDING AND kind = RUN_KIND_TASK'
    assert [r["id"] for r in connection.call("RunService/ListRuns", {"filter": filter})["runs"]] == [run]


def test_a_closed_limit_explains_itself(connection):
    name = f"closed-{uuid.uuid4().hex[:8]}"
    connection.call("LimitService/CreateLimit", {"limit": {"name": name}})
    with pytest.raises(CallError) as full:
        connection.call("LimitService/AcquireLease", {"limits": [{"ref": name}]})
    assert full.value.reason == "LIMIT_FULL" and f"{name} has no slots" in full.value.message
    run, execution = time_ordered_id(), str(uuid.uuid4())
    say(connection, run, execution, 1, 1, create={"definition": "closed", "limits": [{"name": name}]})
    assert say(connection, run, execution, 1, 2, propose={"type": "STATE_TYPE_RUNNING"})["verdict"]["reason"] == "LIMIT_CLOSED"
    told = connection.call("RunService/ExplainRun", {"id": run})
    gates = [gate for gate in told["gates"] if gate["kind"] == "KIND_LIMIT"]
    assert [(gate["status"], gate["summary"]) for gate in gates] == [("STATUS_CLOSED", "it has no slots")]
    assert f"somebody gives {name} slots" in told["summary"]
    connection.call("LimitService/UpdateLimit", {"limit": {"name": name, "slots": 2}, "updateMask": "slots"})
    gates = connection.call("RunService/ExplainRun", {"id": run})["gates"]
    assert [g["status"] for g in gates if g["kind"] == "KIND_LIMIT"] == ["STATUS_OPEN"]
