"""What a Prefect server keeps in Postgres is here after `martlet import prefect`, and shown as Prefect showed it."""

from __future__ import annotations

import contextlib
import datetime
import http.client
import http.server
import json
import subprocess
import threading
import time
import uuid

import pytest

from martlet_process import BINARY, Connection
from prefect_process import Prefect, needs_prefect
from prefect_server import PrefectServer

pytestmark = needs_prefect

FLOWS = """
import json
from typing import Optional
from pydantic import SecretStr
from prefect import flow, get_run_logger, tags, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.blocks.core import Block
from prefect.blocks.system import Secret
from prefect.events import emit_event
from prefect.variables import Variable

class Login(Block):
    _block_type_name = "Imported Login"
    user: str
    password: SecretStr

class Store(Block):
    _block_type_name = "Imported Store"
    place: str
    login: Login
    extra: Optional[dict] = None

tries = []

@task(retries=2, retry_delay_seconds=0.1, tags=["shaky"])
def shaky(n):
    tries.append(n)
    if len(tries) < 2:
        raise ValueError("not yet")
    get_run_logger().warning("said by the task")
    return n

@task
def double(n):
    return 2 * n

@task(persist_result=True)
def kept(n):
    return {"n": n}

@flow(name="inner")
def inner(n: int):
    return double(n)

@flow(name="outer", retries=1, version="7")
def outer(n: int = 3, note: str = "ü \\u2603"):
    get_run_logger().info("said by the flow")
    first = shaky(n)
    doubled = double.map([first, 2, 3])
    kept(1)
    create_markdown_artifact("# words", key="words", description="a report")
    create_table_artifact([{"a": 1}], key="rows")
    emit_event(event="shop.order.placed", resource={"prefect.resource.id": "shop.order.1"}, payload={"n": n})
    return inner(first) + sum(one.result() for one in doubled)

@flow(name="broken")
def broken():
    raise RuntimeError("broken on purpose")

with tags("nightly", "e2e"):
    outer()
broken(return_state=True)
Secret(value="hunter2").save("one")
login = Login(user="u", password="hunter3")
login.save("ada")
Store(place="here", login=login, extra={"a": 1}).save("shelf")
Store(place="there", login=Login(user="v", password="hunter4")).save("own")
Variable.set("where", {"a": [1, "ü"]}, tags=["t"])
Variable.set("nothing", "none")
print(json.dumps({}))
"""


def cli(server, *words: str, code: int = 0) -> str:
    done = subprocess.run(
        [BINARY, *words, "--server", server.url], capture_output=True, text=True, timeout=120)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def post(client: Prefect, path: str, body: object) -> object:
    status, answer = client.request("POST", path, body)
    assert status in (200, 201), (path, status, answer)
    return answer


def set_up(client: Prefect) -> dict:
    """What people set up, beside what the flows made."""
    client.run(FLOWS)
    flow = client.get("/flows/name/outer")["id"]
    post(client, "/work_pools/", {
        "name": "boats", "type": "process", "concurrency_limit": 3, "description": "for sails",
        "storage_configuration": {"bundle_upload_step": {"prefect_aws.upload": {"bucket": "sails"}}},
        "base_job_template": {"job_configuration": {"command": "{{ command }}"},
                              "variables": {"properties": {"command": {"type": "string", "default": "x"}},
                                            "type": "object"}}})
    post(client, "/work_pools/boats/queues", {"name": "fast", "priority": 1, "concurrency_limit": 2})
    post(client, "/v2/concurrency_limits/", {"name": "database", "limit": 4, "slot_decay_per_second": 0.5})
    post(client, "/concurrency_limits/", {"tag": "shaky", "concurrency_limit": 9})
    deployment = post(client, "/deployments/", {
        "name": "nightly", "flow_id": flow, "work_pool_name": "boats", "work_queue_name": "fast",
        "entrypoint": "flows.py:outer", "path": "/opt/flows", "parameters": {"n": 5}, "tags": ["n"],
        "description": "Nightly.", "version": "2", "concurrency_limit": 2, "enforce_parameter_schema": False,
        "concurrency_options": {"collision_strategy": "CANCEL_NEW"}, "job_variables": {"command": "y"},
        "pull_steps": [{"prefect.deployments.steps.set_working_directory": {"directory": "/opt"}}],
        "schedules": [
            {"schedule": {"cron": "0 3 * * *", "timezone": "Europe/Berlin"}, "slug": "night", "active": True,
             "parameters": {"n": 6}},
            {"schedule": {"interval": 20, "anchor_date": "2026-01-01T00:00:00Z"}, "active": True},
            {"schedule": {"rrule": "FREQ=WEEKLY;BYDAY=MO"}, "slug": "weekly", "active": False},
        ]})
    automation = post(client, "/automations/", {
        "name": "after outer", "enabled": True, "tags": ["a"],
        "trigger": {"type": "event", "posture": "Reactive", "expect": ["prefect.flow-run.Failed"], "threshold": 1,
                    "within": 0, "match": {}, "match_related": {
                        "prefect.resource.role": "deployment",
                        "prefect.resource.id": f"prefect.deployment.{deployment['id']}"}},
        "actions": [{"type": "run-deployment", "source": "selected", "deployment_id": deployment["id"],
                     "parameters": {"n": 1}}]})
    both = post(client, "/automations/", composite(deployment["id"]))
    return {"flow": flow, "deployment": deployment["id"], "automation": automation["id"], "composite": both["id"]}


