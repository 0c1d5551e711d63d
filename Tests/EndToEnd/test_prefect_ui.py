"""Prefect's own web pages, of its release and not a byte changed, on Martlet: what they ask for is answered, and what is done
on them is done."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path

import pytest

from chromium import Chromium, needs_chromium
from conftest import short_directory
from martlet_process import Server
from prefect_process import PYTHON, Prefect, last_json, needs_prefect

pytestmark = [needs_prefect, needs_chromium]

SEED = """
import json
from prefect import flow, get_run_logger, task
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.blocks.system import Secret
from prefect.runtime import flow_run
from prefect.variables import Variable

@task(tags=["ui"])
def load(n):
    get_run_logger().info("loading %s", n)
    return n

@flow(name="ui-child")
def child():
    return load(9)

@flow(name="ui-shop", log_prints=True)
def shop(orders: int = 2):
    print("a line of the shop")
    load.map(range(orders)).wait()
    child()
    create_markdown_artifact(key="report", markdown="# Hello")
    create_table_artifact(key="sales", table=[{"a": 1}])
    create_link_artifact(key="home", link="https://example.com")
    return str(flow_run.get_id())

@flow(name="ui-failing")
def failing():
    raise ValueError("on purpose")

run = shop()
failing(return_state=True)
Secret(value="hidden").save("ui-secret")
Variable.set("ui_variable", {"a": 1})
print(json.dumps({"run": run}))
"""


@pytest.fixture(scope="module")
def place():
    with short_directory() as directory:
        yield directory


@pytest.fixture(scope="module")
def served(place):
    """A server with the pages, and with something to show on them."""
    [release] = Path(PYTHON).parent.parent.glob("lib/python3*/site-packages/prefect/server")
    server = Server(place, options=("--prefect-ui", str(release))).start()
    prefect = Prefect(server.port, place / "home")
    run = last_json(prefect.run(SEED))["run"]
    flow = prefect.get(f"/flow_runs/{run}")["flow_id"]
    assert prefect.request("POST", "/work_pools/", {"name": "ui-pool", "type": "process"})[0] == 201
    status, deployment = prefect.request("POST", "/deployments/", {
        "name": "nightly", "flow_id": flow, "work_pool_name": "ui-pool", "entrypoint": "flows.py:shop",
        "parameters": {"orders": 1}, "schedules": [{"schedule": {"cron": "0 3 * * *"}}],
        "parameter_openapi_schema": {"type": "object", "properties": {"orders": {"type": "integer"}}}})
    assert status == 201, deployment
    assert prefect.request("POST", "/v2/concurrency_limits/", {"name": "ui-limit", "limit": 3})[0] == 201
    assert prefect.request("POST", "/automations/", {
        "name": "ui-automation", "trigger": {
            "type": "event", "posture": "Reactive", "expect": ["prefect.flow-run.Failed"], "threshold": 1, "within": 0},
        "actions": [{"type": "cancel-flow-run"}]})[0] == 201
    yield {"server": server, "prefect": prefect, "run": run, "flow": flow, "deployment": deployment["id"]}
    server.stop()


@pytest.fixture
def browser(served):
    browser = Chromium(f"127.0.0.1:{served['server'].port}")
    yield browser
    browser.close()


def test_the_pages_are_served(served):
    url = served["server"].url
    with urllib.request.urlopen(urllib.request.Request(url + "/prefect", headers={"accept": "text/html"})) as response:
        page = response.read().decode()
        assert response.url == url + "/prefect/v2/" and "PLACEHOLDER" not in page and '"/prefect/v2/assets/' in page
    older = urllib.request.Request(
        url + "/prefect/", headers={"accept": "text/html", "cookie": "a=b; prefect_ui_version=v1"})
    with urllib.request.urlopen(older) as response:
        assert '"/prefect/assets/' in response.read().decode()
    with urllib.request.urlopen(url + "/prefect/ui-settings") as response:
        settings = json.load(response)
    assert settings["api_url"] == "/api" and not settings["csrf_enabled"]
    assert served["prefect"].get("/admin/settings")["server"]["analytics_enabled"] is False


PAGES = [
    ("/dashboard", "ui-pool"), ("/runs", "ui-shop"), ("/runs?tab=task-runs", "load-"),
    ("/runs/flow-run/{run}?tab=Logs", "a line of the shop"), ("/runs/flow-run/{run}?tab=TaskRuns", "load-"),
    ("/runs/flow-run/{run}?tab=SubflowRuns", "ui-child"), ("/runs/flow-run/{run}?tab=Artifacts", "report"),
    ("/flows", "ui-failing"), ("/flows/flow/{flow}", "ui-shop"), ("/deployments", "nightly"),
    ("/deployments/deployment/{deployment}", "At 03:00 AM"), ("/work-pools", "ui-pool"),
    ("/work-pools/create", "Kubernetes"), ("/work-pools/work-pool/ui-pool?tab=Work%20Queues", "default"),
    ("/blocks", "ui-secret"), ("/blocks/catalog", "Secret"), ("/variables", "ui_variable"),
    ("/automations", "ui-automation"), ("/events", "prefect.flow-run"), ("/concurrency-limits", "ui-limit"),
    ("/artifacts", "sales"), ("/settings", "3.9.1"),
]


def see_after_the_minute(browser, text):
    """The page asks for what happened until the minute that it was opened in began."""
    end = time.monotonic() + 70
    while text not in browser.text() and time.monotonic() < end:
        browser.go("/prefect/v2/events")
        browser.settle(limit=5)


def test_every_page_is_answered(served, browser):
    for path, text in PAGES:
        browser.go("/prefect/v2" + path.format(**served))
        if path == "/events":
            see_after_the_minute(browser, text)
        browser.see(text)
        browser.settle()
        assert browser.take_faults() == [], path
    # Where others look for what they may not have found, all went well.
    assert {status for status, *_ in browser.asked} <= {200, 201, 204}


def test_what_is_done_is_done(served, browser):
    prefect, deployment = served["prefect"], served["deployment"]
    browser.go("/prefect/v2/variables")
    browser.click("button[aria-label='Add variable']")
    browser.fill("input[name=name]", "made_here")
    browser.click(".cm-content")
    browser.call("Input.insertText", text="42")
    browser.click("button", "Create")
    browser.see("made_here")
    assert prefect.get("/variables/name/made_here")["value"] == 42
    browser.go(f"/prefect/v2/deployments/deployment/{deployment}/run")
    browser.see("Submit")
    browser.fill("input[name=name]", "by-hand")
    browser.click("button", "Submit")
    browser.see("by-hand")
    status, [run] = prefect.request("POST", "/flow_runs/filter", {"flow_runs": {"name": {"any_": ["by-hand"]}}})
    assert run["deployment_id"] == deployment and run["parameters"] == {"orders": 1}
    browser.go(f"/prefect/v2/deployments/deployment/{deployment}")
    browser.click("button[aria-label='toggle At 03:00 AM']")
    browser.settle(1)
    assert [schedule["active"] for schedule in prefect.get(f"/deployments/{deployment}")["schedules"]] == [False]
    browser.go("/prefect/v2/work-pools/work-pool/ui-pool/queue/create")
    browser.fill("input[name=name]", "urgent")
    browser.click("button", "Create")
    browser.settle(1)
    assert prefect.get("/work_pools/ui-pool/queues/urgent")["name"] == "urgent"
    assert browser.take_faults() == []


def test_the_former_pages(served, browser):
    for path, text in (
        ("/runs", "ui-shop"), ("/runs/flow-run/{run}?tab=Logs", "a line of the shop"), ("/flows", "ui-shop"),
        ("/deployments", "nightly"), ("/variables", "ui_variable")):
        browser.go("/prefect" + path.format(**served))
        browser.see(text)
        browser.settle()
        # It asks for the picture of a state before there is one.
        assert [fault for fault in browser.take_faults() if "/ico/undefined.svg" not in fault] == [], path


def test_forms_are_judged(served):
    prefect = served["prefect"]
    schema = {"type": "object", "properties": {"n": {"type": "integer"}, "list": {"type": "array", "items": {"type": "string"}}},
              "required": ["n"]}

    def judged(values: dict) -> dict:
        status, answer = prefect.request("POST", "/ui/schemas/validate", {"schema": schema, "values": values})
        assert status == 200, answer
        return answer

    assert judged({"n": 1, "list": None}) == {"errors": [], "valid": True}
    assert [error["property"] for error in judged({"n": "x"})["errors"]] == ["n"]
    assert judged({"n": 1, "list": ["a", 2]})["errors"][0]["errors"][0]["index"] == 1
    assert judged({"n": {"__prefect_kind": "json", "value": "3"}})["valid"]
    assert not judged({"n": {"__prefect_kind": "json", "value": "{"}})["valid"]
    assert not judged({"n": {"__prefect_kind": "workspace_variable", "variable_name": "ui_variable"}})["valid"]


def test_lists_of_the_pages(served):
    prefect, run, flow = served["prefect"], served["run"], served["flow"]
    of_flow = {"flows": {"id": {"any_": [flow]}}, "task_runs": {"subflow_runs": {"exists_": False}}}
    assert prefect.request("POST", "/task_runs/count", of_flow) == (200, 2)
    assert prefect.request("POST", "/task_runs/count", {"flows": {"name": {"any_": ["ui-child"]}}}) == (200, 1)
    assert prefect.request("POST", "/task_runs/count", {
        "flow_runs": {"state": {"type": {"any_": ["FAILED"]}}}}) == (200, 0)
    assert prefect.request("POST", "/ui/flows/count-deployments", {"flow_ids": [flow]}) == (200, {flow: 1})
    status, runs = prefect.request("POST", "/ui/flows/next-runs", {"flow_ids": [flow]})
    assert status == 200 and set(runs) == {flow}
    both = {"operator": "or_", "name": {"any_": ["ui-failing"]}, "id": {"any_": [flow]}}
    status, flows = prefect.request("POST", "/flows/filter", {"flows": both, "sort": "NAME_DESC"})
    assert [found["name"] for found in flows] == ["ui-shop", "ui-failing"]
    status, names = prefect.request("POST", "/flow_runs/filter", {"sort": "NAME_ASC"})
    assert [found["name"] for found in names] == sorted(found["name"] for found in names)
    # The lines of a subflow are its own, as are those of its tasks.
    body = {"logs": {"flow_run_id": {"any_": [run]}}}
    status, lines = prefect.request("POST", "/logs/filter", {**body, "sort": "TIMESTAMP_ASC"})
    said = [line["message"] for line in lines]
    assert "loading 0" in said and "loading 9" not in said
    status, turned = prefect.request("POST", "/logs/filter", {**body, "sort": "TIMESTAMP_DESC"})
    assert [line["message"] for line in turned] == said[::-1]


@pytest.mark.parametrize("filters, wanted", [
    ({"deployments": {"name": {"any_": ["nightly"]}}}, ["ui-shop"]),
    ({"deployments": {"name": {"any_": ["never"]}}}, []),
    ({"work_pools": {"name": {"any_": ["ui-pool"]}}}, ["ui-shop"]),
    ({"work_pools": {"name": {"any_": ["no-pool"]}}}, []),
    ({"flow_runs": {"state": {"type": {"any_": ["FAILED"]}}}}, ["ui-failing"]),
    ({"flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}, ["ui-child", "ui-shop"]),
    ({"flow_runs": {"state": {"type": {"any_": []}}}}, []),
    ({"flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}, "deployments": {"name": {"any_": ["nightly"]}}},
     ["ui-shop"]),
    ({"flows": {"deployment": {"is_null_": True}}}, ["ui-child", "ui-failing"]),
    ({"flows": {"deployment": {"is_null_": False}}}, ["ui-shop"]),
    ({"flows": {"tags": {"is_null_": True}}}, ["ui-child", "ui-failing", "ui-shop"]),
    ({"flows": {"tags": {"is_null_": False}}}, []),
    ({"flows": {"tags": {"operator": "or_", "is_null_": True, "all_": ["none"]}, "name": {"like_": "fail"}}},
     ["ui-failing"]),
])
def test_flows_by_what_they_have(served, filters, wanted):
    prefect = served["prefect"]
    status, flows = prefect.request("POST", "/flows/filter", filters)
    assert (status, [flow["name"] for flow in flows]) == (200, wanted)
    assert prefect.request("POST", "/flows/count", filters) == (200, len(wanted))


def test_saved_searches(served):
    prefect = served["prefect"]
    status, search = prefect.request("PUT", "/saved_searches/", {"name": "mine", "filters": [
        {"object": "flow_run", "property": "state", "type": "string", "operation": "equals", "value": "FAILED"}]})
    assert status == 201 and search["name"] == "mine"
    assert prefect.get(f"/saved_searches/{search['id']}") == search
    assert prefect.request("POST", "/saved_searches/filter", {}) == (200, [search])
    assert prefect.request("DELETE", f"/saved_searches/{search['id']}")[0] == 204
    assert prefect.request("GET", f"/saved_searches/{search['id']}")[0] == 404
