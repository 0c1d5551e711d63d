"""Prefect's own client, not a byte changed: limits, inputs, variables, artifacts and blocks, in flows and from its command line."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import uuid

import pytest

from conftest import short_directory
from martlet_process import BINARY, CallError, Connection, Server
from prefect_process import PYTHON, Prefect, last_json, needs_prefect

pytestmark = needs_prefect


@pytest.fixture(scope="module")
def prefect_server():
    """One server for all of these tests."""
    with short_directory() as directory:
        server = Server(directory, options=("--prefect-api", "on")).start()
        yield server
        server.stop()


@pytest.fixture
def prefect(prefect_server, tmp_path) -> Prefect:
    return Prefect(prefect_server.port, tmp_path)


def cli(prefect: Prefect, *words: str, fails: bool = False, given: str | None = None) -> str:
    """What Prefect's command line prints."""
    done = subprocess.run(
        [str(PYTHON), "-m", "prefect", "--no-prompt", *words], env={**prefect.environment, "COLUMNS": "200"},
        text=True, capture_output=True, timeout=180, input=given)
    assert (done.returncode != 0) == fails, done.stdout + done.stderr
    return done.stdout + done.stderr


GLOBAL_LIMITS = """
import json, time
from prefect import flow, task
from prefect.concurrency.sync import concurrency, rate_limit

spans = []

@task
def work(n):
    with concurrency("e2e-slots", occupy=1):
        begin = time.monotonic()
        time.sleep(0.3)
        spans.append((begin, time.monotonic()))
    return n

@flow(name="e2e-global-limits")
def limited():
    done = [f.result() for f in [work.submit(n) for n in range(3)]]
    begin = time.monotonic()
    for _ in range(4):
        rate_limit("e2e-rate")
    spans.sort()
    return json.dumps({
        "done": done, "overlaps": sum(a[1] > b[0] for a, b in zip(spans, spans[1:])),
        "rate": time.monotonic() - begin})

print(limited())
"""


def test_global_limits(prefect):
    cli(prefect, "gcl", "create", "e2e-slots", "--limit", "1")
    cli(prefect, "global-concurrency-limit", "create", "e2e-rate", "--limit", "2", "--slot-decay-per-second", "4")
    assert "already exists" in cli(prefect, "gcl", "create", "e2e-slots", "--limit", "1", fails=True)
    said = last_json(prefect.run(GLOBAL_LIMITS))
    assert said["done"] == [0, 1, 2]
    assert said["overlaps"] == 0, "one slot, one at a time"
    assert said["rate"] > 0.3, "two at once, then four a second"
    shown = prefect.get("/v2/concurrency_limits/e2e-slots")
    assert (shown["limit"], shown["active_slots"], shown["active"]) == (1, 0, True)
    assert "e2e-slots" in cli(prefect, "gcl", "ls") and "e2e-rate" in cli(prefect, "gcl", "inspect", "e2e-rate")
    cli(prefect, "gcl", "update", "e2e-slots", "--limit", "5")
    cli(prefect, "gcl", "disable", "e2e-slots")
    by_id = prefect.get(f"/v2/concurrency_limits/{shown['id']}")
    assert (by_id["limit"], by_id["active"]) == (5, False)
    cli(prefect, "gcl", "delete", "e2e-slots")
    assert prefect.request("GET", "/v2/concurrency_limits/e2e-slots")[0] == 404