def composite(deployment: str) -> dict:
    """An automation that waits for an order, and for a bill and a payment one after the other."""

    def event(name: str) -> dict:
        return {"type": "event", "posture": "Reactive", "expect": [name], "threshold": 1, "within": 0,
                "match": {"prefect.resource.id": "shop.*"}}

    return {
        "name": "ordered and paid", "enabled": True,
        "trigger": {"type": "compound", "require": "all", "within": 3600, "triggers": [
            event("shop.imported.order"),
            {"type": "sequence", "within": 600, "triggers": [event("shop.imported.bill"), event("shop.imported.payment")]},
            {"type": "compound", "require": 1, "within": None, "triggers": [
                event("shop.imported.order"),
                {**event("shop.imported.never"), "match": {
                    "prefect.resource.id": f"prefect.deployment.{deployment}"}}]}]},
        "actions": [{"type": "do-nothing"}]}


def pages(client: Prefect, path: str, body: dict | None = None) -> list[dict]:
    found: list[dict] = []
    while True:
        page = post(client, path, {**(body or {}), "limit": 200, "offset": len(found)})
        found += page
        if len(page) < 200:
            return found


def bare(value):
    """A value without members that are null: Martlet leaves them out."""
    if isinstance(value, dict):
        return {name: bare(one) for name, one in value.items() if one is not None}
    return value


def moment(text: str | None) -> datetime.datetime | None:
    return None if text is None else datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def story(client: Prefect, kind: str, run: dict) -> list[tuple]:
    """All that happened to a run."""
    states = client.get(f"/{kind}_run_states/?{kind}_run_id={run['id']}")
    return sorted(
        (moment(one["timestamp"]), one["id"], one["type"], one["name"], one.get("message") or "") for one in states)


RUN_FIELDS = ("name", "state_type", "state_name", "run_count", "tags", "total_run_time")
RUN_TIMES = ("created", "expected_start_time", "start_time", "end_time")
FLOW_RUN_FIELDS = ("parameters", "flow_version", "parent_task_run_id", "idempotency_key")
TASK_RUN_FIELDS = ("task_key", "dynamic_key", "flow_run_id", "task_inputs")


def summary(run: dict, more: tuple[str, ...]) -> dict:
    fields = {name: run.get(name) for name in RUN_FIELDS + more}
    fields["tags"] = sorted(run["tags"])
    fields["total_run_time"] = round(run["total_run_time"], 6)
    if "task_inputs" in fields:
        # Martlet keeps the runs that are inputs, not constants and parameters.
        fields["task_inputs"] = {
            name: ids for name, values in run["task_inputs"].items()
            if (ids := [one["id"] for one in values if one["input_type"] == "task_run"])}
    return {**fields, **{name: moment(run.get(name)) for name in RUN_TIMES}}


@pytest.fixture
def martlet(new_server):
    return new_server(options=("--prefect-api", "on")).start()


@pytest.fixture
def source(martlet, tmp_path):
    server = PrefectServer(martlet, tmp_path).start()
    yield server
    server.stop()


def ended(client: Prefect, path: str) -> dict[str, dict]:
    final = ("COMPLETED", "FAILED", "CANCELLED", "CRASHED")
    return {run["id"]: run for run in pages(client, path) if run["state_type"] in final}


