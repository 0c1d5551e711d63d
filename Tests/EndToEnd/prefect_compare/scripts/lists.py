"""Lists and counts of flow runs: filters, orders, pages, histories."""

PLAIN = {"type": "SCHEDULED"}


def flow_runs_in_lists(api):
    flow = api.made("flow", "POST", "/flows/", {"name": "cmp-runs"})
    other = api.made("other flow", "POST", "/flows/", {"name": "cmp-other-runs", "tags": ["of-flow"]})
    ids = {}
    for name, more in {
        "alpha": {"tags": ["x"]}, "Beta": {"tags": ["x", "y"]}, "gamma": {"tags": []},
        "delta": {"flow_id": other, "flow_version": "1"},
        "later": {"state": {"type": "SCHEDULED", "state_details": {"scheduled_time": "2027-03-01T12:00:00Z"}}},
    }.items():
        ids[name] = api.made(f"make {name}", "POST", "/flow_runs/", {
            "flow_id": flow, "name": f"cmp-{name}", "state": PLAIN, **more})
    for name in ("alpha", "Beta"):
        api.state(f"{name} pending", ids[name], "PENDING")
        api.state(f"{name} runs", ids[name], "RUNNING")
    api.state("alpha completes", ids["alpha"], "COMPLETED", name="Done")
    api.state("gamma cancelled", ids["gamma"], "CANCELLED")
    ours = {"flows": {"id": {"any_": [flow, other]}}}

    def asked(step, filter_, path="/flow_runs/filter", **more):
        api(step, "POST", path, {**ours, "flow_runs": filter_, **more})

    for sort in (
        "ID_DESC", "EXPECTED_START_TIME_ASC", "EXPECTED_START_TIME_DESC", "NAME_ASC", "NAME_DESC",
        "NEXT_SCHEDULED_START_TIME_ASC", "START_TIME_ASC", "START_TIME_DESC", "END_TIME_DESC"):
        body = {**ours, "sort": sort}
        if "START_TIME" in sort or "END" in sort:
            body["flow_runs"] = {"id": {"any_": [ids["alpha"], ids["Beta"]]}}
        _, found = api.ask("POST", "/flow_runs/filter", body)
        names = [run["name"] for run in found] if isinstance(found, list) else found
        if sort != "ID_DESC":
            api.keep(f"sorted {sort}", 200, names)
    by_name = {"sort": "NAME_ASC"}
    asked("window", {}, limit=2, offset=1, **by_name)
    asked("limit null", {}, limit=None, **by_name)
    asked("limit 0", {}, limit=0)
    asked("limit as text", {}, limit="1", **by_name)
    asked("limit with a point", {}, limit=1.0, **by_name)
    asked("limit with a fraction", {}, limit=1.5, **by_name)
    for name, time in {
        "naive": "2026-01-01T00:00:00", "day": "2027-01-01", "short": "2027-02-01 12:30", "seconds": 1767225600,
        "milliseconds": 1767225600000, "east": "2027-03-01T13:00:00+0100", "nothing": "soon",
    }.items():
        asked(f"after {name}", {"expected_start_time": {"after_": time}}, path="/flow_runs/count")
    asked("ids without hyphens", {"id": {"any_": [ids["alpha"].replace("-", "")]}})
    api("read without hyphens", "GET", f"/flow_runs/{ids['alpha'].replace('-', '')}")
    asked("truth as text", {"deployment_id": {"is_null_": "true"}}, path="/flow_runs/count")
    asked("types", {"state": {"type": {"any_": ["COMPLETED", "CANCELLED"]}}}, **by_name)
    asked("not types", {"state": {"type": {"not_any_": ["COMPLETED", "CANCELLED"]}}}, **by_name)
    asked("state names", {"state": {"name": {"any_": ["Done"]}}}, **by_name)
    asked("types or names", {"state": {
        "operator": "or_", "type": {"any_": ["RUNNING"]}, "name": {"any_": ["Done"]}}}, **by_name)
    asked("all tags", {"tags": {"all_": ["x", "y"]}}, **by_name)
    asked("any tags", {"tags": {"any_": ["y", "z"]}}, **by_name)
    asked("no tags", {"tags": {"is_null_": True}}, **by_name)
    asked("names", {"name": {"any_": ["cmp-alpha", "cmp-none"]}})
    asked("name like", {"name": {"like_": "BETA"}})
    asked("not these", {"id": {"not_any_": [ids["alpha"], ids["later"]]}}, **by_name)
    asked("none of them", {"id": {"any_": []}})
    asked("started", {"start_time": {"is_null_": False}}, **by_name)
    asked("not started", {"start_time": {"is_null_": True}}, **by_name)
    asked("ended", {"end_time": {"is_null_": False}}, **by_name)
    asked("expected late", {"expected_start_time": {"after_": "2027-01-01T00:00:00Z"}})
    asked("expected before", {"expected_start_time": {"before_": "2027-01-01T00:00:00Z"}}, **by_name)
    asked("top level", {"parent_task_run_id": {"is_null_": True}}, **by_name)
    asked("without deployment", {"deployment_id": {"is_null_": True}}, **by_name)
    api("by flow name", "POST", "/flow_runs/filter", {"flows": {"name": {"any_": ["cmp-other-runs"]}}})
    api("by flow name like", "POST", "/flow_runs/filter", {"flows": {"name": {"like_": "OTHER-RUNS"}}})
    api("by no flow", "POST", "/flow_runs/filter", {"flows": {"id": {"any_": []}}})
    asked("count", {}, "/flow_runs/count")
    asked("count types", {"state": {"type": {"any_": ["SCHEDULED"]}}}, "/flow_runs/count")
    asked("first page", {}, "/flow_runs/paginate", limit=2, **by_name)
    asked("last page", {}, "/flow_runs/paginate", limit=2, page=3, **by_name)
    asked("page after", {}, "/flow_runs/paginate", limit=2, page=9, **by_name)
    asked("history", {}, "/flow_runs/history", history_start="2027-03-01T00:00:00Z", history_end="2027-03-02T00:00:00Z",
          history_interval_seconds=21600)
    asked("history of nothing", {}, "/flow_runs/history", history_start="2027-04-01T00:00:00Z",
          history_end="2027-04-02T00:00:00Z", history_interval_seconds=43200)
    asked("history too fine", {}, "/flow_runs/history", history_start="2027-04-01T00:00:00Z",
          history_end="2027-04-02T00:00:00Z", history_interval_seconds=0.5)
    asked("lateness of none", {"id": {"any_": []}}, "/flow_runs/lateness")
    asked("bars", {"state": {"type": {"any_": ["COMPLETED"]}}}, "/ui/flow_runs/history")
    api("flow counts of runs", "POST", "/flows/count", {"flow_runs": {"id": {"any_": list(ids.values())}}})
    api("deployments by flow", "POST", "/ui/flows/count-deployments", {"flow_ids": [flow, other]})
    api("next runs by flow", "POST", "/ui/flows/next-runs", {"flow_ids": [flow]})


