"""Task runs over REST, as programs make them that are not flows of Prefect's."""

from .orchestration import TYPES


def _parent(api, name):
    flow = api.made("flow", "POST", "/flows/", {"name": f"cmp-{name}"})
    run = api.made("flow run", "POST", "/flow_runs/", {"flow_id": flow, "state": {"type": "PENDING"}})
    api.state("flow runs", run, "RUNNING")
    return run


def _task(api, step, parent, key="0", **more):
    return api.made(step, "POST", "/task_runs/", {
        "flow_run_id": parent, "task_key": "work-1a2b3c4d", "dynamic_key": key, "name": f"work-{key}",
        "state": {"type": "SCHEDULED"}, **more})


def lives(api):
    parent = _parent(api, "tasks")
    first = _task(api, "create", parent, tags=["t"], labels={"l": "v"}, task_version="7", empirical_policy={
        "retries": 1, "retry_delay": 0}, task_inputs={"x": [{"input_type": "constant", "type": "int"}]})
    api("read", "GET", f"/task_runs/{first}")
    api("create again", "POST", "/task_runs/", {
        "flow_run_id": parent, "task_key": "work-1a2b3c4d", "dynamic_key": "0", "state": {"type": "SCHEDULED"}})
    api("rename", "PATCH", f"/task_runs/{first}", {"name": "renamed"})
    for state in ("PENDING", "RUNNING", "COMPLETED"):
        api.state(state, first, state, kind="task_runs")
    api("completed", "GET", f"/task_runs/{first}")
    second = _task(api, "second", parent, "1", task_inputs={"x": [{"input_type": "task_run", "id": first}]})
    api.state("second runs", second, "RUNNING", kind="task_runs")
    api.state("second fails", second, "FAILED", kind="task_runs", message="broken")
    api("second read", "GET", f"/task_runs/{second}")
    api("states", "GET", f"/task_run_states/?task_run_id={second}")
    api("list", "POST", "/task_runs/filter", {"flow_runs": {"id": {"any_": [parent]}}, "sort": "EXPECTED_START_TIME_ASC"})
    api("graph", "GET", f"/flow_runs/{parent}/graph-v2")
    api("dependencies", "GET", f"/flow_runs/{parent}/graph")
    api("delete", "DELETE", f"/task_runs/{second}")
    api("deleted", "GET", f"/task_runs/{second}")
    alone = api.made("alone", "POST", "/task_runs/", {
        "task_key": "alone", "dynamic_key": "0", "state": {"type": "SCHEDULED"}})
    api("alone read", "GET", f"/task_runs/{alone}")


def every_pair_of_states(api):
    parent = _parent(api, "task-pairs")
    number = 0
    for source in TYPES:
        for target in TYPES:
            number += 1
            step = f"{source} to {target}"
            task = _task(api, f"{step}: made", parent, str(number))
            if source != "SCHEDULED":
                api.state(f"{step}: pending", task, "PENDING", kind="task_runs")
            if source not in ("SCHEDULED", "PENDING"):
                api.state(f"{step}: running", task, "RUNNING", kind="task_runs")
            if source not in ("SCHEDULED", "PENDING", "RUNNING"):
                api.state(f"{step}: {source}", task, source, kind="task_runs")
            api.state(step, task, target, kind="task_runs")
            api(f"{step}: read", "GET", f"/task_runs/{task}")


def below_a_flow_that_does_not_run(api):
    for state in ("PAUSED", "CANCELLING", "COMPLETED", "FAILED"):
        parent = _parent(api, f"task-below-{state.lower()}")
        task = _task(api, f"{state}: made", parent)
        api.state(f"{state}: flow", parent, state)
        api.state(f"{state}: pending", task, "PENDING", kind="task_runs")
        api.state(f"{state}: running", task, "RUNNING", kind="task_runs")