def wait_until(condition, what: str, timeout: float = 60):
    end = time.monotonic() + timeout
    while not (found := condition()):
        assert time.monotonic() < end, what
        time.sleep(0.2)
    return found


def test_everything_comes_over(martlet, source, tmp_path):
    there, here = source.client, Prefect(martlet.port, tmp_path / "here")
    made = set_up(there)
    # The server there writes what it is told about tasks a little later.
    wait_until(
        lambda: len(ended(there, "/task_runs/filter")) >= 7
        and any(one["event"] == "shop.order.placed" for one in post(there, "/events/filter", {})["events"]),
        "the task runs there")
    plan = cli(martlet, "import", "prefect", "--from", source.url, "--plan")
    assert "2 schedules are active there" in plan and "task runs stand for subflows" in plan
    assert Connection(martlet.port).call("FlowService/ListFlows", {}) == {}, "a plan changes nothing"

    said = cli(
        martlet, "import", "prefect", "--from", source.url, "--only", "blocks", "--encryption-key",
        "BAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", code=1)
    assert "one, block: cannot be decrypted with the key of --encryption-key" in said and "hunter" not in said

    words = ("import", "prefect", "--from", source.url, "--with-logs", "--with-events")
    said = cli(martlet, *words)
    assert "refused" not in said and "different" not in said, said
    check_runs(there, here, Connection(martlet.port))
    check_settings(there, here, made)
    check_composite(there, here, made)

    def counted(text: str) -> list[str]:
        # Events go on there.
        return [line for line in text.splitlines() if not line.startswith("event ")]

    assert counted(cli(martlet, *words)) == counted(said), "a repeat changes nothing"


def check_runs(there: Prefect, here: Prefect, martlet: Connection) -> None:
    flows, moved = ended(there, "/flow_runs/filter"), ended(here, "/flow_runs/filter")
    assert len(flows) == 3 and flows.keys() == moved.keys()
    for id, run in flows.items():
        assert summary(run, FLOW_RUN_FIELDS) == summary(moved[id], FLOW_RUN_FIELDS)
        assert story(there, "flow", run) == story(here, "flow", moved[id])
    tasks = ended(there, "/task_runs/filter")
    moved_tasks = ended(here, "/task_runs/filter")
    tracking = {run.get("parent_task_run_id") for run in flows.values()} - {None}
    assert len(tracking) == 1 and tasks.keys() - tracking == moved_tasks.keys() - tracking
    for id in tasks.keys() - tracking:
        assert summary(tasks[id], TASK_RUN_FIELDS) == summary(moved_tasks[id], TASK_RUN_FIELDS)
        assert story(there, "task", tasks[id]) == story(here, "task", moved_tasks[id])
        assert tasks[id]["state"].get("data") == moved_tasks[id]["state"].get("data")
    for id in tracking:
        assert here.get(f"/task_runs/{id}")["state_type"] == tasks[id]["state_type"]
    for id in tracking & moved_tasks.keys():
        assert moved_tasks[id]["state_type"] == tasks[id]["state_type"]
        assert moved_tasks[id].get("flow_run_id") == tasks[id]["flow_run_id"]

    lines: dict[str, list[tuple]] = {}
    for one in pages(there, "/logs/filter"):
        run = one["task_run_id"] or one["flow_run_id"]
        lines.setdefault(run, []).append((moment(one["timestamp"]), one["name"], one["message"]))
    assert any("said by the task" in line for found in lines.values() for line in found)
    assert any("said by the flow" in line for found in lines.values() for line in found)
    for run, found in lines.items():
        answer = martlet.call("LogService/ListLogs", {"runId": run, "pageSize": 1000})
        assert sorted(found) == sorted(
            (moment(one["time"]), one.get("logger", ""), one["message"]) for one in answer.get("entries", []))

    def artifacts(client):
        return {one["id"]: {name: one.get(name) for name in ("key", "type", "data", "description", "flow_run_id", "created")}
                for one in pages(client, "/artifacts/filter") if one.get("key")}

    assert len(artifacts(there)) == 2
    for id, one in artifacts(there).items():
        other = artifacts(here)[id]
        assert moment(one.pop("created")) == moment(other.pop("created"))
        if one["type"] == "table":
            one["data"], other["data"] = json.loads(one["data"]), json.loads(other["data"])
        assert one == other

    def placed(client):
        return [{name: one[name] for name in ("id", "event", "payload", "resource")}
                for one in post(client, "/events/filter", {"filter": {"event": {"name": ["shop.order.placed"]}}})["events"]]

    assert placed(there) == placed(here) != []


