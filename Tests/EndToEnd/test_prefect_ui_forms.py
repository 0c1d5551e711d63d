"""What people enter in the forms of Prefect's own web pages is what the server has, and what they ask for by buttons is done."""

from __future__ import annotations

import time

import pytest

from chromium import needs_chromium
from prefect_process import needs_prefect
from test_prefect_ui import browser, place, served  # noqa: F401

pytestmark = [needs_prefect, needs_chromium]

PAGES = "/prefect/v2"


def menu(browser, row: str, item: str) -> None:
    """Takes an item of the menu of a row."""
    end = time.monotonic() + 30
    while True:
        browser.click_near(row, "button", "Open menu")
        try:
            return browser.click("[role=menuitem]", item, timeout=3)
        except AssertionError:
            # A dialog that goes away swallows clicks.
            assert time.monotonic() < end, browser.text()


def until(read, wanted, browser) -> None:
    """Until the server has what was entered."""
    end = time.monotonic() + 20
    while (found := read()) != wanted:
        assert time.monotonic() < end, (found, wanted, browser.faults, browser.text())
        browser.wait(0.1)


def gone(prefect, path: str):
    return lambda: prefect.request("GET", path)[0]


def no_faults(browser, *allowed: str) -> None:
    browser.settle()
    assert [fault for fault in browser.take_faults() if not any(word in fault for word in allowed)] == []


def test_a_variable(served, browser):
    prefect, path = served["prefect"], "/variables/name/ui_form"
    browser.go(f"{PAGES}/variables")
    browser.click("button[aria-label='Add variable']")
    browser.fill("input[name=name]", "ui_form")
    browser.fill(".cm-content", '{"deep": [1]}')
    browser.click("button", "Create")
    browser.see("ui_form")
    assert prefect.get(path)["value"] == {"deep": [1]}
    menu(browser, "ui_form", "Edit")
    browser.fill(".cm-content", "43")
    browser.fill("input[name=tags]", "one")
    browser.press("Enter", 13)
    browser.click("button", "Save")
    until(lambda: [prefect.get(path)[name] for name in ("value", "tags")], [43, ["one"]], browser)
    menu(browser, "ui_form", "Delete")
    browser.click("button", "Delete")
    until(gone(prefect, path), 404, browser)
    no_faults(browser)


def test_a_block(served, browser):
    prefect, path = served["prefect"], "/block_types/slug/secret/block_documents/name/ui-form"

    def value() -> str:
        return prefect.get(path + "?include_secrets=true")["data"]["value"]

    browser.go(f"{PAGES}/blocks/catalog/secret/create")
    browser.fill("input[name=blockName]", "ui-form")
    browser.fill("input[type=password]", "hush")
    browser.click("button", "Save")
    browser.see("Block created successfully")
    assert value() == "hush"
    for typed, kept in ((None, "hush"), ("loud", "loud")):
        browser.go(f"{PAGES}/blocks")
        browser.see("ui-form")
        menu(browser, "ui-form", "Edit")
        browser.see("Block Name")
        # What is hidden stays as it is unless another is typed.
        if typed:
            browser.fill("input[type=password]", typed)
        browser.click("button", "Save")
        browser.see("updated successfully")
        assert value() == kept
    browser.go(f"{PAGES}/blocks")
    browser.see("ui-form")
    menu(browser, "ui-form", "Delete")
    browser.click("button", "Delete")
    until(gone(prefect, path), 404, browser)
    # The form looks whether the name is free.
    no_faults(browser, "404 GET /api/block_types/slug/secret/block_documents/name/ui-form")


def test_where_results_go(served, browser):
    prefect = served["prefect"]
    prefect.run("from prefect.filesystems import LocalFileSystem; LocalFileSystem(basepath='/x').save('ui-files')")
    block = prefect.get("/block_types/slug/local-file-system/block_documents/name/ui-files")["id"]
    browser.go(f"{PAGES}/blocks")
    browser.click("button[aria-label='Default result storage block']")
    browser.click("[role=option]", "ui-files")
    until(lambda: prefect.get("/admin/storage")["default_result_storage_block_id"], block, browser)
    assert prefect.request("DELETE", "/admin/storage")[0] == 204
    assert prefect.get("/admin/storage")["default_result_storage_block_id"] is None
    secret = prefect.get("/block_types/slug/secret/block_documents/name/ui-secret")["id"]
    assert prefect.request("PUT", "/admin/storage", {"default_result_storage_block_id": secret})[0] == 422
    no_faults(browser)


