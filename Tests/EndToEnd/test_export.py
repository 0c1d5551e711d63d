"""What `martlet export` writes has everything, and another server takes it in."""

from __future__ import annotations

import datetime
import json
import subprocess
import uuid

import pytest

from martlet_process import BINARY, Connection, Server


def cli(server, *words: str, code: int = 0, given: str | None = None) -> str:
    done = subprocess.run(
        [BINARY, *words, "--server", server.url], capture_output=True, text=True, timeout=60, input=given
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code == 0 else done.stdout + done.stderr


def lines(text: str) -> list[tuple[str, dict]]:
    """The records, each its kind and its body."""
    return [next(iter(json.loads(line).items())) for line in text.splitlines()]


def of_kind(records, kind: str) -> list[dict]:
    return [body for key, body in records if key == kind]


def set_up(server) -> None:
    """Something of every kind that people set up."""
    call = Connection(server.port).call
    call("FlowService/CreateFlow", {"flow": {"name": "etl", "description": "Nightly.", "tags": ["x"]}})
    call("PoolService/CreatePool", {"pool": {"name": "boats", "type": "process", "concurrencyLimit": 3}})
    call("PoolService/UpdateQueue", {
        "pool": "boats", "name": "default", "queue": {"concurrencyLimit": 2}, "updateMask": "concurrencyLimit",
    })
    call("PoolService/CreateQueue", {"queue": {"pool": "boats", "name": "fast", "priority": 1}})
    call("LimitService/CreateLimit", {"limit": {"name": "database", "slots": 4}})
    call("LimitService/CreateLimit", {"limit": {"name": "heavy", "slots": 1, "scope": "LIMIT_SCOPE_TAG"}})
    call("VariableService/SetVariable", {"variable": {"name": "where", "value": {"a": [1, "ü"]}, "tags": ["t"]}})
    call("VariableService/SetVariable", {"variable": {"name": "nothing", "value": None}})
    kind = call("BlockService/PutBlockType", {"blockType": {"slug": "login", "name": "Login"}})["blockType"]
    fields = json.dumps({"type": "object", "secret_fields": ["password"]})
    schema = call("BlockService/PutBlockSchema", {
        "blockSchema": {"blockTypeId": kind["id"], "checksum": "sha256:1", "fields": fields},
    })["blockSchema"]
    inner = call("BlockService/CreateBlock", {
        "block": {"name": "z-inner", "blockSchemaId": schema["id"], "data": {"password": "hunter2"}},
    })["block"]
    # Its name is before that of the one it refers to: so it stands in the file.
    call("BlockService/CreateBlock", {"block": {
        "name": "a-outer", "blockSchemaId": schema["id"], "data": {"user": "u"}, "references": {"login": inner["id"]},
    }})
    call("DeploymentService/CreateDeployment", {"deployment": {
        "flow": "etl", "name": "nightly", "concurrencyLimit": 2,
        "spec": {"pool": "boats", "queue": "fast", "entrypoint": "etl.py:main", "parameters": {"n": 1}},
        "schedules": [{"slug": "night", "cron": {"expression": "0 3 * * *"}, "timeZone": "UTC"}],
    }})


KINDS = {"flow", "pool", "queue", "limit", "variable", "blockType", "blockSchema", "block", "deployment"}
OUTPUT_ONLY = {
    "id", "etag", "createTime", "updateTime", "createdBy", "updatedBy", "keyId", "blockTypeId", "blockSchemaId",
    "references", "state", "nextTimes", "nextTime", "runsWaiting", "workersOnline", "version", "paused",
}


def told(records, kind: str) -> list[str]:
    """What people said of each, whatever a server adds to it."""

    def bare(value):
        if isinstance(value, dict):
            return {key: bare(member) for key, member in value.items() if key not in OUTPUT_ONLY}
        return [bare(member) for member in value] if isinstance(value, list) else value

    return sorted(json.dumps(bare(body), sort_keys=True) for body in of_kind(records, kind))


@pytest.fixture
def source(server):
    set_up(server)
    return server


def test_another_server_becomes_the_same(source, place, tmp_path):
    path = tmp_path / "all.jsonl"
    assert cli(source, "export", "-o", str(path), "--with-secrets").startswith(f"Wrote {path}: ")
    before = lines(path.read_text())
    assert before[0][0] == "export" and before[0][1]["secrets"] is True
    assert before[-1][0] == "end"
    assert {key for key, _ in before[1:-1]} >= KINDS
    (place / "b").mkdir(mode=0o755)
    other = Server(place / "b")
    try:
        other.start()
        assert "different" not in cli(other, "import", str(path))
        after = lines(cli(other, "export", "--with-secrets"))
        for kind in KINDS:
            assert told(after, kind) == told(before, kind), kind
        (deployment,) = of_kind(after, "deployment")
        assert [schedule["paused"] for schedule in deployment["schedules"]] == [True]
        blocks = {block["name"]: block for block in of_kind(after, "block")}
        assert blocks["z-inner"]["data"] == {"password": "hunter2"}
        assert blocks["a-outer"]["references"] == {"login": blocks["z-inner"]["id"]}
        assert {block["name"]: block["id"] for block in of_kind(before, "block")} == {
            name: block["id"] for name, block in blocks.items()
        }
        # Again: nothing changes.
        cli(other, "import", "-", given=path.read_text())
        assert lines(cli(other, "export", "--with-secrets"))[1:] == after[1:]
        # What is another now is told, and made as the file says only when asked for.
        cli(other, "variable", "set", "where", "here", "--overwrite")
        cli(other, "limit", "set", "database", "9")
        said = cli(other, "import", str(path), code=1)
        assert "variable: " in said and "limit: " in said
        assert cli(other, "variable", "get", "where") == "here\n"
        assert "replaced" in cli(other, "import", str(path), "--overwrite")
        assert json.loads(cli(other, "variable", "get", "where")) == {"a": [1, "ü"]}
    finally:
        other.stop()


def test_runs_are_written_with_all_that_happened(source):
    subprocess.run(
        [BINARY, "run", "--server", source.url, "--name", "told", "--", "sh", "-c", "echo one; echo two >&2; exit 3"],
        capture_output=True, timeout=60, check=False,
    )
    (run,) = Connection(source.port).call("RunService/ListRuns", {"filter": 'definition = "told"'})["runs"]
    Connection(source.port).call("ArtifactService/PutArtifact", {"artifact": {"key": "report", "markdown": "# Hi", "runId": run["id"]}})
    Connection(source.port).call("EventService/BatchPublishEvents", {"events": [
        {"name": "ship.sailed", "resource": {"id": "ship.1"}, "payload": {"knots": 3}},
    ]})
    call = Connection(source.port).call
    kept = str(uuid.uuid4())
    done = call("RunService/CreateRun", {"run": {"definition": "counted"}})["run"]
    result = call("ResultService/PutResult", {"id": kept, "runId": done["id"], "payload": {"json": [1, 2, 3]}})["payload"]
    call("RunService/SetRunState", {
        "id": done["id"], "state": {"type": "STATE_TYPE_COMPLETED", "completed": {"result": result}}, "force": True,
    })
    gone = call("RunService/CreateRun", {"run": {"definition": "gone"}})["run"]
    call("RunService/DeleteRun", {"id": gone["id"]})
    records = lines(cli(source, "export"))
    (stored,) = of_kind(records, "result")
    assert (stored["runId"], stored["payload"]["json"]) == (done["id"], [1, 2, 3])
    (history,) = [body for body in of_kind(records, "history") if body["run"]["id"] == run["id"]]
    assert history["run"] == Connection(source.port).call("RunService/GetRun", {"id": run["id"]})["run"]
    listed = Connection(source.port).call("RunService/ListTransitions", {"runId": run["id"]})["transitions"]
    assert history["transitions"] == listed and listed[-1]["to"]["type"] == "STATE_TYPE_FAILED"
    said = [entry["message"] for entry in of_kind(records, "logEntry") if entry["runId"] == run["id"]]
    assert {"one", "two"} <= set(said)
    assert [artifact["markdown"] for artifact in of_kind(records, "artifact")] == ["# Hi"]
    assert [event["name"] for event in of_kind(records, "event")] == [
        "martlet.flow-run.Deleted", "ship.sailed",
    ]
    # Secrets stay where they are unless asked for, and such blocks are taken in nowhere.
    assert "hunter2" not in json.dumps(of_kind(records, "block"))
    # The end counts what is before it.
    counts: dict[str, int] = {}
    for kind, _ in records[1:-1]:
        counts[kind] = counts.get(kind, 0) + 1
    assert records[-1] == ("end", {"records": counts})
    assert {kind for kind, _ in lines(cli(source, "export", "--only", "runs,flows"))} == {
        "export", "flow", "history", "result", "end",
    }


def live(server) -> dict[str, str]:
    """Things of every kind that happen; the runs by what they are."""
    call = Connection(server.port).call
    subprocess.run(
        [BINARY, "run", "--server", server.url, "--name", "told", "--", "sh", "-c", "echo one; echo two >&2; exit 3"],
        capture_output=True, timeout=60, check=False,
    )
    runs = {"told": call("RunService/ListRuns", {"filter": 'definition = "told"'})["runs"][0]["id"]}
    # A tree: a flow whose task is tried again, and one that is lost.
    for key, parent in (("flow", None), ("task", "flow"), ("lost", "flow")):
        runs[key] = call("RunService/CreateRun", {"run": {
            "definition": key, "kind": "RUN_KIND_FLOW" if parent is None else "RUN_KIND_TASK",
            "parentId": runs[parent] if parent else "", "parameters": {"n": 1.5, "ü": [None, {"a": "b"}]},
            "labels": {"team": "x"}, "tags": ["hot", "nightly"], "timeout": "60s",
            "retry": {"maxRetries": 2, "delays": ["0s"], "jitter": 0.25},
        }})["run"]["id"]
    failed = {"type": "STATE_TYPE_FAILED", "failed": {"errorType": "ValueError", "traceback": "Traceback\n…", "retriable": False}}
    crashed = {"type": "STATE_TYPE_CRASHED", "crashed": {"signal": 9, "note": "OOMKilled"}}
    for run, states in (
        ("task", [failed, {"type": "STATE_TYPE_COMPLETED", "message": "at last", "annotations": {"by": "hand"},
                           "completed": {"result": {"json": {"n": 7}}}}]),
        ("lost", [crashed]), ("flow", [{"type": "STATE_TYPE_COMPLETED"}]),
    ):
        for state in states:
            call("RunService/SetRunState", {"id": runs[run], "state": state, "force": True})
    # One that somebody else says to have made.
    runs["called"] = str(uuid.uuid4())
    answer = call("RunService/ImportRuns", {"histories": [{
        "run": {"id": runs["called"], "definition": "called", "createdBy": "ada",
                "times": {"createTime": "2026-01-02T03:04:05Z"}},
        "transitions": [{"to": {"type": "STATE_TYPE_FAILED", "time": "2026-01-02T03:04:06Z"}, "actor": "grace"}]}]})
    assert answer["results"] == [{}]
    # A result that is kept apart.
    runs["kept"] = call("RunService/CreateRun", {"run": {"definition": "kept"}})["run"]["id"]
    result = call("ResultService/PutResult", {"runId": runs["kept"], "payload": {"json": [1, 2, 3]}})["payload"]
    call("RunService/SetRunState", {
        "id": runs["kept"], "state": {"type": "STATE_TYPE_COMPLETED", "completed": {"result": result}}, "force": True,
    })
    # A run of a deployment, and one that waits: it stays where it is.
    runs["made"] = call("RunService/CreateRun", {"deployment": "etl/nightly", "run": {"jobVariables": {}}})["run"]["id"]
    call("RunService/CancelRun", {"id": runs["made"], "message": "enough"})
    runs["waits"] = call("RunService/CreateRun", {"run": {"definition": "waits"}})["run"]["id"]
    # One that was deleted, versions of an artifact, and an event.
    gone = call("RunService/CreateRun", {"run": {"definition": "gone"}})["run"]["id"]
    call("RunService/DeleteRun", {"id": gone})
    for number in range(3):
        call("ArtifactService/PutArtifact", {"artifact": {
            "key": "report", "markdown": f"# {number}", "runId": runs["flow"], "labels": {"n": str(number)}}})
    call("ArtifactService/PutArtifact", {"artifact": {"table": [{"a": 1}], "description": "Rows."}})
    call("EventService/BatchPublishEvents", {"events": [
        {"name": "ship.sailed", "resource": {"id": "ship.1"}, "payload": {"knots": 3}, "runId": runs["flow"]},
    ]})
    return runs


HISTORY = ("history", "result", "logEntry", "artifact", "event")


def test_what_has_happened_comes_in(source, place, tmp_path):
    runs = live(source)
    path = tmp_path / "all.jsonl"
    cli(source, "export", "-o", str(path), "--with-secrets")
    before = lines(path.read_text())
    (place / "b").mkdir(mode=0o755)
    other = Server(place / "b")
    try:
        other.start()
        call = Connection(other.port).call
        said = cli(other, "import", str(path))
        assert "different" not in said and "refused" not in said
        after = lines(cli(other, "export", "--with-secrets"))
        (old,) = [body["id"] for body in of_kind(before, "deployment")]
        (new,) = [body["id"] for body in of_kind(after, "deployment")]
        # What waits there stays there.
        open_ends = ("STATE_TYPE_SCHEDULED", "STATE_TYPE_PENDING", "STATE_TYPE_RUNNING")
        waiting = {
            body["run"]["id"] for body in of_kind(before, "history") if body["run"]["state"]["type"] in open_ends
        }
        assert runs["waits"] in waiting and "not finished" in said
        for kind in HISTORY:
            then = [
                body for body in of_kind(before, kind)
                if not waiting & {body.get("runId"), body.get("run", {}).get("id")}
            ]
            expected = json.loads(json.dumps(then).replace(old, new))
            for body in expected:
                # Sessions are those of a server, and so is who took a run in.
                body.get("run", {}).pop("sessionId", None)
                body.get("run", {}).pop("importedBy", None)
            there = json.loads(json.dumps(of_kind(after, kind)))
            importers = {body["run"]["definition"]: body["run"].pop("importedBy", "") for body in there if "run" in body}
            assert expected and there == expected, kind
            assert kind != "history" or importers["told"] == "" and importers["called"] == "anonymous"
        parts = ("export", "--digest", "--only", "runs,logs,artifacts,events")
        digests = cli(other, *parts)
        assert cli(source, *parts) == digests and len(digests.splitlines()) == 1 + len(HISTORY)
        # Counts, the tree, and the newest of a series are those of a server where it happened.
        groups = call("RunService/CountRuns", {"groupBy": ["state.type"]})["groups"]
        assert sum(int(group["count"]) for group in groups) == len(of_kind(after, "history"))
        tree = call("RunService/ListRuns", {"filter": f'root_id = "{runs["flow"]}"', "orderBy": "id"})["runs"]
        assert {run["id"] for run in tree} == {runs["flow"], runs["task"], runs["lost"]}
        assert call("ArtifactService/GetArtifact", {"key": "report"})["artifact"]["markdown"] == "# 2"
        assert call("ResultService/GetResult", {"runId": runs["kept"]})["payload"]["json"] == [1, 2, 3]
        assert call("RunService/GetRun", {"id": runs["made"]})["run"]["pool"] == "boats"
        # Again, and on the server that it came from: all of it is there.
        for server in (other, source):
            text = cli(server, "import", str(path), "--only", "runs,logs,artifacts,events")
            assert "different" not in text and "refused" not in text
        assert lines(cli(other, "export", "--with-secrets"))[1:] == after[1:]
        # Into a namespace of its own, where its ids are taken: each is told, and nothing is written.
        said = cli(other, "import", str(path), "--only", "runs,artifacts", "--namespace", "aside", code=1)
        assert "there now" not in said and "of another namespace" in said
        # What has ended can be tried again here.
        assert call("RunService/RetryRun", {"id": runs["lost"]})["verdict"]["code"] == "CODE_REFUSED"
        assert call("RunService/RetryRun", {"id": runs["told"]})["verdict"]["code"] == "CODE_ACCEPTED"
        assert cli(other, *parts) != digests
        # A history that is another now is told.
        said = cli(other, "import", str(path), "--only", "runs", code=1)
        assert "taken by a run with another history" in said
    finally:
        other.stop()


def test_more_than_a_page_of_everything(server, place, tmp_path):
    call = Connection(server.port).call
    runs = [str(uuid.uuid4()) for _ in range(250)]
    call("RunService/BatchCreateRuns", {"runs": [{"id": run, "definition": "many"} for run in runs]})
    execution = str(uuid.uuid4())
    written = [
        {"runId": runs[0], "executionId": execution, "line": line, "message": f"line {line}"}
        for line in range(1, 2501)
    ]
    now = datetime.datetime.now(datetime.timezone.utc).isoformat().replace("+00:00", "Z")
    for first in range(0, len(written), 1000):
        entries = [{**entry, "time": now} for entry in written[first : first + 1000]]
        call("LogService/BatchWriteLogs", {"entries": entries})
    for number in range(150):
        call("VariableService/SetVariable", {"variable": {"name": f"v{number}", "value": number}})
        call("ArtifactService/PutArtifact", {"artifact": {"markdown": f"{number}"}})
    # What is too long for one message comes in several.
    long = str(uuid.uuid4())
    call("RunService/CreateRun", {"run": {"id": long, "definition": "long"}})
    for first in range(1, 101, 25):
        call("LogService/BatchWriteLogs", {"entries": [
            {"runId": long, "executionId": execution, "line": line, "message": "y" * 60_000, "time": now}
            for line in range(first, first + 25)
        ]})
    for _ in range(20):
        for state in (
            {"type": "STATE_TYPE_FAILED", "failed": {"traceback": "z" * 250_000}},
            {"type": "STATE_TYPE_COMPLETED"},
        ):
            call("RunService/SetRunState", {"id": long, "state": state, "force": True})
    whole = cli(server, "export")
    records = lines(whole)
    (history,) = [body for body in of_kind(records, "history") if body["run"]["id"] == long]
    assert [int(change["revision"]) for change in history["transitions"]] == list(range(1, 42))
    assert len(json.dumps(history)) > 4 << 20
    check_long_history(history, place, tmp_path)
    said = [entry for entry in of_kind(records, "logEntry") if entry["runId"] == long]
    assert [(int(entry["line"]), len(entry["message"])) for entry in said] == [(n, 60_000) for n in range(1, 101)]
    records = [(kind, body) for kind, body in records if long not in (body.get("runId"), body.get("run", {}).get("id"))]
    assert [body["run"]["id"] for body in of_kind(records, "history")] == sorted(runs)
    assert [int(entry["line"]) for entry in of_kind(records, "logEntry")] == list(range(1, 2501))
    assert {variable["value"] for variable in of_kind(records, "variable")} == set(range(150))
    assert {artifact["markdown"] for artifact in of_kind(records, "artifact")} == {str(n) for n in range(150)}


def check_long_history(history: dict, place, tmp_path) -> None:
    """A history that is longer than a message comes in, once."""
    (place / "b").mkdir(mode=0o755)
    other = Server(place / "b")
    path = tmp_path / "long.jsonl"

    def write(body: dict) -> None:
        parts = ({"export": {"format": 1}}, {"history": body}, {"end": {"records": {"history": 1}}})
        path.write_text("".join(json.dumps(part) + "\n" for part in parts))

    try:
        other.start()
        write({**history, "transitions": history["transitions"][:-1] + [
            {"to": {"type": "STATE_TYPE_RUNNING", "time": history["transitions"][-1]["to"]["time"]}}]})
        assert "not finished" in cli(other, "import", str(path))
        write(history)
        for _ in range(2):
            said = cli(other, "import", str(path))
            assert "refused" not in said and "there now" in said
        (there,) = of_kind(lines(cli(other, "export", "--only", "runs")), "history")
        assert there == history
        write({**history, "run": {**history["run"], "parameters": {"n": 1}}})
        assert "taken by a run with another history" in cli(other, "import", str(path), code=1)
    finally:
        other.stop()


def test_what_is_no_export_is_refused(source, tmp_path):
    whole = cli(source, "export", "--only", "variables,flows")
    cut = tmp_path / "cut.jsonl"
    cut.write_text("".join(whole.splitlines(keepends=True)[:-1]))
    assert "a part of it is missing" in cli(source, "import", str(cut), code=1)
    wrong = tmp_path / "wrong.jsonl"
    rows = whole.splitlines(keepends=True)
    wrong.write_text("".join(rows[:1] + rows[2:]))
    assert "its end says" in cli(source, "import", str(wrong), code=1)
    other = tmp_path / "other.jsonl"
    other.write_text('{"flow": {}}\n')
    assert "is no export" in cli(source, "import", str(other), code=1)
    unknown = tmp_path / "unknown.jsonl"
    unknown.write_text(rows[0] + '{"variable":{"name":"x","colour":"red"}}\n')
    assert "colour" in cli(source, "import", str(unknown), code=1)
    cli(source, "export", "--only", "boats", code=2)
    # What is wrong with one run is told by its line, and the others come in, from whatever namespace.
    good, bad, waits = (str(uuid.uuid4()) for _ in range(3))
    when = "2020-05-06T07:08:09Z"
    told = [
        {"history": {"run": {"id": run, "namespace": "elsewhere", "definition": "old", "times": {"createTime": when}},
                     "transitions": [{"to": {"type": f"STATE_TYPE_{state}", "time": then}}]}}
        for run, state, then in ((good, "FAILED", when), (bad, "FAILED", "2999-01-01T00:00:00Z"), (waits, "RUNNING", when))
    ] + [{"logEntry": {"runId": run, "line": 1, "time": when, "message": "hi"}} for run in (good, bad, waits)]
    old = tmp_path / "old.jsonl"
    old.write_text(rows[0] + "".join(json.dumps(record) + "\n" for record in told)
                   + json.dumps({"end": {"records": {"history": 3, "logEntry": 3}}}))
    said = cli(source, "import", str(old), code=1)
    assert "line 3, history: transitions[0].to.time" in said
    counted = [line.split() for line in said.splitlines()]
    assert ["history", "not", "finished", "1"] in counted and ["history", "refused", "1"] in counted
    assert ["logEntry", "there", "now", "1"] in counted and ["logEntry", "not", "finished", "1"] in counted
    assert ["logEntry", "left", "out", "1"] in counted
    run = Connection(source.port).call("RunService/GetRun", {"id": good})["run"]
    assert (run["namespace"], run["times"]["endTime"]) == ("default", when)
    assert len(Connection(source.port).call("LogService/ListLogs", {"runId": good})["entries"]) == 1
    # A file that cannot be finished is not there.
    cli(source, "export", "-o", str(tmp_path / "none" / "x.jsonl"), code=1)
