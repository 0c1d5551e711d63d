"""Flow runs: made, read, changed, deleted; without orchestration."""

from ..recorder import NOTHING


def _flow(api, name):
    return api.made("flow", "POST", "/flows/", {"name": f"cmp-{name}"})


def made_in_every_way(api):
    flow = _flow(api, "made")
    plain = api.made("plain", "POST", "/flow_runs/", {"flow_id": flow})
    api("plain read", "GET", f"/flow_runs/{plain}")
    pending = {
        "type": "PENDING", "name": "Pending", "message": None, "data": None,
        "state_details": {"flow_run_id": None, "transition_id": "11111111-1111-4111-8111-111111111111"}}
    client = {
        "flow_id": flow, "name": "cmp named", "flow_version": "abc", "parameters": {"a": 1, "b": [None, {"c": "d"}]},
        "context": {"k": 1}, "tags": ["t1", "t2"], "labels": {"l": "v", "number": 2, "flag": True},
        "empirical_policy": {"retries": 2, "retry_delay": 3}, "state": pending}
    run = api.made("as a client", "POST", "/flow_runs/", client)
    api("as a client read", "GET", f"/flow_runs/{run}")
    api("its states", "GET", f"/flow_run_states/?flow_run_id={run}")
    for type_ in ("SCHEDULED", "PENDING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED", "CRASHED", "PAUSED", "CANCELLING"):
        made = api.made(f"in {type_}", "POST", "/flow_runs/", {"flow_id": flow, "state": {"type": type_}})
        api(f"in {type_} read", "GET", f"/flow_runs/{made}")
    later = {"type": "SCHEDULED", "state_details": {"scheduled_time": "2027-03-01T12:00:00Z"}}
    made = api.made("for later", "POST", "/flow_runs/", {"flow_id": flow, "state": later})
    api("for later read", "GET", f"/flow_runs/{made}")
    keyed = {"flow_id": flow, "idempotency_key": "once", "parameters": {"a": 1}}
    api("keyed", "POST", "/flow_runs/", keyed)
    api("keyed again", "POST", "/flow_runs/", {**keyed, "parameters": {"a": 2}})


def changed(api):
    flow = _flow(api, "changed")
    body = {
        "flow_id": flow, "name": "before", "flow_version": "1", "parameters": {"a": 1}, "tags": ["x"],
        "labels": {"kept": "1"}, "state": {"type": "PENDING"}, "empirical_policy": {"retries": 1, "retry_delay": 5}}
    run = api.made("create", "POST", "/flow_runs/", body)

    def change(step, body):
        api(step, "PATCH", f"/flow_runs/{run}", body)
        api(f"{step} read", "GET", f"/flow_runs/{run}")

    change("nothing", {})
    change("name", {"name": "after"})
    change("tags", {"tags": ["y", "z"]})
    change("version", {"flow_version": "2"})
    change("parameters", {"parameters": {"b": {"c": [1, 2]}}})
    change("job variables", {"job_variables": {"env": {"A": "1"}}})
    change("process", {"infrastructure_pid": "host:123"})
    change("policy", {"empirical_policy": {"retries": 4, "retry_delay": 6}})
    change("delay alone", {"empirical_policy": {"retry_delay": 7}})
    change("retries alone", {"empirical_policy": {"retries": 2}})
    change("no retries", {"empirical_policy": {"retries": 0, "retry_delay": 0}})
    change("as an engine", {"flow_version": "3", "empirical_policy": {"retries": 3, "retry_delay": 2}})
    change("all", {
        "name": "all", "flow_version": "4", "parameters": {"z": None}, "tags": [], "infrastructure_pid": "p",
        "job_variables": {}, "empirical_policy": {"retries": 1, "retry_delay": 1}})
    api("labels", "PATCH", f"/flow_runs/{run}/labels", {"kept": "2", "new": "3"})
    api("labels read", "GET", f"/flow_runs/{run}")
    api("labels of nothing", "PATCH", f"/flow_runs/{NOTHING}/labels", {"a": "b"})
    api.state("run", run, "RUNNING")
    change("while running", {"name": "running", "flow_version": "5", "parameters": {"r": 1}})
    api.state("complete", run, "COMPLETED")
    change("when ended", {"name": "ended", "tags": ["end"]})
    api("in a list", "POST", "/flow_runs/filter", {"flow_runs": {"id": {"any_": [run]}}})
    api("delete", "DELETE", f"/flow_runs/{run}")
    api("delete again", "DELETE", f"/flow_runs/{run}")
    api("deleted", "GET", f"/flow_runs/{run}")
    api("change deleted", "PATCH", f"/flow_runs/{run}", {"name": "x"})


