"""What Prefect's own client does in a flow, and what it tells, is there for it to read, and for Martlet alike."""

from __future__ import annotations

import json
import time
import urllib.request
import uuid

import pytest

import prefect_scripts as scripts
from martlet_process import Connection
from prefect_process import Prefect, last_json, needs_prefect

pytestmark = needs_prefect


@pytest.fixture
def prefect(calm_server, tmp_path) -> Prefect:
    return Prefect(calm_server.port, tmp_path)


def tasks_of(prefect: Prefect, run: str, **body: object) -> list[dict]:
    status, found = prefect.request(
        "POST", "/task_runs/filter", {"flow_runs": {"id": {"any_": [run]}}, **body})
    assert status == 200, found
    return found


def names_of(prefect: Prefect, task: dict) -> list[str]:
    return [state["name"] for state in prefect.get(f"/task_run_states/?task_run_id={task['id']}")]


def count_of(port: int, filter_: str) -> int:
    return int(Connection(port).call("RunService/CountRuns", {"filter": filter_}).get("total", 0))


def test_timeouts(prefect):
    said = last_json(prefect.run(scripts.TIMEOUTS))
    assert (said["task"], said["flow"]) == ("TimedOut", "TimedOut")
    assert prefect.get(f"/flow_runs/{said['run']}")["state"]["name"] == "TimedOut"


def test_retries(prefect):
    said = last_json(prefect.run(scripts.RETRIES))
    assert said["value"] == 3 and said["tries"] == {"task": 3, "flow": 2}
    run = said["runs"][0]
    assert set(said["runs"]) == {run}
    shown = prefect.get(f"/flow_runs/{run}")
    assert shown["state"]["type"] == "COMPLETED" and shown["run_count"] == 2
    [task] = tasks_of(prefect, run)
    assert task["state"]["type"] == "COMPLETED" and task["run_count"] == 3
    assert names_of(prefect, task) == [
        "Pending", "Running", "AwaitingRetry", "Retrying", "AwaitingRetry", "Retrying", "Completed"]


def test_caching(prefect):
    said = last_json(prefect.run(scripts.CACHING))
    assert said["names"] == ["Completed", "Cached"] and said["made"] == 1
    names = {task["state"]["name"] for task in tasks_of(prefect, said["run"])}
    assert names == {"Completed", "Cached"}


def test_events(prefect):
    said = last_json(prefect.run(scripts.EVENTS))
    body = {"filter": {"event": {"name": ["shop.order.placed"]}, "related": {"id": [f"prefect.flow-run.{said['run']}"]}}}
    status, page = prefect.request("POST", "/events/filter", {**body, "limit": 3})
    assert status == 200 and page["total"] == 5 and len(page["events"]) == 3, page
    assert page["events"][0]["resource"]["kind"] == "e2e"
    rest = prefect.get(page["next_page"])
    assert rest["next_page"] is None
    shown = [event["payload"]["n"] for event in page["events"] + rest["events"]]
    assert sorted(shown) == [0, 1, 2, 3, 4]
    status, counts = prefect.request("POST", "/events/count-by/resource", body)
    assert status == 200 and [count["count"] for count in counts] == [1] * 5
    status, counts = prefect.request("POST", "/events/count-by/event", body)
    assert [(count["value"], count["count"]) for count in counts] == [("shop.order.placed", 5)]
    # The run's own states are events too, under the names that Prefect gives them.
    status, page = prefect.request(
        "POST", "/events/filter", {"filter": {"resource": {"id": [f"prefect.flow-run.{said['run']}"]}, "order": "ASC"}})
    names = [event["event"] for event in page["events"] if event["event"] != "prefect.flow-run.heartbeat"]
    assert names == ["prefect.flow-run.Pending", "prefect.flow-run.Running", "prefect.flow-run.Completed"]


def test_events_over_rest(prefect):
    event = {
        "id": "6d4e1a52-3a3e-4b55-9a77-8f2f4a0f5d11", "event": "shop.closed", "occurred": "2026-11-21T05:52:56Z",
        "resource": {"prefect.resource.id": "shop.1"}, "payload": {"why": "night"}}
    for _ in range(2):
        assert prefect.request("POST", "/events", [event])[0] == 204
    status, page = prefect.request("POST", "/events/filter", {"filter": {"id": {"id": [event["id"]]}}})
    assert [found["payload"] for found in page["events"]] == [{"why": "night"}]


def test_hooks(prefect):
    said = last_json(prefect.run(scripts.HOOKS))
    assert said["heard"] == ["start:Running", "task:Completed", "flow:Completed", "failure:Failed"]


