"""Automations that ask others: notifications and webhooks, what answers mean, which addresses are refused; and trials."""

from __future__ import annotations

import json
import os
import subprocess
import uuid

import pytest

from certificates import Authority
from conftest import short_directory
from martlet_process import BINARY, Server
from test_automations import Automations, prefect
from web_target import Target


@pytest.fixture(scope="module")
def open_server():
    """A server that may ask loopback."""
    with short_directory() as directory:
        server = Server(
            directory, options=("--automation-private-addresses", "on", "--ui-url", "https://ui.example.com/prefect/"))
        server.start()
        yield server
        server.stop()


@pytest.fixture
def target():
    target = Target()
    yield target
    target.close()


@pytest.fixture
def calls(open_server):
    calls = Automations(open_server)
    yield calls
    calls.connection.close()


@pytest.fixture
def word() -> str:
    return f"t{uuid.uuid4().hex}"


def block(server, type: str, title: str, /, **data) -> str:
    """Creates a block, and returns its id."""
    status, found = prefect(server, "GET", f"/block_types/slug/{type}")
    assert status == 200, found
    wanted = {"block_schemas": {"block_type_id": {"any_": [found["id"]]}}}
    status, schemas = prefect(server, "POST", "/block_schemas/filter", wanted)
    assert status == 200 and schemas, schemas
    made = {"name": title, "data": data, "block_type_id": found["id"], "block_schema_id": schemas[0]["id"]}
    status, document = prefect(server, "POST", "/block_documents/", made)
    assert status == 201, document
    return document["id"]