def task_runs_in_lists(api):
    flow = api.made("flow", "POST", "/flows/", {"name": "cmp-listed-tasks"})
    run = api.made("flow run", "POST", "/flow_runs/", {"flow_id": flow, "state": {"type": "PENDING"}})
    api.state("flow runs", run, "RUNNING")
    ids = []
    for number, name in enumerate(("alpha", "Beta", "gamma")):
        ids.append(api.made(f"make {name}", "POST", "/task_runs/", {
            "flow_run_id": run, "task_key": "k", "dynamic_key": str(number), "name": f"cmp-{name}",
            "tags": ["x"] if number else [], "state": PLAIN}))
    api.state("alpha runs", ids[0], "RUNNING", kind="task_runs")
    api.state("alpha completes", ids[0], "COMPLETED", kind="task_runs")

    def asked(step, filter_, path="/task_runs/filter", **more):
        api(step, "POST", path, {"flow_runs": {"id": {"any_": [run]}}, "task_runs": filter_, **more})

    for sort in ("EXPECTED_START_TIME_ASC", "EXPECTED_START_TIME_DESC", "NAME_ASC", "NAME_DESC"):
        asked(f"sorted {sort}", {}, sort=sort)
    by_name = {"sort": "NAME_ASC"}
    asked("types", {"state": {"type": {"any_": ["COMPLETED"]}}})
    asked("tags", {"tags": {"all_": ["x"]}}, **by_name)
    asked("no tags", {"tags": {"is_null_": True}})
    asked("names", {"name": {"any_": ["cmp-gamma"]}})
    asked("name like", {"name": {"like_": "BETA"}})
    asked("ids", {"id": {"any_": ids[:2]}}, **by_name)
    asked("subflows", {"subflow_runs": {"exists_": True}})
    asked("no subflows", {"subflow_runs": {"exists_": False}}, **by_name)
    asked("of the run", {"flow_run_id": {"any_": [run]}}, **by_name)
    asked("window", {}, limit=1, offset=1, **by_name)
    asked("count", {}, "/task_runs/count")
    asked("page", {}, "/task_runs/paginate", limit=2, page=2, **by_name)
    asked("history", {}, "/task_runs/history", history_start="2027-04-01T00:00:00Z",
          history_end="2027-04-02T00:00:00Z", history_interval_seconds=43200)
    api("by flow", "POST", "/task_runs/filter", {"flows": {"id": {"any_": [flow]}}, **by_name})
    api("of the pages", "GET", f"/ui/task_runs/{ids[0]}")