def test_slots_and_leases(prefect, prefect_server):
    name = f"e2e-lease-{uuid.uuid4().hex[:8]}"
    assert prefect.request("POST", "/v2/concurrency_limits/", {"name": name, "limit": 2})[0] == 201
    assert prefect.request("POST", "/v2/concurrency_limits/", {"name": name, "limit": 2})[0] == 409
    take = {"names": [name, "e2e-nothing"], "slots": 2, "mode": "concurrency", "lease_duration": 60,
            "holder": {"type": "flow_run", "id": str(uuid.uuid4())}}
    status, lease = prefect.request("POST", "/v2/concurrency_limits/increment-with-lease", take)
    assert status == 200 and [limit["name"] for limit in lease["limits"]] == [name]
    assert prefect.request("POST", "/v2/concurrency_limits/increment-with-lease", take)[0] == 423
    assert prefect.request("POST", "/v2/concurrency_limits/increment-with-lease", {**take, "slots": 3})[0] == 422
    assert prefect.request("POST", "/v2/concurrency_limits/increment-with-lease", {**take, "slots": 0})[0] == 422
    # Martlet's own clients see who holds them.
    leases = Connection(prefect_server.port).call("LimitService/ListLeases", {"ref": name})["leases"]
    assert [item["holder"]["runId"] for item in leases] == [take["holder"]["id"]]
    renew = f"/v2/concurrency_limits/leases/{lease['lease_id']}/renew"
    assert prefect.request("POST", renew, {"lease_duration": 60})[0] == 204
    end = {"lease_id": lease["lease_id"]}
    assert prefect.request("POST", "/v2/concurrency_limits/decrement-with-lease", end)[0] == 204
    assert prefect.request("POST", "/v2/concurrency_limits/decrement-with-lease", end)[0] == 204
    assert prefect.request("POST", renew, {"lease_duration": 60})[0] == 410
    # Without a lease: what was taken is found again.
    both = {"names": [name], "slots": 2}
    assert prefect.request("POST", "/v2/concurrency_limits/increment", both)[0] == 200
    assert prefect.request("POST", "/v2/concurrency_limits/increment", both)[0] == 423
    assert prefect.request("POST", "/v2/concurrency_limits/decrement", both)[0] == 200
    assert prefect.request("POST", "/v2/concurrency_limits/increment", both)[0] == 200
    assert prefect.request("POST", "/v2/concurrency_limits/increment", {**both, "mode": "rate_limit"})[0] == 422
    assert prefect.request("PATCH", f"/v2/concurrency_limits/{name}", {"active_slots": 0})[0] == 204
    assert prefect.get(f"/v2/concurrency_limits/{name}")["active_slots"] == 0


TAGS = """
import json, time
from prefect import flow, task, tags

spans = []

@task
def work(n):
    begin = time.monotonic()
    time.sleep(0.3)
    spans.append((begin, time.monotonic()))
    return n

@flow(name="e2e-tags")
def tagged():
    with tags("e2e-database"):
        done = [f.result() for f in [work.submit(n) for n in range(3)]]
    spans.sort()
    return json.dumps({"done": done, "overlaps": sum(a[1] > b[0] for a, b in zip(spans, spans[1:]))})

print(tagged())
"""


def test_limits_of_tags(prefect):
    cli(prefect, "concurrency-limit", "create", "e2e-database", "1")
    said = last_json(prefect.run(TAGS))
    assert said == {"done": [0, 1, 2], "overlaps": 0}
    run = str(uuid.uuid4())
    taken = {"names": ["e2e-database", "e2e-other"], "task_run_id": run}
    status, limits = prefect.request("POST", "/concurrency_limits/increment", taken)
    assert status == 200 and [limit["name"] for limit in limits] == ["e2e-database"]
    assert prefect.request("POST", "/concurrency_limits/increment", taken)[0] == 423
    assert prefect.get("/concurrency_limits/tag/e2e-database")["active_slots"] == [run]
    assert "e2e-database" in cli(prefect, "concurrency-limit", "ls")
    assert run in cli(prefect, "concurrency-limit", "inspect", "e2e-database")
    assert prefect.request("POST", "/concurrency_limits/decrement", taken)[0] == 200
    assert prefect.get("/concurrency_limits/tag/e2e-database")["active_slots"] == []
    cli(prefect, "concurrency-limit", "reset", "e2e-database")
    cli(prefect, "concurrency-limit", "delete", "e2e-database")
    assert prefect.request("GET", "/concurrency_limits/tag/e2e-database")[0] == 404


PAUSED = """
import json, sys
from prefect import flow, pause_flow_run
from prefect.input import RunInput
from prefect.runtime import flow_run

class Answer(RunInput):
    name: str
    age: int

@flow(name="e2e-paused")
def paused():
    print("RUN " + str(flow_run.get_id()), flush=True)
    answer = pause_flow_run(wait_for_input=Answer, timeout=120, poll_interval=1)
    number = pause_flow_run(wait_for_input=int, timeout=120, poll_interval=1, key="number")
    return json.dumps({"name": answer.name, "age": answer.age, "number": number})

print(paused())
"""