def test_a_work_pool(served, browser):
    prefect, path = served["prefect"], "/work_pools/ui-form"
    browser.go(f"{PAGES}/work-pools/create")
    browser.click("#process")
    browser.click("button", "Next")
    browser.fill("input[name=name]", "ui-form")
    browser.fill("textarea[name=description]", "by hand")
    browser.fill("input[name=concurrencyLimit]", "3")
    browser.click("button", "Next")
    browser.click("button", "Create Work Pool")
    until(gone(prefect, path), 200, browser)
    made = prefect.get(path)
    assert [made[name] for name in ("type", "description", "concurrency_limit")] == ["process", "by hand", 3]
    assert made["base_job_template"]["job_configuration"]["command"] == "{{ command }}"
    browser.go(f"{PAGES}/work-pools")
    browser.see("ui-form")
    browser.click_near("ui-form", "[role=switch]")
    until(lambda: prefect.get(path)["is_paused"], True, browser)
    browser.click_near("ui-form", "[role=switch]")
    until(lambda: prefect.get(path)["is_paused"], False, browser)
    browser.go(f"{PAGES}/work-pools")
    browser.see("ui-form")
    menu(browser, "ui-form", "Edit")
    browser.fill("textarea[name=description]", "changed")
    browser.fill("input[name=concurrencyLimit]", "5")
    browser.click("button", "Save")
    until(lambda: [prefect.get(path)[name] for name in ("description", "concurrency_limit")], ["changed", 5], browser)
    assert prefect.get(path)["base_job_template"]["job_configuration"] == made["base_job_template"]["job_configuration"]
    browser.go(f"{PAGES}/work-pools")
    browser.see("ui-form")
    menu(browser, "ui-form", "Delete")
    until(gone(prefect, path), 404, browser)
    # The page still asks for what it shows of it.
    no_faults(browser, "404 POST /api/work_pools/ui-form/", "404 GET /api/work_pools/ui-form")


def test_a_limit(served, browser):
    prefect, path = served["prefect"], "/v2/concurrency_limits/ui-form"
    browser.go(f"{PAGES}/concurrency-limits")
    browser.click("button[aria-label='add global concurrency limit']")
    browser.fill("input[name=name]", "ui-form")
    browser.fill("input[name=limit]", "4")
    browser.fill("input[name=slot_decay_per_second]", "0.5")
    browser.click("button", "Save")
    until(gone(prefect, path), 200, browser)
    assert [prefect.get(path)[name] for name in ("limit", "slot_decay_per_second", "active")] == [4, 0.5, True]
    menu(browser, "ui-form", "Edit")
    browser.see("Update ui-form")
    browser.fill("input[name=limit]", "7")
    browser.click("button", "Update")
    until(lambda: prefect.get(path)["limit"], 7, browser)
    menu(browser, "ui-form", "Reset")
    browser.click("button", "Reset")
    browser.click_near("ui-form", "[role=switch]")
    until(lambda: prefect.get(path)["active"], False, browser)
    menu(browser, "ui-form", "Delete")
    browser.click("button", "Delete")
    until(gone(prefect, path), 404, browser)
    no_faults(browser)


def test_a_limit_of_a_tag(served, browser):
    prefect, path = served["prefect"], "/concurrency_limits/tag/ui-form"
    browser.go(f"{PAGES}/concurrency-limits?tab=task-run")
    browser.click("button[aria-label='add task run concurrency limit']")
    browser.fill("input[name=tag]", "ui-form")
    browser.fill("input[name=concurrency_limit]", "2")
    browser.click("button", "Add")
    until(gone(prefect, path), 200, browser)
    assert prefect.get(path)["concurrency_limit"] == 2
    browser.see("ui-form")
    menu(browser, "ui-form", "Reset")
    browser.click("button", "Reset")
    menu(browser, "ui-form", "Delete")
    browser.click("button", "Delete")
    until(gone(prefect, path), 404, browser)
    no_faults(browser)


def test_an_automation(served, browser):
    prefect = served["prefect"]

    def automation() -> dict | None:
        _, found = prefect.request("POST", "/automations/filter", {"automations": {"name": {"any_": ["ui-form"]}}})
        return found[0] if found else None

    browser.go(f"{PAGES}/automations/create")
    browser.choose("#automations-trigger-template-select", "Flow run state")
    browser.choose("button", "Failed", text="Any state")
    browser.press("Escape", 27)
    until(lambda: browser.evaluate("document.querySelectorAll('[role=option]').length"), 0, browser)
    browser.click("button", "Next")
    browser.choose("button[aria-label='select action']", "Pause a work pool")
    browser.click("button", "Next")
    browser.fill("input[name=name]", "ui-form")
    browser.click("button", "Save")
    until(lambda: automation() is not None, True, browser)
    made = automation()
    assert made["trigger"]["expect"] == ["prefect.flow-run.Failed"] and made["enabled"]
    assert [(action["type"], action["source"]) for action in made["actions"]] == [("pause-work-pool", "inferred")]
    browser.go(f"{PAGES}/automations")
    browser.see("ui-form")
    browser.click_near("ui-form", "[role=switch]")
    until(lambda: automation()["enabled"], False, browser)
    menu(browser, "ui-form", "Edit")
    browser.see("Save & Exit")
    browser.click("button", "Next")
    browser.click("button", "Next")
    browser.fill("input[name=description]", "changed")
    browser.click("button", "Save")
    until(lambda: automation()["description"], "changed", browser)
    assert automation()["trigger"] == made["trigger"] and automation()["enabled"] is False
    browser.go(f"{PAGES}/automations")
    browser.see("ui-form")
    menu(browser, "ui-form", "Delete")
    browser.click("button", "Delete")
    until(automation, None, browser)
    no_faults(browser)