def check_settings(there: Prefect, here: Prefect, made: dict) -> None:
    for slug, name in (("secret", "one"), ("imported-login", "ada"), ("imported-store", "shelf"), ("imported-store", "own")):
        path = f"/block_types/slug/{slug}/block_documents/name/{name}?include_secrets=true"
        old, new = there.get(path), here.get(path)
        assert (old["id"], old["data"], old["is_anonymous"]) == (new["id"], new["data"], new["is_anonymous"])
        assert old["block_schema"]["checksum"] == new["block_schema"]["checksum"]
        assert old["block_schema"]["fields"] == new["block_schema"]["fields"]
        assert "hunter" not in json.dumps(here.get(path.split("?")[0])["data"])
    for name in ("where", "nothing"):
        old, new = there.get(f"/variables/name/{name}"), here.get(f"/variables/name/{name}")
        assert (old["value"], old["tags"]) == (new["value"], new["tags"])
    for field in ("type", "description", "base_job_template", "concurrency_limit", "is_paused", "storage_configuration"):
        assert there.get("/work_pools/boats").get(field) == here.get("/work_pools/boats").get(field)
    old, new = (client.get("/work_pools/boats/queues/fast") for client in (there, here))
    assert all(old[name] == new[name] for name in ("priority", "concurrency_limit", "is_paused"))
    old, new = (client.get("/v2/concurrency_limits/database") for client in (there, here))
    assert all(old[name] == new[name] for name in ("limit", "active", "slot_decay_per_second"))
    old, new = (client.get("/concurrency_limits/tag/shaky") for client in (there, here))
    assert old["concurrency_limit"] == new["concurrency_limit"]
    old, new = (client.get("/deployments/name/outer/nightly") for client in (there, here))
    for field in ("name", "version", "description", "paused", "parameters", "tags", "work_pool_name", "work_queue_name",
                  "path", "entrypoint", "pull_steps", "job_variables", "concurrency_options", "enforce_parameter_schema"):
        assert bare(old.get(field)) == bare(new.get(field)), field
    assert new["global_concurrency_limit"]["limit"] == old["global_concurrency_limit"]["limit"] == 2
    assert len(new["schedules"]) == 3 and not any(one["active"] for one in new["schedules"])

    def rules(deployment):
        # Intervals are written with more or fewer zeros.
        return sorted(
            (one["schedule"].get("cron", ""), one["schedule"].get("interval", 0), one["schedule"].get("rrule", ""),
             json.dumps(one["parameters"])) for one in deployment["schedules"])

    assert rules(old) == rules(new)
    automation = here.get(f"/automations/{made['automation']}")
    assert automation["name"] == "after outer" and automation["enabled"] is False
    assert automation["actions"][0]["deployment_id"] == new["id"] != old["id"]
    assert automation["trigger"]["match_related"]["prefect.resource.id"] == f"prefect.deployment.{new['id']}"


def check_composite(there: Prefect, here: Prefect, made: dict) -> None:
    path = f"/automations/{made['composite']}"
    old, new = there.get(path), here.get(path)
    assert (old["enabled"], new["enabled"]) == (True, False)
    deployment = here.get("/deployments/name/outer/nightly")["id"]
    assert new["trigger"] == json.loads(json.dumps(old["trigger"]).replace(made["deployment"], deployment))
    status, answer = here.request("PATCH", path, {"enabled": True})
    assert status == 204, answer

    def tell(*names: str) -> None:
        for name in names:
            now = datetime.datetime.now(datetime.timezone.utc).isoformat()
            status, answer = here.request("POST", "/events", [
                {"id": str(uuid.uuid4()), "occurred": now, "event": name, "payload": {}, "related": [],
                 "resource": {"prefect.resource.id": "shop.imported.1"}}])
            assert status == 204, answer

    def fired() -> list:
        wanted = {"filter": {"event": {"name": ["prefect.automation.triggered"]},
                             "resource": {"id": [f"prefect.automation.{made['composite']}"]}}}
        return post(here, "/events/filter", wanted)["events"]

    tell("shop.imported.payment", "shop.imported.order", "shop.imported.bill")
    assert not fired()
    tell("shop.imported.payment")
    wait_until(fired, "the automation that came over")
    status, answer = here.request("PATCH", path, {"enabled": False})
    assert status == 204, answer


