"""Inputs of flow runs."""


def lives(api):
    flow = api.made("flow", "POST", "/flows/", {"name": "cmp-inputs"})
    run = api.made("run", "POST", "/flow_runs/", {"flow_id": flow, "state": {"type": "PENDING"}})
    path = f"/flow_runs/{run}/input"
    api("create", "POST", path, {"key": "one-1", "value": "{\"a\": 1}", "sender": "prefect.flow-run.x"})
    api("create again", "POST", path, {"key": "one-1", "value": "2"})
    api("create plain", "POST", path, {"key": "one-2", "value": "text"})
    api("create other", "POST", path, {"key": "two", "value": "3"})
    api("bad key", "POST", path, {"key": "Bad Key", "value": "3"})
    api("no key", "POST", path, {"value": "3"})
    api("read", "GET", f"{path}/one-1")
    api("read none", "GET", f"{path}/none")
    api("filter", "POST", f"{path}/filter", {"prefix": "one"})
    api("filter one", "POST", f"{path}/filter", {"prefix": "one", "limit": 1})
    api("filter without", "POST", f"{path}/filter", {"prefix": "one", "exclude_keys": ["one-1"]})
    api("filter none", "POST", f"{path}/filter", {"prefix": "none"})
    api("delete", "DELETE", f"{path}/one-1")
    api("delete again", "DELETE", f"{path}/one-1")


def resume_with_them(api):
    flow = api.made("flow", "POST", "/flows/", {"name": "cmp-resumed"})
    run = api.made("run", "POST", "/flow_runs/", {"flow_id": flow, "state": {"type": "PENDING"}})
    api.state("running", run, "RUNNING")
    keys = {"schema": "paused-schema", "response": "paused-response", "description": "paused-description"}
    schema = (
        '{"title": "A", "type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}, '
        '"s": {"type": "string", "default": "x"}}}')
    api("schema", "POST", f"/flow_runs/{run}/input", {"key": "paused-schema", "value": schema})
    details = {"pause_timeout": "2027-03-01T12:00:00Z", "pause_key": "k", "run_input_keyset": keys}
    api.state("paused", run, "PAUSED", state_details=details)
    # A pause forgets what an earlier one of the same keys was given.
    api("schema forgotten", "GET", f"/flow_runs/{run}/input/paused-schema")
    api("schema again", "POST", f"/flow_runs/{run}/input", {"key": "paused-schema", "value": schema})
    api("bad", "POST", f"/flow_runs/{run}/resume", {"run_input": {"n": "text"}})
    api("missing", "POST", f"/flow_runs/{run}/resume", {"run_input": {}})
    api("nothing", "POST", f"/flow_runs/{run}/resume", {})
    api("good", "POST", f"/flow_runs/{run}/resume", {"run_input": {"n": 5}})
    api("response", "GET", f"/flow_runs/{run}/input/paused-response")
    api("read", "GET", f"/flow_runs/{run}")