def test_a_deployment(served, browser):
    prefect, path = served["prefect"], f"/deployments/{served['deployment']}"
    page = f"{PAGES}/deployments/deployment/{served['deployment']}"
    browser.go(page)
    browser.see("At 03:00 AM")
    before = prefect.get(path)["schedules"][0]["active"]
    for active in (not before, before):
        browser.click("button[aria-label='toggle At 03:00 AM']")
        until(lambda: prefect.get(path)["schedules"][0]["active"], active, browser)
    browser.click("button", "Schedule")
    browser.fill("input[name='schedule.interval_value']", "90")
    browser.click("button", "Save")
    until(lambda: sorted(one["schedule"].get("interval", 0) for one in prefect.get(path)["schedules"]), [0, 5400.0], browser)
    browser.go(f"{page}/edit")
    browser.see("Enforce Parameter Schema")
    browser.fill("input[name=tags]", "ui-form")
    browser.press("Enter", 13)
    browser.click("button", "Save")
    until(lambda: prefect.get(path)["tags"], ["ui-form"], browser)
    assert prefect.get(path)["parameters"] == {"orders": 1} and len(prefect.get(path)["schedules"]) == 2
    no_faults(browser)


def state_of(prefect, run: str):
    return lambda: prefect.get(f"/flow_runs/{run}")["state"]["type"]


def test_runs_of_a_deployment(served, browser):
    prefect, deployment = served["prefect"], served["deployment"]

    def newest() -> dict:
        _, found = prefect.request("POST", "/flow_runs/filter", {
            "deployments": {"id": {"any_": [deployment]}}, "sort": "ID_DESC", "limit": 200})
        return max((run for run in found if not run["auto_scheduled"]), key=lambda run: run["created"])

    # Quick, and cancelled.
    browser.go(f"{PAGES}/deployments/deployment/{deployment}")
    browser.see("nightly")
    browser.click("button", "Run")
    browser.click("[role=menuitem]", "Quick run")
    browser.see("Flow run created")
    quick = newest()["id"]
    browser.go(f"{PAGES}/runs/flow-run/{quick}")
    browser.see("Scheduled")
    browser.click("button", "Open menu")
    browser.click("[role=menuitem]", "Cancel")
    browser.click("[role=alertdialog] button, [role=dialog] button", "Cancel Flow Run")
    until(lambda: state_of(prefect, quick)() in ("CANCELLED", "CANCELLING"), True, browser)
    # With a name and another parameter.
    browser.go(f"{PAGES}/deployments/deployment/{deployment}/run")
    browser.see("Submit")
    browser.fill("input[name=name]", "ui-form-run")
    browser.click("button", "Submit")
    browser.see("ui-form-run")
    custom = newest()
    assert (custom["name"], custom["parameters"], custom["state"]["type"]) == ("ui-form-run", {"orders": 1}, "SCHEDULED")
    # It fails, and is tried again.
    for state in ("PENDING", "RUNNING", "FAILED"):
        assert prefect.request("POST", f"/flow_runs/{custom['id']}/set_state", {"state": {"type": state}})[1]["status"] == "ACCEPT"
    browser.go(f"{PAGES}/runs/flow-run/{custom['id']}")
    browser.see("Failed")
    browser.click("button", "Open menu")
    browser.click("[role=menuitem]", "Retry")
    browser.click("[role=alertdialog] button, [role=dialog] button", "Retry")
    until(state_of(prefect, custom["id"]), "SCHEDULED", browser)
    # Another state by hand, and deleted.
    run = served["prefect"].request("POST", "/flow_runs/filter", {"flows": {"name": {"any_": ["ui-failing"]}}})[1][0]["id"]
    browser.go(f"{PAGES}/runs/flow-run/{run}")
    browser.see("Failed")
    browser.click("button", "Open menu")
    browser.click("[role=menuitem]", "Change state")
    browser.choose("button[aria-label='select state']", "Completed")
    browser.click("button", "Change")
    until(state_of(prefect, run), "COMPLETED", browser)
    browser.go(f"{PAGES}/runs/flow-run/{quick}")
    browser.see("Cancel")
    browser.click("button", "Open menu")
    browser.click("[role=menuitem]", "Delete")
    browser.click("button", "Delete")
    until(gone(prefect, f"/flow_runs/{quick}"), 404, browser)
    no_faults(browser, f"404 GET /api/flow_runs/{quick}")
