"""Log lines: sent, filtered, sorted, downloaded."""


def lives(api):
    flow = api.made("flow", "POST", "/flows/", {"name": "cmp-logs"})
    run = api.made("run", "POST", "/flow_runs/", {"flow_id": flow, "state": {"type": "PENDING"}})
    other = api.made("other", "POST", "/flow_runs/", {"flow_id": flow, "state": {"type": "PENDING"}})
    task = api.made("task", "POST", "/task_runs/", {
        "flow_run_id": run, "task_key": "t", "dynamic_key": "0", "state": {"type": "SCHEDULED"}})
    lines = [
        {"name": "prefect.flow_runs", "level": 20, "message": "hello, world", "timestamp": "2026-10-01T00:00:01Z",
         "flow_run_id": run},
        {"name": "prefect.task_runs", "level": 40, "message": "error \"quoted\"", "timestamp": "2026-10-01T00:00:02Z",
         "flow_run_id": run, "task_run_id": task},
        {"name": "x", "level": 10, "message": "two\nlines", "timestamp": "2026-10-01T00:00:00Z", "flow_run_id": run},
        {"name": "x", "level": 35, "message": "another", "timestamp": "2026-10-01T00:00:03Z", "flow_run_id": other},
    ]
    api("send", "POST", "/logs/", lines)
    api("send none", "POST", "/logs/", [])

    def asked(step, more, **body):
        filter_ = {"flow_run_id": {"any_": [run, other]}, **more}
        api(step, "POST", "/logs/filter", {"logs": filter_, "sort": "TIMESTAMP_ASC", **body})

    asked("all", {})
    asked("descending", {}, sort="TIMESTAMP_DESC")
    asked("of a run", {"flow_run_id": {"any_": [other]}})
    asked("of a task", {"task_run_id": {"any_": [task]}})
    asked("of no task", {"task_run_id": {"is_null_": True}})
    asked("level", {"level": {"ge_": 35}})
    asked("low level", {"level": {"le_": 20}})
    asked("after", {"timestamp": {"after_": "2026-10-01T00:00:01Z"}})
    asked("before", {"timestamp": {"before_": "2026-10-01T00:00:01Z"}})
    for number, query in enumerate(("error", "ERROR hello", "-error", "+lines +two", '"two lines"', "x", "hello !world")):
        asked(f"text {number}", {"text": {"query": query}})
    asked("text too long", {"text": {"query": "x" * 201}})
    asked("of tasks only", {"task_run_id": {"is_null_": False}})
    asked("of a task of another run", {"flow_run_id": {"any_": [other]}, "task_run_id": {"any_": [task]}})
    asked("of nothing", {"flow_run_id": {"any_": []}})
    asked("latest of both", {}, sort="TIMESTAMP_DESC", limit=2, offset=1)
    asked("window", {}, limit=2, offset=1)
    api("download", "GET", f"/flow_runs/{run}/logs/download")