def test_logs(prefect):
    said = last_json(prefect.run(scripts.LOGS))
    status, lines = prefect.request(
        "POST", "/logs/filter", {"logs": {"flow_run_id": {"any_": [said["run"]]}}, "sort": "TIMESTAMP_ASC"})
    messages = [line["message"] for line in lines]
    assert messages.index("printed") < messages.index("an error") < messages.index("from the task, with a comma")
    with urllib.request.urlopen(f"{prefect.api}/flow_runs/{said['run']}/logs/download") as response:
        assert response.headers["content-type"] == "text/csv"
        text = response.read().decode()
    assert text.startswith("timestamp,level,flow_run_id,task_run_id,message\r\n")
    assert '"from the task, with a comma"' in text


def test_states_and_results(prefect):
    said = last_json(prefect.run(scripts.STATES))
    assert said["names"] == ["Skipped", "Failed", "Completed"] and said["result"] == {"kept": 1}
    tasks = {task["name"].split("-")[0]: task for task in tasks_of(prefect, said["run"])}
    assert tasks["named"]["state"]["message"] == "nothing to do"
    assert "broken" in tasks["failing"]["state"]["message"]
    assert tasks["result"]["state"]["data"]["storage_key"]
    # The run fails as its task did not: the states it returned say so.
    status, counts = prefect.request(
        "POST", "/ui/task_runs/count", {"flow_runs": {"id": {"any_": [said["run"]]}}})
    assert status == 200 and (counts["COMPLETED"], counts["FAILED"]) == (2, 1)


def test_lists_and_counts(prefect):
    said = last_json(prefect.run(scripts.STATES))
    run = prefect.get(f"/flow_runs/{said['run']}")
    one = {"flow_runs": {"id": {"any_": [run["id"]]}}}
    status, page = prefect.request("POST", "/flow_runs/paginate", {**one, "limit": 1, "page": 1})
    assert status == 200 and (page["count"], page["pages"], page["page"]) == (1, 1, 1)
    assert [found["id"] for found in page["results"]] == [run["id"]]
    status, page = prefect.request("POST", "/task_runs/paginate", {**one, "limit": 2, "page": 2})
    assert status == 200 and (page["count"], page["pages"], len(page["results"])) == (3, 2, 1)
    status, flows = prefect.request("POST", "/flows/paginate", {"flows": {"name": {"any_": ["e2e-states"]}}})
    assert [flow["id"] for flow in flows["results"]] == [run["flow_id"]]
    assert prefect.request("POST", "/flows/count", {"flows": {"name": {"like_": "E2E-STATES"}}}) == (200, 1)
    status, found = prefect.request("POST", "/flow_runs/filter", {"flows": {"id": {"any_": [run["flow_id"]]}}})
    assert status == 200 and run["id"] in [other["id"] for other in found]
    status, history = prefect.request("POST", "/flow_runs/history", {
        **one, "history_start": run["expected_start_time"], "history_end": "2027-12-01T00:00:00Z",
        "history_interval_seconds": 3600})
    assert status == 200 and len(history) == 500
    assert [(state["state_type"], state["count_runs"]) for state in history[0]["states"]] == [(run["state_type"], 1)]
    assert history[0]["states"][0]["sum_estimated_run_time"] > 0 and not history[1]["states"]
    status, lateness = prefect.request("POST", "/flow_runs/lateness", one)
    assert status == 200 and 0 <= lateness < 60
    assert prefect.request("POST", "/ui/flow_runs/count-task-runs", {"flow_run_ids": [run["id"]]}) == (
        200, {run["id"]: 3})
    status, bars = prefect.request("POST", "/ui/flow_runs/history", one)
    assert [bar["id"] for bar in bars] == [run["id"]] and bars[0]["duration"] > 0
    [task] = [task for task in tasks_of(prefect, run["id"]) if task["name"].startswith("named")]
    assert prefect.get(f"/ui/task_runs/{task['id']}")["flow_run_name"] == run["name"]
    status, buckets = prefect.request("POST", "/ui/task_runs/dashboard/counts", {
        "task_runs": {"start_time": {"after_": task["start_time"]}, "flow_run_id": {"any_": [run["id"]]}}})
    assert status == 200 and len(buckets) == 20
    assert sum(bucket["completed"] for bucket in buckets) == 2 and sum(bucket["failed"] for bucket in buckets) == 1