def until_paused(prefect: Prefect, run: str, keyset: str | None = None) -> dict:
    """The run's state, once it waits for an input."""
    def state():
        found = prefect.get(f"/flow_runs/{run}")["state"]
        keys = (found["state_details"] or {}).get("run_input_keyset") or {}
        if found["type"] != "PAUSED" or keyset is not None and keyset not in keys.get("schema", ""):
            return None
        return found if prefect.request("GET", f"/flow_runs/{run}/input/{keys['schema']}")[0] == 200 else None

    return poll(state)


def poll(question, attempts: int = 600):
    """Asks until there is an answer; what is asked ends by itself, so there is nothing to be told by."""
    import time
    for _ in range(attempts):
        answer = question()
        if answer:
            return answer
        time.sleep(0.1)
    raise AssertionError("there was no answer")


def test_pauses_wait_for_input(prefect, prefect_server):
    process = prefect.start(PAUSED)
    try:
        lines = []
        while not (lines and lines[-1].startswith("RUN ")):
            lines.append(process.stdout.readline())
            assert lines[-1], "".join(lines)
        run = lines[-1].split()[1]
        state = until_paused(prefect, run)
        # What does not fit the schema changes nothing.
        status, answer = prefect.request("POST", f"/flow_runs/{run}/resume", {"run_input": {"name": "x", "age": "old"}})
        assert (status, answer["status"]) == (200, "REJECT"), answer
        assert prefect.get(f"/flow_runs/{run}")["state"]["id"] == state["id"]
        status, answer = prefect.request("POST", f"/flow_runs/{run}/resume", {"run_input": {"name": "Ada", "age": 36}})
        assert answer["status"] == "ACCEPT", answer
        inputs = Connection(prefect_server.port).call("InputService/ListInputs", {"runId": run})["inputs"]
        assert len([item for item in inputs if item["key"].endswith("-response")]) == 1
        until_paused(prefect, run, "number")
        status, answer = prefect.request("POST", f"/flow_runs/{run}/resume", {"run_input": {"value": 7}})
        assert answer["status"] == "ACCEPT", answer
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output
        assert last_json(output) == {"name": "Ada", "age": 36, "number": 7}
        status, answer = prefect.request("POST", f"/flow_runs/{run}/resume", {})
        assert (status, answer["status"]) == (200, "ABORT")
    finally:
        process.kill()
        process.communicate()


SENT = """
import json
from prefect import flow
from prefect.runtime import flow_run
from prefect.input import send_input, receive_input

@flow(name="e2e-sent")
def sent():
    for text in ["a", "b"]:
        send_input(text, flow_run_id=flow_run.get_id())
    got = []
    for text in receive_input(str, timeout=2, poll_interval=0.2):
        got.append(text)
        if len(got) == 2:
            break
    return json.dumps({"got": got})

print(sent())
"""


def test_inputs_are_sent_and_received(prefect):
    assert last_json(prefect.run(SENT)) == {"got": ["a", "b"]}


SUSPENDED = """
import json
from prefect import flow, suspend_flow_run
from prefect.runtime import flow_run

@flow(name="e2e-suspended", persist_result=True)
def suspended():
    print("RUN " + str(flow_run.get_id()), flush=True)
    suspend_flow_run(timeout=300)
    print("ON")

suspended()
"""


def test_suspended_runs_are_resumed(prefect):
    process = prefect.start(SUSPENDED)
    output, _ = process.communicate(timeout=120)
    run = [line.split()[1] for line in output.splitlines() if line.startswith("RUN ")][0]
    shown = prefect.get(f"/flow_runs/{run}")
    assert (shown["state"]["type"], shown["state"]["name"]) == ("PAUSED", "Suspended"), output
    assert "ON" not in output.splitlines()
    status, answer = prefect.request("POST", f"/flow_runs/{run}/resume", {})
    assert (status, answer["status"]) == (201, "ACCEPT"), answer
    assert answer["state"]["type"] == "SCHEDULED"