def by_one_another(api):
    """Flows, flow runs and deployments by the runs below them."""
    flows = [api.made(f"flow {name}", "POST", "/flows/", {"name": f"cmp-by-{name}"}) for name in ("a", "b")]
    deployment = api.made("deployment", "POST", "/deployments/", {"name": "cmp-by", "flow_id": flows[0]})
    runs, tasks = [], []
    for number, flow in enumerate(flows):
        path = "/flow_runs/" if number else f"/deployments/{deployment}/create_flow_run"
        runs.append(api.made(f"run {number}", "POST", path, {
            "name": f"cmp-by-{number}", "state": PLAIN, **({"flow_id": flow} if number else {})}))
        tasks.append(api.made(f"task {number}", "POST", "/task_runs/", {
            "flow_run_id": runs[-1], "task_key": "k", "dynamic_key": "0", "name": f"cmp-by-task-{number}",
            "tags": [f"cmp-by-{number}"], "state": PLAIN}))
    empty = api.made("empty", "POST", "/flow_runs/", {
        "flow_id": flows[1], "name": "cmp-by-empty", "state": {"type": "PENDING"}})
    ours = {"flow_runs": {"id": {"any_": [*runs, empty]}}, "sort": "NAME_ASC"}
    for step, filter_ in {
        "id": {"id": {"any_": [tasks[1]]}}, "tags": {"tags": {"all_": ["cmp-by-0"]}}, "any task": {},
        "none": {"id": {"any_": []}}, "two": {"id": {"any_": tasks}},
        "neither": {"name": {"any_": ["cmp-by-task-0"]}, "tags": {"all_": ["cmp-by-1"]}},
        "one or the other": {
            "operator": "or_", "name": {"any_": ["cmp-by-task-0"]}, "tags": {"all_": ["cmp-by-1"]}},
    }.items():
        api(f"runs by task {step}", "POST", "/flow_runs/filter", {**ours, "task_runs": filter_})
        api(f"flows by task {step}", "POST", "/flows/filter", {
            "flows": {"id": {"any_": flows}}, "task_runs": filter_, "sort": "NAME_ASC"})
        api(f"deployments by task {step}", "POST", "/deployments/filter", {
            "deployments": {"id": {"any_": [deployment]}}, "task_runs": filter_})
    for step, run in (("its run", runs[0]), ("another run", runs[1])):
        api(f"deployments by {step}", "POST", "/deployments/filter", {"flow_runs": {"id": {"any_": [run]}}})
        api(f"flows by {step}", "POST", "/flows/filter", {
            "flow_runs": {"id": {"any_": [run]}}, "task_runs": {"id": {"any_": [tasks[0]]}}})
    api("count of runs by task", "POST", "/flow_runs/count", {**ours, "task_runs": {"id": {"any_": tasks}}})
    many = [f"00000000-0000-4000-8000-{number:012d}" for number in range(200)]
    api("many ids", "POST", "/flow_runs/filter", {"flow_runs": {"id": {"any_": [runs[0], *many]}}})
    api("many ids of tasks", "POST", "/task_runs/filter", {"task_runs": {"id": {"any_": [tasks[0], *many]}}})
