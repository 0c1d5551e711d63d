"""Prefect's own client, not a byte changed, makes automations that tell others of its flows."""

from __future__ import annotations

import json

import pytest

from conftest import short_directory
from martlet_process import Server
from prefect_process import Prefect, last_json, needs_prefect
from web_target import Target

pytestmark = needs_prefect


@pytest.fixture(scope="module")
def server():
    with short_directory() as directory:
        server = Server(directory, options=("--automation-private-addresses", "on"))
        server.start()
        yield server
        server.stop()


@pytest.fixture
def prefect(server, tmp_path) -> Prefect:
    return Prefect(server.port, tmp_path)


@pytest.fixture
def target():
    target = Target()
    yield target
    target.close()


TELLS = """
import json, sys, time
from datetime import datetime, timedelta, timezone
from prefect import flow
from prefect.automations import Automation
from prefect.blocks.notifications import CustomWebhookNotificationBlock, SlackWebhook
from prefect.blocks.webhook import Webhook
from prefect.client.orchestration import get_client
from prefect.events.actions import CallWebhook, SendNotification
from prefect.events.filters import EventFilter, EventNameFilter, EventOccurredFilter, EventResourceFilter
from prefect.events.schemas.automations import EventTrigger
from prefect.variables import Variable

Variable.set("e2e_word", "hi")
url = sys.argv[1]
slack = SlackWebhook(url=url + "/slack").save("e2e-slack")
hook = Webhook(url=url + "/hook", headers={"X-Key": "k"}).save("e2e-hook")
custom = CustomWebhookNotificationBlock(
    name="n", url=url + "/custom", json_data={"t": "{{subject}}|{{body}}"}).save("e2e-custom")

body = "Flow run {{ flow.name }}/{{ flow_run.name }} observed in state `{{ flow_run.state.name }}`: {{ flow_run.state.message }}"
automation = Automation(
    name="e2e-tells",
    trigger=EventTrigger(
        expect={"prefect.flow-run.Failed"}, match={"prefect.resource.id": "prefect.flow-run.*"},
        match_related={"prefect.resource.role": "tag", "prefect.resource.id": "prefect.tag.e2e-tells"},
        posture="Reactive", threshold=1, within=0),
    actions=[
        SendNotification(block_document_id=slack, subject="{{ automation.name }}", body=body),
        SendNotification(block_document_id=custom, subject="{{ event.event }}", body=body),
        CallWebhook(block_document_id=hook, payload='{"run": "{{ flow_run.id }}", "state": {{ flow_run.state.name | tojson }},'
                    ' "word": {{ variables.e2e_word | tojson }}, "count": {{ events | length }}}'),
    ]).create()

refused = None
try:
    Automation(
        name="e2e-refused", trigger=automation.trigger,
        actions=[SendNotification(block_document_id=slack, body="{{ flow_run.name | frobnicate }}")]).create()
except Exception as error:
    refused = str(error) + getattr(getattr(error, "response", None), "text", "")

from prefect import tags

@flow(name="e2e-fails", flow_run_name="wise-owl")
def fails():
    raise ValueError("no <luck>")

with tags("e2e-tells"):
    state = fails(return_state=True)

wanted = EventFilter(
    event=EventNameFilter(prefix=["prefect.automation.action."]),
    resource=EventResourceFilter(id=[f"prefect.automation.{automation.id}"]),
    occurred=EventOccurredFilter(
        since=datetime.now(timezone.utc) - timedelta(hours=1), until=datetime.now(timezone.utc) + timedelta(hours=1)))
with get_client(sync_client=True) as client:
    until = time.monotonic() + 60
    while True:
        page = client.request("POST", "/events/filter", json={"filter": wanted.model_dump(mode="json"), "limit": 50})
        events = page.json()["events"]
        if len(events) >= 6 or time.monotonic() > until:
            break
        time.sleep(0.2)

print(json.dumps({
    "run": str(state.state_details.flow_run_id), "refused": refused, "slack": str(slack),
    "events": [[one["event"], one["payload"]["action_type"], one["payload"].get("status_code"),
                [thing["prefect.resource.id"] for thing in one["related"]]] for one in events]}))
"""