def test_variables_are_listed_and_known_by_id(prefect):
    prefix = f"e2e_{uuid.uuid4().hex[:8]}"
    cli(prefect, "variable", "set", f"{prefix}_b", '{"n": [1, null]}', "--tag", "x", "--tag", "y")
    cli(prefect, "variable", "set", f"{prefix}_a", "text")
    assert "already exists" in cli(prefect, "variable", "set", f"{prefix}_a", "other", fails=True)
    cli(prefect, "variable", "set", f"{prefix}_a", "other", "--overwrite")
    assert "other" in cli(prefect, "variable", "get", f"{prefix}_a")
    assert f"{prefix}_b" in cli(prefect, "variable", "ls") and "x" in cli(prefect, "variable", "inspect", f"{prefix}_b")

    def names(filter_: dict, **more) -> list[str]:
        body = {"variables": {"name": {"like_": prefix.upper()}, **filter_}, **more}
        status, found = prefect.request("POST", "/variables/filter", body)
        assert status == 200, found
        if not more:
            assert prefect.request("POST", "/variables/count", body) == (200, len(found))
        return [item["name"].removeprefix(prefix) for item in found]

    assert names({}) == ["_a", "_b"]
    assert names({}, sort="NAME_DESC") == ["_b", "_a"]
    assert names({}, sort="CREATED_DESC", limit=1) == ["_a"]
    assert names({}, offset=1) == ["_b"]
    assert names({"tags": {"all_": ["y", "x"]}}) == ["_b"]
    assert names({"tags": {"is_null_": True}}) == ["_a"]
    assert names({"name": {"any_": []}}) == []
    status, found = prefect.request("POST", "/variables/filter", {"variables": {"name": {"any_": [f"{prefix}_b"]}}})
    by_id = prefect.get(f"/variables/{found[0]['id']}")
    assert (by_id["name"], by_id["value"]) == (f"{prefix}_b", {"n": [1, None]})
    assert prefect.request("PATCH", f"/variables/{by_id['id']}", {"value": 2})[0] == 204
    assert prefect.get(f"/variables/name/{prefix}_b")["value"] == 2
    assert prefect.request("DELETE", f"/variables/{by_id['id']}")[0] == 204
    assert prefect.request("GET", f"/variables/{by_id['id']}")[0] == 404
    cli(prefect, "variable", "unset", f"{prefix}_a")


ARTIFACTS = """
import json, time
from prefect import flow, task
from prefect.artifacts import (
    Artifact, create_image_artifact, create_link_artifact, create_markdown_artifact, create_progress_artifact,
    create_table_artifact, update_progress_artifact)
from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from prefect.runtime import flow_run, task_run

@task
def within():
    return str(create_markdown_artifact("# In a task", key="e2e-task")), str(task_run.get_id())

def recorded(run):
    # The client tells of its task runs by and by; the flow does not end before.
    with get_client(sync_client=True) as client:
        while True:
            try:
                return client.read_task_run(run)
            except ObjectNotFound:
                time.sleep(0.1)

@flow(name="e2e-artifacts")
def write():
    create_markdown_artifact("# First", key="e2e-report", description="one")
    second = create_markdown_artifact("# Second", key="e2e-report", description="two")
    create_table_artifact([{"a": 1, "b": "x"}, {"a": 2.5, "b": None}], key="e2e-table")
    create_link_artifact("https://example.com", link_text="there", key="e2e-link")
    create_image_artifact("https://example.com/x.png", key="e2e-image")
    progress = create_progress_artifact(0.0, key="e2e-progress")
    update_progress_artifact(progress, progress=40.0)
    artifact, run = within()
    recorded(run)
    return json.dumps({
        "run": str(flow_run.get_id()), "second": str(second), "task": artifact, "progress": str(progress),
        "latest": json.loads(Artifact.get("e2e-table").data)})

print(write())
"""


