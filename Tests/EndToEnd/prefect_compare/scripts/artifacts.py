"""Artifacts, and the latest of each key."""


def lives(api):
    flow = api.made("flow", "POST", "/flows/", {"name": "cmp-artifacts"})
    run = api.made("run", "POST", "/flow_runs/", {"flow_id": flow, "state": {"type": "PENDING"}})
    first = api.made("first", "POST", "/artifacts/", {
        "key": "cmp-report", "type": "markdown", "data": "# One", "description": "one", "flow_run_id": run})
    second = api.made("second", "POST", "/artifacts/", {
        "key": "cmp-report", "type": "markdown", "data": "# Two", "description": "two", "flow_run_id": run,
        "metadata_": {"k": "v"}})
    api.made("table", "POST", "/artifacts/", {"key": "cmp-table", "type": "table", "data": "[{\"a\": 1}]"})
    progress = api.made("progress", "POST", "/artifacts/", {"key": "cmp-progress", "type": "progress", "data": 10.5})
    api("image", "POST", "/artifacts/", {"key": "cmp-image", "type": "image", "data": "http://x/y.png"})
    api("link", "POST", "/artifacts/", {"key": "cmp-link", "type": "link", "data": "[x](http://x)"})
    keyless = api.made("keyless", "POST", "/artifacts/", {"type": "markdown", "data": "no key", "flow_run_id": run})
    api("read", "GET", f"/artifacts/{first}")
    api("latest", "GET", "/artifacts/cmp-report/latest")
    api("update", "PATCH", f"/artifacts/{progress}", {"data": 55.5, "description": "half"})
    api("updated", "GET", f"/artifacts/{progress}")

    def asked(step, filter_, path="/artifacts/filter", **more):
        api(step, "POST", path, {"artifacts": filter_, **({"sort": "KEY_ASC"} | more)})

    asked("by key", {"key": {"any_": ["cmp-report"]}}, sort="CREATED_DESC")
    asked("key like", {"key": {"like_": "cmp-%"}})
    asked("without a key", {"key": {"exists_": False}, "flow_run_id": {"any_": [run]}})
    asked("of the run", {"flow_run_id": {"any_": [run]}}, sort="CREATED_DESC")
    asked("by type", {"type": {"any_": ["table"]}})
    asked("not by type", {"type": {"not_any_": ["table", "result"]}, "key": {"exists_": True}})
    asked("ids", {"id": {"any_": [first, keyless]}}, sort="CREATED_DESC")
    asked("window", {"key": {"exists_": True}}, limit=1, offset=1)
    asked("count", {"key": {"any_": ["cmp-report"]}}, "/artifacts/count")
    asked("latest list", {"key": {"like_": "cmp-%"}}, "/artifacts/latest/filter")
    asked("latest of the run", {"flow_run_id": {"any_": [run]}}, "/artifacts/latest/filter")
    asked("latest count", {}, "/artifacts/latest/count")
    api("delete", "DELETE", f"/artifacts/{second}")
    api("delete again", "DELETE", f"/artifacts/{second}")
    api("latest after", "GET", "/artifacts/cmp-report/latest")
    api("update deleted", "PATCH", f"/artifacts/{second}", {"data": "x"})
    api("of the graph", "GET", f"/flow_runs/{run}/graph-v2")