def in_bulk(api):
    flow = _flow(api, "bulk")
    ids = [
        api.made(f"create {n}", "POST", "/flow_runs/", {"flow_id": flow, "state": {"type": "SCHEDULED"}})
        for n in range(3)]
    some = {"flow_runs": {"id": {"any_": ids[:1]}}}
    api("set", "POST", "/flow_runs/bulk_set_state", {**some, "state": {"type": "CANCELLED"}, "force": True})
    api("set again", "POST", "/flow_runs/bulk_set_state", {**some, "state": {"type": "CANCELLED"}})
    api("delete", "POST", "/flow_runs/bulk_delete", some)
    api("delete again", "POST", "/flow_runs/bulk_delete", some)


def subflows(api):
    parent_flow, child_flow = _flow(api, "parent"), api.made("child flow", "POST", "/flows/", {"name": "cmp-child"})
    parent = api.made("parent", "POST", "/flow_runs/", {"flow_id": parent_flow, "state": {"type": "PENDING"}})
    api.state("parent runs", parent, "RUNNING")
    task = api.made("tracking", "POST", "/task_runs/", {
        "flow_run_id": parent, "task_key": "child", "dynamic_key": "0", "name": "child-0",
        "state": {"type": "PENDING"}, "task_inputs": {"n": [{"input_type": "constant", "type": "int"}]},
        "empirical_policy": {"retries": 0, "retry_delay": 0}})
    api("tracking read", "GET", f"/task_runs/{task}")
    child = api.made("child", "POST", "/flow_runs/", {
        "flow_id": child_flow, "parent_task_run_id": task, "parameters": {"n": 1}, "state": {"type": "PENDING"}})
    api("tracking pending", "GET", f"/task_runs/{task}")
    api.state("child runs", child, "RUNNING")
    api("tracking running", "GET", f"/task_runs/{task}")
    api.state("child completes", child, "COMPLETED", message="All states completed.", data={"type": "unpersisted"})
    api("tracking completed", "GET", f"/task_runs/{task}")
    api("child read", "GET", f"/flow_runs/{child}")
    api("child of its task run", "POST", "/flow_runs/filter", {"flow_runs": {"parent_task_run_id": {"any_": [task]}}})
    api("children", "POST", "/flow_runs/filter", {"flow_runs": {"parent_flow_run_id": {"any_": [parent]}}})
    api("top", "POST", "/flow_runs/filter", {
        "flow_runs": {"parent_task_run_id": {"is_null_": True}, "id": {"any_": [parent, child]}}})
    api("task runs", "POST", "/task_runs/filter", {"flow_runs": {"id": {"any_": [parent]}}})
    api("count", "POST", "/task_runs/count", {"flow_runs": {"id": {"any_": [parent]}}})
    api("graph", "GET", f"/flow_runs/{parent}/graph-v2")
    api("dependencies", "GET", f"/flow_runs/{parent}/graph")
    api("tracking again", "POST", "/task_runs/", {
        "flow_run_id": parent, "task_key": "child", "dynamic_key": "0", "state": {"type": "PENDING"}})
    api.state("parent completes", parent, "COMPLETED")
    api("delete parent", "DELETE", f"/flow_runs/{parent}")
    api("tracking deleted", "GET", f"/task_runs/{task}")