def test_a_webhook_is_called_until_it_takes_it(open_server, calls, word, target):
    hook = block(
        open_server, "webhook", word, url=f"{target.url}/hook?a=b", method="PUT", headers={"X-Secret": "s"})
    automation = calls.create(
        {"posture": "Reactive", "expect": [word]},
        {
            "type": "call-webhook", "block_document_id": hook,
            "payload": '{"order": {{ event.resource.id | tojson }}, "by": "{{ automation.name | upper }}"}',
        })
    target.answers = [(503, {}), (200, {})]
    calls.publish(word, 'shop."17"')
    first, second = target.wait(2)
    assert (first.method, first.path, first.fields["x-secret"]) == ("PUT", "/hook?a=b", "s")
    assert first.json == {"order": 'shop."17"', "by": "A"}
    assert first.fields["content-type"] == "application/json"
    assert first.fields["idempotency-key"] == second.fields["idempotency-key"]
    [executed] = calls.wait(automation, "executed", 1)
    payload = executed["payload"]
    assert (payload["status_code"], payload["response_body"]) == (200, "welldone")
    assert payload["action_type"] == "call-webhook" and payload["invocation"] == first.fields["idempotency-key"]
    assert "set-cookie" not in payload["response_headers"] and "content-length" in payload["response_headers"]
    assert target.url not in json.dumps(executed), "the address may be a secret"
    roles = {thing["role"]: thing["id"] for thing in executed["related"]}
    [triggered] = calls.told(automation, "automation.triggered")
    assert roles["block"] == f"martlet.block-document.{hook}"
    assert roles["block-type"] == "martlet.block-type.webhook"
    assert roles["automation-triggered-event"] == f"martlet.event.{triggered['id']}"
    assert roles["triggering-event"] == triggered["related"][0]["id"]
    labels = executed["resource"]["labels"]
    assert (labels["prefect.trigger-type"], labels["prefect.posture"]) == ("event", "Reactive")
    assert calls.told(automation, "failed") == []
    # As Prefect's clients see it.
    asked = {"filter": {"event": {"name": ["prefect.automation.action.executed"]},
                        "resource": {"id": [f"prefect.automation.{automation}"]},
                        "occurred": {"since": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"}}}
    [seen] = prefect(open_server, "POST", "/events/filter", asked)[1]["events"]
    ids = {thing["prefect.resource.id"] for thing in seen["related"]}
    assert {f"prefect.block-document.{hook}", f"prefect.event.{triggered['id']}"} <= ids


def test_what_an_answer_refuses_is_not_asked_again(open_server, calls, word, target):
    hook = block(open_server, "webhook", word, url=target.url, method="GET")
    automation = calls.create(
        {"posture": "Reactive", "expect": [word]}, {"type": "call-webhook", "block_document_id": hook})
    target.answers = [(404, {}), (302, {"location": f"{target.url}/elsewhere"})]
    calls.publish(word, "x")
    [failed] = calls.wait(automation, "failed", 1)
    assert failed["payload"]["status_code"] == 404 and "404" in failed["payload"]["reason"]
    calls.publish(word, "x")
    failed = calls.wait(automation, "failed", 2)[1]
    assert failed["payload"]["status_code"] == 302
    assert [asked.path for asked in target.asked] == ["/", "/"]


def test_others_are_told(open_server, calls, word, target):
    blocks = [
        block(open_server, "slack-webhook", word, url=f"{target.url}/slack"),
        block(
            open_server, "mattermost-webhook", word, hostname="localhost", port=target.port, token="tok",
            channels=["a", "b"]),
        block(
            open_server, "custom-webhook", word, name="n", url=f"{target.url}/custom",
            json_data={"text": "{{subject}}: {{body}}", "key": "{{token}}"}, secrets={"token": "s"}),
    ]
    body = (
        "{{ flow.name }}/{{ flow_run.name }} of {{ flow_run.parameters.order }} is {{ flow_run.state.name }} "
        "({{ flow_run.tags | join('+') }}): {{ flow_run|ui_url }}")
    automation = calls.create(
        {"posture": "Reactive", "expect": ["prefect.flow-run.Scheduled"], "match": {"name": f"{word}*"}},
        *[{"type": "send-notification", "block_document_id": id, "subject": "{{ event.event }}", "body": body}
          for id in blocks])
    run = {
        "kind": "RUN_KIND_FLOW", "definition": "orders", "name": f"{word}-<1>", "tags": ["a", "b"],
        "parameters": {"order": 17}}
    id = calls("RunService/CreateRun", run=run)["run"]["id"]
    asked = {(one.path, one.json.get("channel")): one.json for one in target.wait(4)}
    calls.wait(automation, "executed", 3)
    said = f"orders/{word}-<1> of 17 is Scheduled (a+b): https://ui.example.com/prefect/runs/flow-run/{id}"
    assert asked["/custom", None] == {"text": f"prefect.flow-run.Scheduled: {said}", "key": "s"}
    escaped = said.replace("<", "&lt;").replace(">", "&gt;")
    assert asked["/slack", None] == {"text": f"*prefect.flow-run.Scheduled*\n{escaped}"}
    for channel in "ab":
        assert asked["/hooks/tok", channel]["text"] == f"**prefect.flow-run.Scheduled**\n{said}"


def test_addresses_that_are_not_public_are_refused(calm_server, word, target):
    calls = Automations(calm_server)
    places = ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0.0.0.0"]
    hooks = [
        block(calm_server, "webhook", f"{word}-{number}", url=f"http://{place}:{target.port}/")
        for number, place in enumerate(places)
    ]
    hooks.append(block(calm_server, "webhook", f"{word}-metadata", url="http://169.254.169.254/latest/meta-data"))
    automation = calls.create(
        {"posture": "Reactive", "expect": [word]},
        *[{"type": "call-webhook", "block_document_id": id} for id in hooks])
    calls.publish(word, "x")
    failed = calls.wait(automation, "failed", len(hooks))
    assert all("not public" in event["payload"]["reason"] for event in failed), failed
    assert target.asked == []


def test_a_block_may_keep_to_public_addresses(open_server, calls, word, target):
    hook = block(open_server, "webhook", word, url=target.url, allow_private_urls=False)
    automation = calls.create(
        {"posture": "Reactive", "expect": [word]}, {"type": "call-webhook", "block_document_id": hook},
        {"type": "send-notification", "block_document_id": hook, "body": "x"},
        {"type": "call-webhook", "block_document_id": str(uuid.uuid4())})
    calls.publish(word, "x")
    failed = calls.wait(automation, "failed", 3)
    reasons = {event["payload"]["action_index"]: event["payload"]["reason"] for event in failed}
    assert "its block does not allow" in reasons[0]
    assert "slack-webhook" in reasons[1], "the types that can be told by are named"
    assert "block" in reasons[2]
    assert target.asked == []


def test_a_certificate_must_be_good(open_server, calls, word, tmp_path):
    authority = Authority(tmp_path)
    authority.issue("target", "DNS:localhost,IP:127.0.0.1")
    target = Target((authority.certificate("target"), authority.key("target")))
    try:
        data = {"posture": "Reactive", "expect": [word]}
        for verify in (True, False):
            url = f"{target.url}/{verify}"
            hook = block(open_server, "webhook", f"{word}-{verify}".lower(), url=url, verify=verify)
            automation = calls.create(data, {"type": "call-webhook", "block_document_id": hook})
        calls.publish(word, "x")
        calls.wait(automation, "executed", 1)
        assert [asked.path for asked in target.asked] == ["/False"]
    finally:
        target.close()


def test_who_does_not_answer_holds_up_nobody(open_server, calls, word, target):
    target.free.clear()
    hook = block(open_server, "webhook", word, url=target.url)
    event = {"posture": "Reactive", "expect": [word]}
    slow = calls.create(event, {"type": "call-webhook", "block_document_id": hook})
    calls.publish(word, "x")
    target.wait(1)
    quick = calls.create(event)
    calls.publish(word, "y")
    calls.wait(quick, "executed", 1)
    assert calls.told(slow, "executed") == [], "it still waits"
    target.free.set()
    calls.wait(slow, "executed", 2)


def test_actions_on_trigger_see_the_firing(calls, word):
    target = calls("DeploymentService/CreateDeployment", deployment={
        "flow": word, "name": "d", "spec": {"shell": "true"}})["deployment"]["id"]
    automation = calls.create(
        {"posture": "Reactive", "expect": [word]}, {"type": "do-nothing"},
        actions_on_trigger=[
            {"type": "run-deployment", "deployment_id": target,
             "parameters": {"of": "{{ event.event }}", "id": "{{ event.id }}", "name": "{{ event.resource.name }}"}},
            {"type": "pause-automation", "source": "inferred"}],
        actions_on_resolve=[{"type": "do-nothing"}])
    calls.publish(word, "x")
    assert len(calls.wait(automation, "executed", 3)) == 3
    [triggered] = calls.told(automation, "automation.triggered")
    [run] = calls("RunService/ListRuns", filter=f'definition = "{word}"')["runs"]
    parameters = calls("RunService/GetRun", id=run["id"])["run"]["parameters"]
    assert parameters == {"of": "prefect.automation.triggered", "id": triggered["id"], "name": "a"}
    assert calls("AutomationService/GetAutomation", id=automation)["automation"]["paused"]


def test_a_trial_says_what_would_have_been_done(calls, word):
    for number in range(5):
        calls.publish(f"{word}.placed", f"shop.{number % 2}")
    calls.publish(f"{word}.other", "shop.0")
    automation = {
        "trigger": {
            "posture": "Reactive", "expect": [f"{word}.placed"], "threshold": 2, "within": 3600, "for_each": ["id"]},
        "actions": [{"type": "send-notification", "block_document_id": str(uuid.uuid4()), "body": "{{ labels.id }}"}],
    }
    tried = calls("AutomationService/TestAutomation", automation=automation, window="600s")
    assert tried["firingCount"] == "2" and int(tried["eventCount"]) >= 6
    assert [firing["labels"]["id"] for firing in tried["firings"]] == ["shop.0", "shop.1"]
    assert [firing["actions"][0]["body"] for firing in tried["firings"]] == ["shop.0", "shop.1"]
    assert all(firing["event"] == f"{word}.placed" and firing["eventId"] for firing in tried["firings"])
    # Nothing was done, and nothing is there.
    missing = {"posture": "Proactive", "after": [f"{word}.other"], "expect": [f"{word}.shipped"], "within": 3600}
    automation["trigger"] = missing
    assert calls("AutomationService/TestAutomation", automation=automation).get("firings", []) == []
    assert "firings" not in calls("AutomationService/TestAutomation", automation=automation, window="0.001s")
    assert calls("AutomationService/CountAutomations", filter={"names": [word]}) in ({}, {"count": "0"})


def test_a_trial_reads_what_texts_name(calls, word):
    target = calls("DeploymentService/CreateDeployment", deployment={
        "flow": word, "name": "d", "spec": {"shell": "true", "tags": ["t"]}})["deployment"]["id"]
    run = {"kind": "RUN_KIND_FLOW", "parameters": {"x": [1]}}
    id = calls("RunService/CreateRun", run=run, deployment=target)["run"]["id"]
    text = "{{ flow_run.parameters | tojson }} {{ deployment.name }} {{ deployment.tags[0] }} {{ flow_run.deployment_id }}"
    tried = calls("AutomationService/TestAutomation", automation={
        "trigger": {"posture": "Reactive", "expect": ["martlet.flow-run.*"], "match": {"id": f"martlet.flow-run.{id}"}},
        "actions": [{"type": "change-flow-run-state", "state": "CANCELLED", "message": text}]})
    assert tried["firings"][0]["actions"][0]["message"] == f'{{"x":[1]}} d t {target}'
    assert calls("RunService/GetRun", id=id)["run"]["state"]["type"] == "STATE_TYPE_SCHEDULED"


def test_from_the_command_line(open_server, calls, word, tmp_path):
    def martlet(*words: str, fails: bool = False) -> str:
        done = subprocess.run(
            [str(BINARY), *words], text=True, capture_output=True, timeout=60,
            env={**os.environ, "MARTLET_API_URL": open_server.url, "HOME": str(tmp_path), "COLUMNS": "200"})
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    file = tmp_path / "automations.yaml"
    file.write_text(f"""
        name: {word}
        tags: [{word}]
        enabled: false
        trigger: {{posture: Reactive, expect: [{word}.placed], within: 60}}
        actions: [{{type: do-nothing}}]
        """)
    calls.publish(f"{word}.placed", "shop.1")
    assert "fired 1 times" in martlet("automation", "test", "-f", str(file))
    assert "Created" in martlet("automation", "create", "-f", str(file))
    assert word in martlet("automation", "ls", "--tag", word) and "paused" in martlet("automations", "list", "--tag", word)
    shown = json.loads(martlet("automation", "inspect", word, "-o", "json"))["automation"]
    assert shown["paused"] and shown["trigger"]["within"] == 60
    assert "Resumed" in martlet("automation", "resume", "--id", shown["id"])
    assert "Paused" in martlet("automation", "pause", word)
    file.write_text(file.read_text().replace("do-nothing", "dance"))
    assert "no action" in martlet("automation", "update", word, "-f", str(file), fails=True)
    file.write_text(file.read_text().replace("enabled", "enable"))
    assert "no field" in martlet("automation", "create", "-f", str(file), fails=True)
    assert "fired 1 times" in martlet("automation", "test", word)
    martlet("automation", "delete", word)
    assert "no automation" in martlet("automation", "get", word, fails=True)


def test_prefects_filters(open_server, calls, word):
    event = {"posture": "Reactive", "expect": [word]}
    for name, tags in (("red", ["red", "big"]), ("blue", ["blue"]), ("plain", [])):
        calls.create(event, name=f"{word}-{name}", tags=[f"{word}-{tag}" for tag in tags], description=name)

    def found(**criteria):
        status, automations = prefect(open_server, "POST", "/automations/filter", {"automations": criteria})
        assert status == 200, automations
        count = prefect(open_server, "POST", "/automations/count", {"automations": criteria})
        assert count == (200, len(automations))
        names = [one["description"] for one in automations if one["name"].startswith(word)]
        return automations, sorted(names)

    def tags(*names):
        return [f"{word}-{name}" for name in names]

    assert found(tags={"any_": tags("red", "blue", "green")})[1] == ["blue", "red"]
    assert found(tags={"all_": tags("red", "big")})[1] == ["red"]
    assert found(tags={"any_": []})[1] == []
    assert found(tags={"operator": "or_", "any_": tags("blue"), "all_": tags("red", "big")})[1] == ["blue", "red"]
    assert found(tags={"operator": "and_", "any_": tags("blue"), "all_": tags("red", "big")})[1] == []
    both = {"name": {"any_": tags("plain")}, "tags": {"any_": tags("red")}}
    assert found(**both)[1] == [] and found(operator="or_", **both)[1] == ["plain", "red"]
    [red] = [one for one in found(tags={"any_": tags("red")})[0]]
    assert found(created={"before_": red["created"]}, tags={"any_": tags("red", "blue")})[1] == ["red"]
    assert found(created={"before_": "2020-01-01T00:00:00Z"})[1] == []