def test_bulk_operations(prefect):
    flow = prefect.request("POST", "/flows/", {"name": "e2e-bulk"})[1]["id"]
    ids = []
    for _ in range(3):
        status, run = prefect.request("POST", "/flow_runs/", {"flow_id": flow, "state": {"type": "SCHEDULED"}})
        assert status == 201
        ids.append(run["id"])
    some = {"flow_runs": {"id": {"any_": ids[:2]}}}
    status, answer = prefect.request(
        "POST", "/flow_runs/bulk_set_state", {**some, "state": {"type": "CANCELLED"}, "force": True})
    assert status == 200 and {result["flow_run_id"] for result in answer["results"]} == set(ids[:2])
    assert {result["status"] for result in answer["results"]} == {"ACCEPT"}
    status, answer = prefect.request("POST", "/flow_runs/bulk_delete", some)
    assert status == 200 and set(answer["deleted"]) == set(ids[:2])
    assert [prefect.request("GET", f"/flow_runs/{run}")[0] for run in ids] == [404, 404, 200]


def test_the_graph(prefect, calm_server):
    from test_prefect_client import NESTED

    said = last_json(prefect.run(NESTED))
    graph = prefect.get(f"/flow_runs/{said['run']}/graph-v2")
    nodes = dict(graph["nodes"])
    assert [node["kind"] for node in nodes.values()] == ["flow-run"] * 3
    assert set(graph["root_node_ids"]) == set(nodes)
    assert [state["name"] for state in graph["states"]] == ["Pending", "Running", "Completed"]
    trackers = tasks_of(prefect, said["run"])
    # A subflow is one run: both of its ids lead to it.
    assert count_of(calm_server.port, f'root_id = "{said["run"]}"') == 1 + 3 + 2
    for tracker in trackers:
        below = tracker["state"]["state_details"]["child_flow_run_id"]
        assert below in nodes and below != tracker["id"]
        assert prefect.get(f"/flow_runs/{below}")["parent_task_run_id"] == tracker["id"]
        assert prefect.get(f"/task_runs/{tracker['id']}")["flow_run_id"] == said["run"]
        assert names_of(prefect, tracker)[-1] == tracker["state"]["name"]
        status, found = prefect.request("POST", "/task_runs/filter", {"task_runs": {"id": {"any_": [tracker["id"]]}}})
        assert [task["id"] for task in found] == [tracker["id"]]
    dependencies = prefect.get(f"/flow_runs/{said['run']}/graph")
    assert {task["id"] for task in dependencies} == {tracker["id"] for tracker in trackers}


def test_cancelling(prefect):
    process = prefect.start(scripts.WAITING)
    try:
        run = next(line.split()[1] for line in process.stdout if line.startswith("run "))
        status, answer = prefect.request(
            "POST", f"/flow_runs/{run}/set_state", {"state": {"type": "CANCELLING", "name": "Cancelling"}})
        assert status == 201 and answer["status"] == "ACCEPT"
        # Nobody but its process may say anything else now.
        status, answer = prefect.request("POST", f"/flow_runs/{run}/set_state", {"state": {"type": "RUNNING"}})
        assert answer["status"] == "REJECT" and answer["state"]["type"] == "CANCELLING"
        status, answer = prefect.request("POST", f"/flow_runs/{run}/set_state", {"state": {"type": "CANCELLED"}})
        assert answer["status"] == "ACCEPT"
        assert prefect.get(f"/flow_runs/{run}")["state"]["type"] == "CANCELLED"
    finally:
        process.kill()
        process.communicate()


def told(run: str, task: str, states: list[str], since: int = 0) -> list[dict]:
    """What a client tells of a task run that went through some states."""
    events, last = [], None
    for second, name in enumerate(states, since):
        kind = {"Retrying": "RUNNING", "AwaitingRetry": "SCHEDULED"}.get(name, name.upper())
        event = str(uuid.uuid4())
        events.append({
            "id": event, "event": f"prefect.task-run.{name}", "follows": last,
            "occurred": f"2026-11-21T05:52:{second:02}Z",
            "resource": {"prefect.resource.id": f"prefect.task-run.{task}", "prefect.orchestration": "client"},
            "related": [{"prefect.resource.id": f"prefect.flow-run.{run}", "prefect.resource.role": "flow-run"}],
            "payload": {
                "initial_state": None, "validated_state": {"type": kind, "name": name, "message": ""},
                "task_run": {"name": "late-0", "task_key": "late-1a2b3c4d", "dynamic_key": task, "task_inputs": {}}}})
        last = event
    return events


def send(prefect: Prefect, tmp_path, events: list[dict]) -> None:
    (tmp_path / "events.json").write_text(json.dumps(events))
    url = prefect.api.replace("http", "ws") + "/events/in"
    assert last_json(prefect.run(scripts.SENDING, url, str(tmp_path / "events.json")))["sent"] == len(events)


def begun(prefect: Prefect, *states: str) -> str:
    """A flow run that went through some states."""
    flow = prefect.request("POST", "/flows/", {"name": "e2e-told"})[1]["id"]
    run = prefect.request("POST", "/flow_runs/", {"flow_id": flow, "state": {"type": "PENDING"}})[1]["id"]
    for state in states:
        status, answer = prefect.request("POST", f"/flow_runs/{run}/set_state", {"state": {"type": state}})
        assert answer["status"] == "ACCEPT", answer
    return run


