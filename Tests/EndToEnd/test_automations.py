"""Automations: what happens is put to each trigger exactly once, and each firing does what it is to do once, whoever dies."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
import uuid

import pytest

from martlet_process import CallError
from test_replicas import socket_url

DEADLINE = 60


class Automations:
    """Calls of one server."""

    def __init__(self, server):
        self.server = server
        self.connection = server.connect(timeout=90)

    def __call__(self, method: str, **request) -> dict:
        return self.connection.call(method, request)

    def create(self, trigger: dict, *actions: dict, **more) -> str:
        automation = {"name": "a", "trigger": trigger, "actions": actions or [{"type": "do-nothing"}], **more}
        return self("AutomationService/CreateAutomation", automation=automation)["automation"]["id"]

    def publish(self, name: str, resource: str, **more) -> None:
        event = {"name": name, "resource": {"id": resource}, **more}
        assert "failures" not in self("EventService/BatchPublishEvents", events=[event])

    def told(self, automation: str, end: str = "") -> list[dict]:
        """The events of an automation, the first first."""
        events, token = [], ""
        while True:
            page = self(
                "EventService/ListEvents", filter=f'resource.id = "martlet.automation.{automation}"',
                page_size=1000, page_token=token)
            events += page.get("events", [])
            token = page.get("nextPageToken", "")
            if not token:
                return [event for event in reversed(events) if event["name"].endswith(end)]

    def wait(self, automation: str, end: str, count: int) -> list[dict]:
        """Waits until an automation has told so much, and returns it."""
        filter = f'resource.id = "martlet.automation.{automation}"'
        token = self("EventService/ListEvents", filter=filter, page_size=1)["resumeToken"]
        until = time.monotonic() + DEADLINE
        while len(told := self.told(automation, end)) < count:
            assert time.monotonic() < until, self.told(automation)
            token = self("EventService/ListEvents", filter=filter, resume_token=token, wait="5s")["resumeToken"]
        return told


@pytest.fixture
def calls(calm_server):
    calls = Automations(calm_server)
    yield calls
    calls.connection.close()


@pytest.fixture
def word() -> str:
    return f"t{uuid.uuid4().hex}"


def deployment(calls: Automations, word: str) -> str:
    made = {"flow": word, "name": "d", "spec": {"shell": "true"}}
    return calls("DeploymentService/CreateDeployment", deployment=made)["deployment"]["id"]


def runs(calls: Automations, word: str) -> list[dict]:
    return calls("RunService/ListRuns", filter=f'definition = "{word}"', page_size=1000).get("runs", [])


def test_each_event_runs_a_deployment_once(calls, word):
    target = deployment(calls, word)
    template = "{{ event.resource.id }}"
    automation = calls.create(
        {"posture": "Reactive", "expect": [f"{word}.*"], "match": {"id": "shop.*"}},
        {"type": "run-deployment", "deployment_id": target, "parameters": {"order": template}},
        {"type": "send-notification", "block_document_id": str(uuid.uuid4()), "body": "x"})
    for number in range(3):
        calls.publish(f"{word}.placed", f"shop.{number}")
    calls.publish(f"{word}.placed", "elsewhere.1")
    calls.publish(f"{word}.placed", "shop.3")
    executed = calls.wait(automation, "executed", 4)
    failed = calls.wait(automation, "failed", 4)
    triggered = calls.told(automation, "automation.triggered")
    assert (len(executed), len(failed), len(triggered)) == (4, 4, 4)
    assert all("block" in event["payload"]["reason"] for event in failed)
    assert {event["payload"]["action_type"] for event in failed} == {"send-notification"}
    begun = calls.told(automation, "action.triggered")
    assert {event["follows"] for event in executed + failed} == {event["id"] for event in begun}
    assert {event["follows"] for event in begun} == {event["id"] for event in triggered}
    made = runs(calls, word)
    assert len(made) == 4
    whole = [calls("RunService/GetRun", id=run["id"])["run"] for run in made]
    assert sorted(run["parameters"]["order"] for run in whole) == [f"shop.{number}" for number in range(4)]
    assert {run["createdBy"] for run in made} == {f"automation:{automation}"}
    assert {f"martlet.flow-run.{run['id']}" for run in made} == {
        event["related"][0]["id"] for event in executed}


def test_enough_events_in_a_window_fire_once(calls, word):
    automation = calls.create(
        {"posture": "Reactive", "expect": [word], "threshold": 3, "within": 3600, "for_each": ["id"]})
    for resource in "abababaab":
        calls.publish(word, resource)
    calls.publish(f"{word}.end", "end")
    triggered = calls.wait(automation, "automation.triggered", 2)
    assert sorted(event["payload"]["labels"]["id"] for event in triggered) == ["a", "b"]
    # Another trigger, put to the end of the same events, shows that there is nothing more to come.
    last = calls.create({"posture": "Reactive", "expect": [f"{word}.last"]})
    calls.publish(f"{word}.last", "x")
    calls.wait(last, "executed", 1)
    assert len(calls.told(automation, "automation.triggered")) == 2


def test_what_does_not_come_fires(calls, word):
    automation = calls.create(
        {
            "posture": "Proactive", "after": [f"{word}.placed"], "expect": [f"{word}.shipped"],
            "for_each": ["id"], "within": 10,
        })
    for resource in ("a", "b"):
        calls.publish(f"{word}.placed", resource)
    calls.publish(f"{word}.shipped", "b")
    [fired] = calls.wait(automation, "automation.triggered", 1)
    assert fired["payload"]["labels"] == {"id": "a"} and fired["payload"]["count"] == 0


def test_a_run_is_cancelled_by_what_its_state_is_called(calls, word):
    automation = calls.create(
        {
            # As Prefect names it.
            "posture": "Reactive", "expect": ["prefect.flow-run.Scheduled"],
            "match": {"prefect.resource.id": "prefect.flow-run.*"},
            "match_related": {"prefect.resource.id": f"prefect.tag.{word}", "prefect.resource.role": "tag"},
        },
        {"type": "cancel-flow-run"})
    ids = []
    for tags in ([word], ["other"], [word, "x"]):
        run = {"kind": "RUN_KIND_FLOW", "definition": word, "tags": tags}
        ids.append(calls("RunService/CreateRun", run=run)["run"]["id"])
    calls.wait(automation, "executed", 2)
    states = [calls("RunService/GetRun", id=id)["run"]["state"]["type"] for id in ids]
    assert states == ["STATE_TYPE_CANCELLED", "STATE_TYPE_SCHEDULED", "STATE_TYPE_CANCELLED"]
    assert len(calls.told(automation, "automation.triggered")) == 2


def test_what_is_paused_sees_nothing(calls, word):
    target = deployment(calls, word)
    pausing = calls.create(
        {"posture": "Reactive", "expect": [f"{word}.stop"]},
        {"type": "pause-deployment", "deployment_id": target})
    calls.publish(f"{word}.stop", "x")
    calls.wait(pausing, "executed", 1)
    assert calls("DeploymentService/GetDeployment", deployment=target)["deployment"]["paused"]
    resuming = calls.create(
        {"posture": "Reactive", "expect": [f"{word}.go"]},
        {"type": "resume-deployment", "deployment_id": target},
        {"type": "pause-automation", "automation_id": pausing})
    calls.publish(f"{word}.go", "x")
    calls.wait(resuming, "executed", 2)
    assert not calls("DeploymentService/GetDeployment", deployment=target)["deployment"].get("paused")
    calls.publish(f"{word}.stop", "y")
    calls.publish(f"{word}.go", "y")
    calls.wait(resuming, "executed", 4)
    assert len(calls.told(pausing, "automation.triggered")) == 1
    found = calls("AutomationService/GetAutomation", id=pausing)["automation"]
    assert found["paused"] and found["updatedBy"] == f"automation:{resuming}"
    calls(
        "AutomationService/UpdateAutomation", automation={"id": pausing, "paused": False}, update_mask="paused")
    calls.publish(f"{word}.stop", "z")
    assert len(calls.wait(pausing, "automation.triggered", 2)) == 2


def test_what_cannot_be_is_refused(calls, word):
    def refused(trigger: dict, *actions: dict) -> str:
        with pytest.raises(CallError) as error:
            calls.create(trigger, *actions)
        return str(error.value)

    event = {"posture": "Reactive"}
    assert "posture" in refused({})
    assert "more than there are" in refused({"type": "compound", "require": 2, "triggers": [event]})
    both = {"type": "compound", "require": "all", "triggers": [event, event]}
    assert "for ever" in refused(both, {"type": "run-deployment", "source": "inferred"})
    assert "no action" in refused(event, {"type": "dance"})
    assert "deployment_id" in refused(event, {"type": "run-deployment"})
    assert "for ever" in refused(event, {"type": "run-deployment", "source": "inferred"})
    id = calls.create({**event, "expect": [word]}, tags=[word])
    found = calls("AutomationService/GetAutomation", id=id)["automation"]
    with pytest.raises(CallError) as error:
        calls(
            "AutomationService/UpdateAutomation", update_mask="name",
            automation={"id": id, "name": "b", "etag": str(int(found["etag"]) + 1)})
    assert error.value.reason == "ETAG_MISMATCH"
    listed = calls("AutomationService/ListAutomations", filter={"tags": [word]})["automations"]
    assert [automation["id"] for automation in listed] == [id]
    calls("AutomationService/DeleteAutomation", id=id)
    assert calls("AutomationService/CountAutomations", filter={"tags": [word]}) in ({}, {"count": "0"})


def test_a_killed_server_fires_each_event_once(new_server, word):
    server = new_server().start()
    calls = Automations(server)
    target = deployment(calls, word)
    every = calls.create(
        {"posture": "Reactive", "expect": [f"{word}.one"]},
        {"type": "run-deployment", "deployment_id": target})
    whole = calls.create(
        {"posture": "Reactive", "expect": [f"{word}.one"], "threshold": 120, "within": 86400})
    for round in range(4):
        for number in range(30):
            calls.publish(f"{word}.one", f"{round}.{number}")
        if round % 2:
            # In the middle of what comes of these events.
            calls.wait(every, "executed", 30 * round + 5)
        server.kill()
        server.start()
        calls = Automations(server)
    executed = calls.wait(every, "executed", 120)
    triggered = calls.told(every, "automation.triggered")
    assert (len(executed), len(triggered)) == (120, 120)
    assert len({event["payload"]["event_id"] for event in triggered}) == 120
    assert len(runs(calls, word)) == 120
    assert calls.told(every, "failed") == []
    [once] = calls.wait(whole, "automation.triggered", 1)
    assert once["payload"]["count"] == 120


def test_triggers_are_put_together(calls, word):
    def part(name: str, **more) -> dict:
        return {"posture": "Reactive", "expect": [f"{word}.{name}"], **more}

    a, b, c = part("a"), part("b"), part("c")
    every = calls.create({"type": "compound", "require": "all", "triggers": [a, b], "within": 3600})
    either = calls.create({"type": "compound", "require": "any", "triggers": [a, b]})
    two = calls.create({"type": "compound", "require": 2, "triggers": [a, b, c], "within": 3600})
    order = calls.create({"type": "sequence", "triggers": [a, part("b", threshold=2, within=60), c], "within": 3600})
    nested = calls.create(
        {
            "type": "sequence", "within": 3600,
            "triggers": [{"type": "compound", "require": "any", "triggers": [a, b]}, c],
        })
    for name in "babbcca":
        calls.publish(f"{word}.{name}", f"x.{name}")
    expected = {every: "aa", either: "babba", two: "aca", order: "c", nested: "c"}
    for automation, names in expected.items():
        calls.wait(automation, "automation.triggered", len(names))
    # Another trigger, put to what came after all of these, shows that there is nothing more to come.
    last = calls.create(part("last"))
    calls.publish(f"{word}.last", "x")
    calls.wait(last, "executed", 1)
    for automation, names in expected.items():
        triggered = calls.told(automation, "automation.triggered")
        # Firings of one look are told of in no order.
        assert sorted(event["payload"]["event"][-1] for event in triggered) == sorted(names)
        assert len({event["payload"]["event_id"] for event in triggered}) == len(names)
    [told] = calls.told(order, "automation.triggered")
    assert told["payload"]["count"] == 3


def test_automations_go_with_the_deployment_that_they_belong_to(calls, word):
    target = deployment(calls, word)
    event = {"posture": "Reactive", "expect": [word]}
    for owner in (f"prefect.deployment.{target}", f"martlet.deployment.{target}", f"prefect.flow.{target}", ""):
        calls.create(event, tags=[word], owner_resource=owner)
    calls("DeploymentService/DeleteDeployment", deployment=target)
    kept = calls("AutomationService/ListAutomations", filter={"tags": [word]})["automations"]
    assert sorted(automation.get("ownerResource", "") for automation in kept) == ["", f"prefect.flow.{target}"]


def test_parts_of_a_trigger_outlive_killed_replicas(new_server, word):
    first = new_server().start()
    second = new_server(database_url=socket_url(first)).start()
    calls = Automations(first)
    parts = [{"posture": "Reactive", "expect": [f"{word}.{name}"]} for name in "ab"]
    pairs = calls.create({"type": "sequence", "triggers": parts, "within": 86400})
    for round in range(6):
        for name in "ab":
            calls.publish(f"{word}.{name}", f"{round}")
            if name == "a":
                second.kill()
                second.start()
    executed = calls.wait(pairs, "executed", 6)
    triggered = calls.told(pairs, "automation.triggered")
    assert (len(executed), len(triggered)) == (6, 6)
    assert len({event["payload"]["event_id"] for event in triggered}) == 6


def test_two_replicas_fire_each_event_once(new_server, word):
    first = new_server().start()
    second = new_server(database_url=socket_url(first)).start()
    both = [Automations(first), Automations(second)]
    target = deployment(both[0], word)
    every = both[0].create(
        {"posture": "Reactive", "expect": [word]}, {"type": "run-deployment", "deployment_id": target})

    def publish(calls: Automations, name: str) -> None:
        for number in range(40):
            calls.publish(word, f"{name}.{number}")

    threads = [threading.Thread(target=publish, args=(calls, str(n))) for n, calls in enumerate(both)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    executed = both[1].wait(every, "executed", 80)
    assert len(executed) == 80 == len(both[0].told(every, "automation.triggered"))
    assert len(runs(both[0], word)) == 80


def prefect(server, method: str, path: str, body: object = None):
    request = urllib.request.Request(
        f"{server.url}/api{path}", method=method, data=None if body is None else json.dumps(body).encode(),
        headers={"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, json.loads(response.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def test_prefects_endpoints(calm_server, calls, word):
    owner = f"prefect.deployment.{deployment(calls, word)}"
    body = {
        "name": word, "tags": [word], "owner_resource": owner,
        "trigger": {"type": "event", "posture": "Reactive", "expect": [word], "threshold": 2, "within": "PT1M"},
        "actions": [
            {"type": "run-deployment", "source": "selected", "deployment_id": owner.split(".")[-1],
             "parameters": {"x": {"__prefect_kind": "jinja", "template": "{{ event.id }}"}}}],
    }
    status, made = prefect(calm_server, "POST", "/automations/", body)
    assert status == 201 and made["enabled"] and made["actions"] == body["actions"]
    assert (made["trigger"]["within"], made["trigger"]["threshold"], made["trigger"]["for_each"]) == (60, 2, [])
    assert uuid.UUID(made["trigger"]["id"])
    one = f"/automations/{made['id']}"
    assert prefect(calm_server, "GET", one) == (200, made)
    assert prefect(calm_server, "PATCH", one, {"enabled": False})[0] == 204
    assert prefect(calm_server, "GET", one)[1]["enabled"] is False
    kept = ("name", "tags", "trigger", "actions")
    assert prefect(calm_server, "PUT", one, {**{key: made[key] for key in kept}, "description": "d"})[0] == 204
    found = prefect(calm_server, "GET", one)[1]
    assert found["enabled"] and found["description"] == "d" and found["trigger"] == made["trigger"]
    chosen = {"automations": {"name": {"any_": [word]}}}
    assert prefect(calm_server, "POST", "/automations/filter", {**chosen, "sort": "CREATED_DESC"}) == (200, [found])
    assert prefect(calm_server, "POST", "/automations/count", chosen) == (200, 1)
    assert prefect(calm_server, "GET", f"/automations/related-to/{owner}") == (200, [found])
    for number in range(2):
        calls.publish(word, f"x.{number}")
    calls.wait(made["id"], "executed", 1)
    asked = {"filter": {"resource": {"id": [f"prefect.automation.{made['id']}"]},
                        "occurred": {"since": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"}}}
    events = prefect(calm_server, "POST", "/events/filter", asked)[1]["events"]
    assert {event["event"] for event in events} == {
        "prefect.automation.triggered", "prefect.automation.action.triggered", "prefect.automation.action.executed"}
    assert prefect(calm_server, "DELETE", f"/automations/owned-by/{owner}")[0] == 202
    assert prefect(calm_server, "GET", one)[0] == 404
    assert prefect(calm_server, "DELETE", one)[0] == 404
    assert prefect(calm_server, "POST", "/templates/validate", "{{ event.id }}") == (204, None)
    status, fault = prefect(calm_server, "POST", "/automations/templates/validate", "{{ event")
    assert status == 422 and fault["error"]["source"] == "{{ event" and "lacks" in fault["error"]["message"]
    sequence = {**body, "trigger": {"type": "sequence", "triggers": [body["trigger"]], "within": 5}}
    status, made = prefect(calm_server, "POST", "/automations/", sequence)
    assert status == 201 and uuid.UUID(made["trigger"]["triggers"][0]["id"])
    assert (made["trigger"]["type"], made["trigger"]["within"]) == ("sequence", 5)