def test_artifacts(prefect, prefect_server):
    said = last_json(prefect.run(ARTIFACTS))
    assert said["latest"] == [{"a": 1, "b": "x"}, {"a": 2.5, "b": None}]
    run = {"flow_run_id": {"any_": [said["run"]]}}

    def find(path: str, filter_: dict, **more) -> list[dict]:
        status, found = prefect.request("POST", f"/artifacts{path}/filter", {"artifacts": {**run, **filter_}, **more})
        assert status == 200, found
        if not more:
            count = prefect.request("POST", f"/artifacts{path}/count", {"artifacts": {**run, **filter_}})
            assert count == (200, len(found))
        return found

    assert len(find("", {})) == 7, "that of the task is one of the flow's"
    assert [item["key"] for item in find("/latest", {}, sort="KEY_ASC")] == [
        "e2e-image", "e2e-link", "e2e-progress", "e2e-report", "e2e-table", "e2e-task"]
    report = find("/latest", {"key": {"any_": ["e2e-report"]}})
    assert [(item["latest_id"], item["description"], item["data"]) for item in report] == [
        (said["second"], "two", "# Second")]
    assert [item["type"] for item in find("", {"type": {"any_": ["progress", "image"]}}, sort="KEY_ASC")] == [
        "image", "progress"]
    assert len(find("", {"type": {"not_any_": ["markdown"]}})) == 3
    assert {item["key"] for item in find("", {"key": {"like_": "REPO"}})} == {"e2e-report"}
    progress = prefect.get(f"/artifacts/{said['progress']}")
    assert (progress["type"], progress["data"], progress["flow_run_id"]) == ("progress", 40, said["run"])
    task = prefect.get(f"/artifacts/{said['task']}")
    assert task["task_run_id"] and task["flow_run_id"] == said["run"]
    assert prefect.get("/artifacts/e2e-report/latest")["id"] == said["second"]
    # What Martlet has no content for comes back as it came.
    odd = {"key": "e2e-odd", "type": "result", "data": {"n": [1, {"x": None}]}, "metadata_": {"a": "b"}}
    status, made = prefect.request("POST", "/artifacts/", odd)
    assert status == 201 and {name: made[name] for name in odd} == odd
    assert prefect.request("PATCH", f"/artifacts/{made['id']}", {"data": "text", "description": "d"})[0] == 204
    changed = prefect.get(f"/artifacts/{made['id']}")
    assert (changed["type"], changed["data"], changed["description"], changed["metadata_"]) == (
        "result", "text", "d", {"a": "b"})
    assert prefect.request("DELETE", f"/artifacts/{made['id']}")[0] == 204
    assert prefect.request("GET", f"/artifacts/{made['id']}")[0] == 404
    assert prefect.request("GET", "/artifacts/e2e-none/latest")[0] == 404
    # From both command lines.
    assert "e2e-report" in cli(prefect, "artifact", "ls")
    assert "# Second" in cli(prefect, "artifact", "inspect", "e2e-report")
    cli(prefect, "artifact", "delete", "--id", said["second"])
    assert prefect.get("/artifacts/e2e-report/latest")["description"] == "one"
    own = Connection(prefect_server.port).call("ArtifactService/GetArtifact", {"key": "e2e-table"})["artifact"]
    assert own["table"] == said["latest"] and own["runId"] == said["run"]


BLOCKS = """
import json
from typing import Optional
from pydantic import SecretStr
from prefect import flow
from prefect.blocks.core import Block
from prefect.blocks.fields import SecretDict
from prefect.blocks.system import Secret
from prefect.blocks.notifications import SlackWebhook
from prefect.filesystems import LocalFileSystem

class Inner(Block):
    _block_type_name = "E2E Inner"
    user: str
    password: SecretStr

class Outer(Block):
    _block_type_name = "E2E Outer"
    inner: Inner
    extra: SecretDict = SecretDict({})
    count: int = 3

@flow(name="e2e-blocks")
def blocks():
    Secret(value="s3cret-äß").save("e2e-secret")
    Secret(value="changed").save("e2e-secret", overwrite=True)
    LocalFileSystem(basepath="/tmp/e2e").save("e2e-files")
    SlackWebhook(url="https://hooks.example.com/x").save("e2e-slack")
    inner = Inner(user="ada", password="pw")
    inner.save("e2e-inner")
    Outer(inner=inner, extra={"token": "t", "more": {"n": 1}}).save("e2e-outer")
    outer = Outer.load("e2e-outer")
    outer.count = 4
    outer.save("e2e-outer", overwrite=True)
    outer = Block.load("e2e-outer/e2e-outer")
    return json.dumps({
        "secret": Secret.load("e2e-secret").get(), "path": LocalFileSystem.load("e2e-files").basepath,
        "slack": SlackWebhook.load("e2e-slack").url.get_secret_value(),
        "outer": [outer.inner.user, outer.inner.password.get_secret_value(), outer.extra.get_secret_value(), outer.count]})

print(blocks())
"""


