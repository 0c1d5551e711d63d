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