def test_a_failed_flow_is_told_of(server, prefect, target):
    said = last_json(prefect.run(TELLS, target.url))
    asked = {one.path: one for one in target.wait(3)}
    body = "Flow run e2e-fails/wise-owl observed in state `Failed`: "
    assert asked["/slack"].json["text"].startswith(f"*e2e-tells*\n{body}")
    assert "ValueError" in asked["/slack"].json["text"]
    assert asked["/custom"].json["t"].startswith(f"prefect.flow-run.Failed|{body}")
    assert asked["/hook"].json == {"run": said["run"], "state": "Failed", "word": "hi", "count": 1}
    assert asked["/hook"].fields["x-key"] == "k"
    assert len(target.asked) == 3
    names = {(event, type, status) for event, type, status, _ in said["events"]}
    assert names == {
        ("prefect.automation.action.triggered", "send-notification", None),
        ("prefect.automation.action.triggered", "call-webhook", None),
        ("prefect.automation.action.executed", "send-notification", 200),
        ("prefect.automation.action.executed", "call-webhook", 200)}
    assert any(f"prefect.block-document.{said['slack']}" in related for *_, related in said["events"])
    assert "frobnicate" in said["refused"]


ACTS = """
import json, sys, time, uuid
from datetime import datetime, timedelta, timezone
from prefect import flow
from prefect.automations import Automation
from prefect.client.orchestration import get_client
from prefect.events import actions
from prefect.events.schemas.automations import EventTrigger
from prefect.states import Paused, Pending, Running, Scheduled

@flow(name="e2e-acts")
def acts():
    pass

client = get_client(sync_client=True)
def call(method, path, body=None):
    return client.request(method, path, json=body).json()

def automation(name, *actions):
    return Automation(name="e2e-" + name, actions=list(actions), trigger=EventTrigger(
        expect={"e2e." + name}, posture="Reactive", threshold=1, within=0)).create()

pool = call("POST", "/work_pools/", {"name": "e2e-acts", "type": "process"})
queue = call("POST", "/work_pools/e2e-acts/queues", {"name": "q"})
flow_id = client.create_flow(acts)
schema = {"type": "object", "properties": {"n": {"type": "integer"}, "word": {"type": "string"}}}
def deployment(name, **options):
    return str(client.create_deployment(
        flow_id, name=name, work_pool_name="e2e-acts", entrypoint="x.py:acts", parameter_openapi_schema=schema, **options))
first, second = deployment("first"), deployment("second", paused=True)
watched = automation("watched", actions.DoNothing())
off = automation("off", actions.DoNothing())
client.request("PATCH", f"/automations/{off.id}", json={"enabled": False})

def run(state, *later):
    id = client.create_flow_run(acts, state=state).id
    for state in later:
        client.set_flow_run_state(id, state)
    return str(id)

runs = {
    "cancel": run(Scheduled(scheduled_time=datetime.now(timezone.utc) + timedelta(hours=5))),
    "change": run(Pending(), Running()), "suspend": run(Pending(), Running()),
    "resume": run(Pending(), Running(), Paused(timeout_seconds=3600, reschedule=True)),
    "delete": run(Scheduled(scheduled_time=datetime.now(timezone.utc) + timedelta(hours=5)))}
selected = {"source": "selected"}
kinds = {
    "run": actions.RunDeployment(
        **selected, deployment_id=first, job_variables={"any": 1},
        parameters={"n": 7, "word": {"__prefect_kind": "jinja", "template": "{{ event.event }}"}}),
    "pause-deployment": actions.PauseDeployment(**selected, deployment_id=first),
    "resume-deployment": actions.ResumeDeployment(**selected, deployment_id=second),
    "pause-queue": actions.PauseWorkQueue(**selected, work_queue_id=queue["id"]),
    "resume-queue": actions.ResumeWorkQueue(source="inferred"),
    "pause-pool": actions.PauseWorkPool(**selected, work_pool_id=pool["id"]),
    "resume-pool": actions.ResumeWorkPool(source="inferred"),
    "pause-automation": actions.PauseAutomation(**selected, automation_id=watched.id),
    "resume-automation": actions.ResumeAutomation(source="inferred"),
    "cancel": actions.CancelFlowRun(), "suspend": actions.SuspendFlowRun(), "resume": actions.ResumeFlowRun(),
    "delete": actions.DeleteFlowRun(), "nothing": actions.DoNothing(),
    "change": actions.ChangeFlowRunState(state="CRASHED", name="Zombie", message="by {{ event.event }}")}
subjects = {
    "resume-queue": f"prefect.work-queue.{queue['id']}", "resume-pool": f"prefect.work-pool.{pool['id']}",
    "resume-automation": f"prefect.automation.{off.id}", **{kind: f"prefect.flow-run.{id}" for kind, id in runs.items()}}
for kind, action in kinds.items():
    automation(kind, action)

def outcomes():
    now = datetime.now(timezone.utc)
    page = call("POST", "/events/filter", {"limit": 50, "filter": {
        "event": {"name": ["prefect.automation.action.executed", "prefect.automation.action.failed"]},
        "occurred": {"since": str(now - timedelta(hours=1)), "until": str(now + timedelta(hours=1))}}})
    return {one["resource"]["prefect.resource.name"][4:]: [one["event"].split(".")[-1], one["payload"].get("reason")]
            for one in page["events"] if one["resource"]["prefect.resource.name"][4:] in kinds}

seen = {}
for kind in kinds:
    # An id without hyphens is one to Prefect's server.
    client.request("POST", "/events", json=[{
        "id": uuid.uuid4().hex, "occurred": str(datetime.now(timezone.utc)), "event": "e2e." + kind,
        "resource": {"prefect.resource.id": subjects.get(kind, "e2e.thing")}, "related": [], "payload": {}}])
    until = time.monotonic() + 30
    while kind not in seen and time.monotonic() < until:
        seen = outcomes()
made = call("POST", "/flow_runs/filter", {"deployments": {"id": {"any_": [uuid.UUID(first).hex]}}})
def state(id):
    found = client.request("POST", "/flow_runs/filter", json={"flow_runs": {"id": {"any_": [id]}}}).json()
    return [found[0]["state"]["type"], found[0]["state"]["name"], found[0]["state"]["message"]] if found else None
print(json.dumps({
    "outcomes": seen, "made": [[one["parameters"], one["job_variables"]] for one in made],
    "states": {kind: state(id) for kind, id in runs.items()},
    "paused": [call("GET", f"/deployments/{id}")["paused"] for id in (first, second)]
        + [call("GET", "/work_pools/e2e-acts")["is_paused"], call("GET", f"/work_queues/{queue['id']}")["is_paused"]],
    "enabled": [call("GET", f"/automations/{one.id}")["enabled"] for one in (watched, off)]}))
"""


