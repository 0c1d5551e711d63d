"""Deployments: made anew under one name, changed, run, listed."""

SCHEMA = {
    "title": "Parameters", "type": "object", "required": ["n"],
    "properties": {"n": {"type": "integer", "position": 0, "title": "n"}, "s": {"type": "string", "default": "x"}}}


def _flow(api, name):
    return api.made("flow", "POST", "/flows/", {"name": f"cmp-{name}"})


def lives(api):
    flow = _flow(api, "deployed")
    plain = {"name": "plain", "flow_id": flow}
    bare = api.made("bare", "POST", "/deployments/", plain)
    api("bare read", "GET", f"/deployments/{bare}")
    api("bare again", "POST", "/deployments/", plain)
    full = {
        "name": "full", "flow_id": flow, "version": "1.0", "description": "about", "tags": ["a", "b"],
        "labels": {"l": "v"}, "parameters": {"n": 1}, "parameter_openapi_schema": SCHEMA,
        "enforce_parameter_schema": True, "entrypoint": "flows.py:f", "path": "/srv",
        "pull_steps": [{"prefect.deployments.steps.set_working_directory": {"directory": "/srv"}}],
        "job_variables": {"env": {"A": "1"}}, "concurrency_limit": 2,
        "concurrency_options": {"collision_strategy": "CANCEL_NEW"}, "paused": False,
        "version_info": {"type": "vcs:git", "version": "abc", "branch": "main", "url": "http://x"}}
    made = api.made("full", "POST", "/deployments/", full)
    api("full read", "GET", f"/deployments/{made}")
    api("by name", "GET", "/deployments/name/cmp-deployed/full")
    api("full again", "POST", "/deployments/", {**full, "version": "2.0", "tags": [], "concurrency_limit": None})
    for step, body in {
        "description": {"description": "else"}, "paused": {"paused": True}, "on": {"paused": False},
        "tags": {"tags": ["z"]}, "parameters": {"parameters": {"n": 7}}, "limit": {"concurrency_limit": 5},
        "version": {"version": "3"}, "entry": {"entrypoint": "g.py:g", "path": "/opt"},
        "variables": {"job_variables": {"env": {"B": "2"}}}, "free": {"enforce_parameter_schema": False},
        "no limit": {"concurrency_limit": None}, "nothing": {},
    }.items():
        api(step, "PATCH", f"/deployments/{made}", body)
        api(f"{step} read", "GET", f"/deployments/{made}")
    api("pause", "POST", f"/deployments/{made}/pause_deployment")
    api("pause read", "GET", f"/deployments/{made}")
    api("resume", "POST", f"/deployments/{made}/resume_deployment")
    api("of no flow", "POST", "/deployments/", {"name": "x", "flow_id": "00000000-0000-4000-8000-000000000000"})
    api("in no pool", "POST", "/deployments/", {"name": "x", "flow_id": flow, "work_pool_name": "nothing"})
    api("bad name", "POST", "/deployments/", {"name": "a/b", "flow_id": flow})
    api("bad parameters", "POST", "/deployments/", {**full, "name": "bad", "parameters": {"n": "text"}})
    api("delete", "DELETE", f"/deployments/{made}")
    api("delete again", "DELETE", f"/deployments/{made}")
    api("deleted", "GET", "/deployments/name/cmp-deployed/full")


def run_in_other_queues(api):
    api("pool", "POST", "/work_pools/", {"name": "cmp-other-queue", "type": "process"})
    made = api.made("make", "POST", "/deployments/", {
        "name": "d", "flow_id": _flow(api, "other-queue"), "work_pool_name": "cmp-other-queue"})
    path = f"/deployments/{made}/create_flow_run"
    run = api.made("run", "POST", path, {"work_queue_name": "fast"})
    api("run read", "GET", f"/flow_runs/{run}")
    api("queue", "GET", "/work_pools/cmp-other-queue/queues/fast")
    run = api.made("run in it again", "POST", path, {"work_queue_name": "fast"})
    run = api.made("run in the default", "POST", path, {"work_queue_name": "default"})
    api("run in the default read", "GET", f"/flow_runs/{run}")
    api("runs of the queue", "POST", "/flow_runs/count", {
        "work_pools": {"name": {"any_": ["cmp-other-queue"]}}, "work_pool_queues": {"name": {"any_": ["fast"]}}})