def test_blocks(prefect, prefect_server):
    said = last_json(prefect.run(BLOCKS))
    assert said == {
        "secret": "changed", "path": "/tmp/e2e", "slack": "https://hooks.example.com/x",
        "outer": ["ada", "pw", {"token": "t", "more": {"n": 1}}, 4]}
    secret = prefect.get("/block_types/slug/secret/block_documents/name/e2e-secret")
    assert secret["data"] == {"value": "********"} and secret["block_type"]["is_protected"]
    shown = prefect.get(f"/block_documents/{secret['id']}?include_secrets=true")
    assert shown["data"] == {"value": "changed"}
    outer = prefect.get("/block_types/slug/e2e-outer/block_documents/name/e2e-outer")
    assert outer["data"]["inner"] == {"user": "ada", "password": "********"}
    assert outer["data"]["extra"] == {"token": "********", "more": {"n": "********"}}
    assert outer["block_document_references"]["inner"]["block_document"]["name"] == "e2e-inner"
    # What comes back masked stays.
    patch = {"data": {"inner": {"$ref": {"block_document_id": outer["block_document_references"]["inner"]["block_document"]["id"]}},
                      "extra": outer["data"]["extra"], "count": 5}, "merge_existing_data": False}
    assert prefect.request("PATCH", f"/block_documents/{outer['id']}", patch)[0] == 204
    again = prefect.get(f"/block_documents/{outer['id']}?include_secrets=true")["data"]
    assert again == {"inner": {"user": "ada", "password": "pw"}, "extra": {"token": "t", "more": {"n": 1}}, "count": 5}
    inner = again_id = outer["block_document_references"]["inner"]["block_document"]["id"]
    cycle = {"data": {"user": {"$ref": {"block_document_id": outer["id"]}}}}
    assert prefect.request("PATCH", f"/block_documents/{inner}", cycle)[0] == 400
    body = {"name": "e2e-secret", "block_type_id": secret["block_type_id"], "block_schema_id": secret["block_schema_id"]}
    assert prefect.request("POST", "/block_documents/", {**body, "data": {"value": "x"}})[0] == 409
    anonymous = {**body, "name": None, "is_anonymous": True, "data": {"value": "x"}}
    status, made = prefect.request("POST", "/block_documents/", anonymous)
    assert status == 201 and made["name"].startswith("anonymous-")
    # Lists.
    names = {"block_documents": {"name": {"like_": "E2E-"}}, "sort": "BLOCK_TYPE_AND_NAME_ASC"}
    status, found = prefect.request("POST", "/block_documents/filter", names)
    assert [item["name"] for item in found] == ["e2e-inner", "e2e-outer", "e2e-files", "e2e-secret", "e2e-slack"]
    assert prefect.request("POST", "/block_documents/count", {"block_types": {"slug": {"any_": ["secret"]}}})[1] == 1
    assert prefect.request("DELETE", f"/block_types/{secret['block_type_id']}")[0] == 403
    assert prefect.request("DELETE", f"/block_schemas/{secret['block_schema_id']}")[0] == 403
    assert "read-path" in prefect.get("/block_capabilities/")
    # The command line.
    assert "e2e-outer" in cli(prefect, "block", "ls")
    assert "ada" in cli(prefect, "block", "inspect", "e2e-inner/e2e-inner")
    types = cli(prefect, "block", "type", "ls")
    assert "slack-webhook" in types and "local-file-system" in types
    assert "E2E Inner" in cli(prefect, "block", "type", "inspect", "e2e-inner")
    cli(prefect, "block", "register", "-m", "prefect.blocks.notifications")
    cli(prefect, "block", "delete", "e2e-outer/e2e-outer")
    cli(prefect, "block", "type", "delete", "e2e-outer")
    assert prefect.request("GET", f"/block_documents/{outer['id']}")[0] == 404
    assert prefect.request("GET", f"/block_documents/{again_id}")[0] == 200