def test_what_comes_late_twice_and_in_disorder_is_there_once(prefect, tmp_path):
    run = begun(prefect, "RUNNING", "COMPLETED")
    tasks = [str(uuid.uuid4()) for _ in range(3)]
    states = ["Pending", "Running", "AwaitingRetry", "Retrying", "Completed"]
    events = [told(run, task, states) for task in tasks]
    forth, back, mixed = events[0], events[1][::-1], events[2][2:] + events[2][:2]
    send(prefect, tmp_path, forth + back + mixed + forth)
    # After a reconnect, all of it again.
    send(prefect, tmp_path, mixed + back + forth)
    for task in tasks:
        shown = prefect.get(f"/task_runs/{task}")
        assert shown["state"]["type"] == "COMPLETED" and shown["run_count"] == 2
        assert names_of(prefect, shown) == states
        assert (shown["start_time"], shown["end_time"]) == ("2026-11-21T05:52:01Z", "2026-11-21T05:52:04Z")
        assert shown["total_run_time"] == 2
    assert {task["id"] for task in tasks_of(prefect, run)} == set(tasks)


def test_what_an_operator_ended_stays_and_the_event_is_kept(prefect, tmp_path):
    run = begun(prefect, "RUNNING")
    task = str(uuid.uuid4())
    events = told(run, task, ["Pending", "Running", "Completed"])
    send(prefect, tmp_path, events[:2])
    status, answer = prefect.request(
        "POST", f"/task_runs/{task}/set_state", {"state": {"type": "FAILED", "name": "Stopped"}, "force": True})
    assert answer["status"] == "ACCEPT", answer
    send(prefect, tmp_path, events)
    shown = prefect.get(f"/task_runs/{task}")
    assert shown["state"]["name"] == "Stopped"
    assert names_of(prefect, shown) == ["Pending", "Running", "Stopped"]
    status, page = prefect.request("POST", "/events/filter", {"filter": {"id": {"id": [events[2]["id"]]}}})
    assert [event["event"] for event in page["events"]] == ["prefect.task-run.Completed"]


def test_an_end_holds_against_a_stop_that_only_followed_the_flow_run(prefect, tmp_path):
    run = begun(prefect, "RUNNING")
    task = str(uuid.uuid4())
    events = told(run, task, ["Pending", "Running", "Completed"])
    send(prefect, tmp_path, events[:2])
    assert prefect.request(
        "POST", f"/flow_runs/{run}/set_state", {"state": {"type": "CANCELLED"}, "force": True})[1]["status"] == "ACCEPT"
    end = time.monotonic() + 60
    while prefect.get(f"/task_runs/{task}")["state"]["type"] == "RUNNING":
        assert time.monotonic() < end
        time.sleep(0.05)
    send(prefect, tmp_path, events)
    shown = prefect.get(f"/task_runs/{task}")
    assert shown["state"]["type"] == "COMPLETED" and shown["end_time"] == "2026-11-21T05:52:02Z"


def test_a_map_through_a_killed_server(new_server, tmp_path):
    """kill -9 of the server in the middle of 5,000 tasks: all of them are there afterwards, and none twice."""
    count = 5000
    server = new_server(options=("--prefect-api", "on")).start()
    prefect = Prefect(server.port, tmp_path)
    # Nobody reads what it prints meanwhile.
    prefect.environment["PREFECT_LOGGING_LEVEL"] = "CRITICAL"
    process = prefect.start(scripts.MAP, str(count))
    run = next(line.split()[1] for line in process.stdout if line.startswith("run "))
    below = f'parent_id = "{run}"'
    end = time.monotonic() + 300
    while (seen := count_of(server.port, below)) < 1000:
        assert process.poll() is None and time.monotonic() < end, seen
    server.kill()
    server.start()
    output, _ = process.communicate(timeout=400)
    assert process.returncode == 0, output[-4000:]
    assert last_json(output)["total"] == sum(n * n for n in range(count))
    assert prefect.get(f"/flow_runs/{run}")["state"]["type"] == "COMPLETED"
    assert count_of(server.port, below) == count
    assert count_of(server.port, f"{below} AND state.type = COMPLETED") == count
    status, number = prefect.request("POST", "/task_runs/count", {"flow_runs": {"id": {"any_": [run]}}})
    assert (status, number) == (200, count)
    # Each with its whole history, once.
    for task in tasks_of(prefect, run, limit=20) + tasks_of(prefect, run, limit=20, offset=count - 20):
        assert names_of(prefect, task) == ["Pending", "Running", "Completed"]