def run_from_them(api):
    flow = _flow(api, "run-from")
    made = api.made("make", "POST", "/deployments/", {
        "name": "d", "flow_id": flow, "parameters": {"n": 1, "s": "a"}, "tags": ["d"], "parameter_openapi_schema": SCHEMA,
        "enforce_parameter_schema": True, "job_variables": {"a": 1}, "version": "9"})
    path = f"/deployments/{made}/create_flow_run"
    run = api.made("run", "POST", path, {})
    api("run read", "GET", f"/flow_runs/{run}")
    full = api.made("run fully", "POST", path, {
        "name": "named", "parameters": {"n": 2}, "tags": ["d"], "labels": {"l": "v"}, "context": {"c": 1},
        "idempotency_key": "k", "job_variables": {"b": 2}, "empirical_policy": {"retries": 1, "retry_delay": 2},
        "state": {"type": "SCHEDULED", "state_details": {"scheduled_time": "2027-03-01T12:00:00Z"}}})
    api("run fully read", "GET", f"/flow_runs/{full}")
    api("variables", "PATCH", f"/flow_runs/{full}", {"job_variables": {"c": 3}, "parameters": {"n": 8}})
    api("variables read", "GET", f"/flow_runs/{full}")
    api("run again", "POST", path, {"idempotency_key": "k", "parameters": {"n": 3}})
    api("bad parameters", "POST", path, {"parameters": {"n": "text"}})
    api("not enforced", "POST", path, {"parameters": {"n": "text"}, "enforce_parameter_schema": False})
    api("in a state", "POST", path, {"state": {"type": "PENDING"}})
    api("many", "POST", f"{path}/bulk", [{"name": "one"}, {"name": "two", "parameters": {"n": 5}}])
    api("many bad", "POST", f"{path}/bulk", [{"name": "three"}, {"name": "four", "parameters": {"n": "x"}}])
    api("ready", "POST", "/deployments/get_scheduled_flow_runs", {"deployment_ids": [made], "limit": 1})
    api("read after", "GET", f"/deployments/{made}")
    api("deployment runs", "POST", "/flow_runs/filter", {
        "deployments": {"id": {"any_": [made]}}, "flow_runs": {"name": {"any_": ["one", "two", "named"]}},
        "sort": "NAME_ASC"})
    api.state("pending", run, "PENDING")
    api.state("pending again", run, "PENDING")
    api.state("submitting", run, "PENDING", name="Submitting")
    api.state("running", run, "RUNNING")
    api("running read", "GET", f"/flow_runs/{run}")
    pause = {"pause_timeout": "2027-03-01T12:00:00Z", "pause_key": "one", "pause_reschedule": True}
    api.state("suspended", run, "PAUSED", name="Suspended", state_details=pause)
    api("resume", "POST", f"/flow_runs/{run}/resume", {})
    api("resumed read", "GET", f"/flow_runs/{run}")
    api.state("cancelled at once", run, "CANCELLING")
    api.state("scheduled anew", run, "SCHEDULED")
    api("at the end", "GET", f"/flow_runs/{run}")
    api("states", "GET", f"/flow_run_states/?flow_run_id={run}")
    api("queue check", "GET", f"/deployments/{made}/work_queue_check")


def limits_of_them(api):
    flow = _flow(api, "limited")
    for strategy in ("ENQUEUE", "CANCEL_NEW"):
        made = api.made(f"{strategy}: make", "POST", "/deployments/", {
            "name": strategy, "flow_id": flow, "concurrency_limit": 1,
            "concurrency_options": {"collision_strategy": strategy}})
        runs = [
            api.made(f"{strategy}: run {n}", "POST", f"/deployments/{made}/create_flow_run", {"name": f"run {n}"})
            for n in range(2)]
        api.state(f"{strategy}: first", runs[0], "PENDING")
        api.state(f"{strategy}: second", runs[1], "PENDING")
        api(f"{strategy}: second read", "GET", f"/flow_runs/{runs[1]}")
        api.state(f"{strategy}: first runs", runs[0], "RUNNING")
        api.state(f"{strategy}: first ends", runs[0], "COMPLETED")
        api.state(f"{strategy}: second again", runs[1], "PENDING")
        api(f"{strategy}: read", "GET", f"/deployments/{made}")


def lists(api):
    flow, other = _flow(api, "listed"), api.made("other", "POST", "/flows/", {"name": "cmp-listed-too"})
    ids = [
        api.made(f"make {name}", "POST", "/deployments/", {"name": f"cmp-{name}", "flow_id": of, **more})
        for name, of, more in (
            ("b", flow, {"tags": ["x"]}), ("A", flow, {"tags": ["x", "y"], "paused": True}),
            ("c", other, {"concurrency_limit": 3}))]

    def asked(step, filter_, path="/deployments/filter", **more):
        api(step, "POST", path, {
            "flows": {"id": {"any_": [flow, other]}}, "deployments": filter_, **({"sort": "NAME_ASC"} | more)})

    for sort in ("CREATED_DESC", "UPDATED_DESC", "NAME_ASC", "NAME_DESC"):
        asked(f"sorted {sort}", {}, sort=sort)
    asked("ids", {"id": {"any_": ids[:2]}})
    asked("names", {"name": {"any_": ["cmp-c"]}})
    asked("like", {"name": {"like_": "CMP-A"}})
    asked("flow or own name", {"flow_or_deployment_name": {"like_": "listed-too"}})
    asked("paused", {"paused": {"eq_": True}})
    asked("all tags", {"tags": {"all_": ["x"]}})
    asked("any tags", {"tags": {"any_": ["y"]}})
    asked("no tags", {"tags": {"is_null_": True}})
    asked("limits", {"concurrency_limit": {"ge_": 2}})
    asked("window", {}, limit=1, offset=1)
    asked("count", {}, "/deployments/count")
    asked("page", {}, "/deployments/paginate", limit=2, page=2)
    api("bulk delete", "POST", "/deployments/bulk_delete", {"deployments": {"id": {"any_": ids[:1]}}})
    asked("left", {})