def test_every_action_comes_about(server, prefect):
    told = last_json(prefect.run(ACTS))
    assert told["outcomes"] == {kind: ["executed", None] for kind in told["outcomes"]} and len(told["outcomes"]) == 15
    assert told["made"] == [[{"n": 7, "word": "e2e.run"}, {"any": 1}]]
    states = told["states"]
    assert states.pop("change") == ["CRASHED", "Zombie", "by e2e.change"]
    assert states.pop("delete") is None
    assert {kind: state[0] for kind, state in states.items()} == {
        "cancel": "CANCELLED", "suspend": "PAUSED", "resume": "SCHEDULED"}
    assert told["paused"] == [True, False, False, False]
    assert told["enabled"] == [False, True]


def test_from_prefects_command_line(server, prefect, tmp_path):
    file = tmp_path / "automation.yaml"
    file.write_text("""
name: e2e-line
description: about it
enabled: true
trigger: {type: event, posture: Reactive, expect: [e2e.line], threshold: 1, within: 0}
actions: [{type: do-nothing}]
""")
    prefect.command("automation", "create", "--from-file", str(file))
    assert "e2e-line" in prefect.command("automation", "ls")
    [shown] = json.loads(prefect.command("automation", "inspect", "e2e-line", "--json"))
    assert (shown["name"], shown["enabled"], shown["actions"]) == ("e2e-line", True, [{"type": "do-nothing"}])
    assert "e2e-line" in prefect.command("automation", "pause", "e2e-line")
    [shown] = json.loads(prefect.command("automation", "inspect", "e2e-line", "--json"))
    assert shown["enabled"] is False