def test_blocks_from_our_command_line(prefect, prefect_server):
    # The types that Prefect comes with are there once somebody asks for them.
    assert prefect.request("GET", "/block_types/slug/secret")[0] == 200

    def martlet(*words: str, given: str = "", fails: bool = False) -> str:
        done = subprocess.run(
            [str(BINARY), "block", *words], text=True, capture_output=True, timeout=60, input=given,
            env={**os.environ, "MARTLET_API_URL": f"http://127.0.0.1:{prefect_server.port}", "NO_COLOR": "1"})
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    assert "secret" in martlet("type", "ls")
    martlet("create", "secret/e2e-ours", "--secret-from-stdin", "value", given="top\nsecret\n")
    assert "--overwrite" in martlet("create", "secret/e2e-ours", "value=x", fails=True)
    assert "secret/e2e-ours" in martlet("ls", "--type", "secret")
    assert "********" in martlet("inspect", "secret/e2e-ours")
    assert json.loads(martlet("get", "secret/e2e-ours", "--secrets", "-o", "json"))["block"]["data"] == {"value": "top\nsecret"}
    martlet("create", "secret/e2e-ours", "value=7", "--overwrite")
    assert prefect.get("/block_types/slug/secret/block_documents/name/e2e-ours?include_secrets=true")["data"] == {"value": 7}
    assert "no block type" in martlet("create", "e2e-none/x", fails=True)
    martlet("delete", "secret/e2e-ours")
    assert "does not exist" in martlet("get", "secret/e2e-ours", fails=True)


def test_blocks_are_sealed(new_server, tmp_path):
    keys = tmp_path / "keys"
    server = new_server(options=("--prefect-api", "on", "--block-key-file", str(keys))).start()
    prefect = Prefect(server.port, tmp_path)
    type_ = prefect.get("/block_types/slug/secret")
    schema = prefect.request("POST", "/block_schemas/filter", {"block_schemas": {"block_type_id": {"any_": [type_["id"]]}}})[1][0]
    body = {"block_type_id": type_["id"], "block_schema_id": schema["id"], "data": {"value": "never-in-clear"}}
    assert prefect.request("POST", "/block_documents/", {**body, "name": "one"})[0] == 201
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    first = keys.read_text()
    # A newer key in front of the older: what is there is still read, what is new is sealed with the newer.
    keys.write_text("newer " + "5a" * 32 + "\n" + first)
    server.stop()
    server.start()
    assert prefect.request("POST", "/block_documents/", {**body, "name": "two"})[0] == 201
    connection = Connection(server.port)

    def read(name: str) -> dict:
        return connection.call("BlockService/GetBlock", {"blockType": "secret", "name": name, "includeSecrets": True})["block"]

    assert read("one")["data"] == read("two")["data"] == {"value": "never-in-clear"}
    assert (read("two")["keyId"], read("one")["keyId"]) == ("newer", first.splitlines()[-1].split()[0])
    # Without its key a block is not read, and says which key it is.
    keys.write_text("newer " + "5a" * 32 + "\n")
    server.stop()
    server.start()
    connection = Connection(server.port)
    assert read("two")["data"] == {"value": "never-in-clear"}
    with pytest.raises(CallError) as refused:
        read("one")
    assert refused.value.reason == "BLOCK_KEY_MISSING" and str(keys) in refused.value.message
    # Nor does a server that has no key at all make another one.
    keys.unlink()
    server.stop()
    server.start()
    status, answer = Prefect(server.port, tmp_path).request("POST", "/block_documents/", {**body, "name": "three"})
    assert status == 409 and str(keys) in answer["detail"] and not keys.exists()