def test_what_is_not_known_is_refused(martlet, source):
    base = ("import", "prefect", "--from", source.url)
    source.execute("UPDATE alembic_version SET version_num = 'f00'")
    said = cli(martlet, *base, "--plan", code=1)
    assert "f00" in said and "91e2b8f3d6a4 (Prefect 3.9.1)" in said
    source.execute("DROP TABLE alembic_version")
    assert "is no database of a Prefect server" in cli(martlet, *base, "--plan", code=1)
    absent = source.url.replace("/prefect?", "/absent?")
    assert "does not exist" in cli(martlet, "import", "prefect", "--from", absent, "--plan", code=5)
    for words in (("--cutover",), ("--prefect-api", "http://x/api"), ("--since", "x"), ("--only", "x")):
        cli(martlet, *base, *words, code=2)


@contextlib.contextmanager
def losing_answers(port: int):
    """An address that hands requests on, and gives no answer to changes."""

    class Forwarder(http.server.BaseHTTPRequestHandler):
        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request(self.command, self.path, body, {"content-type": "application/json"})
            response = connection.getresponse()
            answer = response.read()
            if self.command == "PATCH":
                self.close_connection = True
                return
            self.send_response(response.status)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PATCH = forward

        def log_message(self, *words) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Forwarder)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api"
    server.shutdown()
    server.server_close()


def test_the_cutover_loses_and_doubles_no_tick(martlet, source, tmp_path):
    there, here = source.client, Prefect(martlet.port, tmp_path / "here")
    flow = post(there, "/flows/", {"name": "clock"})["id"]
    post(there, "/work_pools/", {"name": "boats", "type": "process"})
    made = post(there, "/deployments/", {
        "name": "ticks", "flow_id": flow, "work_pool_name": "boats", "entrypoint": "flows.py:clock",
        "parameters": {"a": 1}, "schedules": [
            {"schedule": {"interval": 20, "anchor_date": "2026-01-01T00:00:00Z"}, "parameters": {"b": 2}},
            {"schedule": {"interval": 3600}, "active": False, "slug": "idle"}]})
    automation = post(there, "/automations/", {
        "name": "idle", "actions": [{"type": "do-nothing"}],
        "trigger": {"type": "event", "posture": "Reactive", "expect": ["x"], "threshold": 1, "within": 0}})["id"]

    def ticks(client):
        return [moment(run["expected_start_time"]) for run in pages(client, "/flow_runs/filter")]

    wait_until(lambda: len(ticks(there)) >= 10, "runs ahead there")
    base = ("import", "prefect", "--from", source.url, "--cutover", "--prefect-api")
    # The answer to the pause is lost: it was paused there, and has not begun here.
    with losing_answers(source.port) as address:
        cli(martlet, *base, address, code=5)
    assert [one["active"] for one in there.get(f"/deployments/{made['id']}/schedules")] == [False, False]
    assert not any(one["active"] for one in here.get("/deployments/name/clock/ticks")["schedules"])
    words = (*base, there.api)
    said = cli(martlet, *words)
    assert "Moved: 1 schedules" in said and "1 automations" in said
    assert [one["active"] for one in there.get(f"/deployments/{made['id']}/schedules")] == [False, False]
    assert {"b": 2} in [one["parameters"] for one in there.get(f"/deployments/{made['id']}/schedules")]
    assert there.get(f"/automations/{automation}")["enabled"] is False
    assert here.get(f"/automations/{automation}")["enabled"] is True
    moved = here.get("/deployments/name/clock/ticks")
    assert sorted((one["slug"] == "idle", one["active"]) for one in moved["schedules"]) == [(False, True), (True, False)]
    left = ticks(there)
    # Those that were made one by one, and those that the schedule makes here.
    found = wait_until(
        lambda: (all_ := ticks(here)) and max(all_) > moment(moved["created"]) + datetime.timedelta(seconds=90) and all_,
        "runs ahead here")
    all_ticks = sorted(left + found)
    gaps = {later - earlier for earlier, later in zip(all_ticks, all_ticks[1:])}
    assert gaps == {datetime.timedelta(seconds=20)}, (left, found)
    assert all(run["parameters"] == {"a": 1, "b": 2} for run in pages(here, "/flow_runs/filter"))
    before = len(ticks(here))
    again = cli(martlet, *words, code=1)
    assert "Moved: 0 schedules, 0 runs that were due meanwhile, 0 automations." in again
    assert len(ticks(here)) <= before + 1
