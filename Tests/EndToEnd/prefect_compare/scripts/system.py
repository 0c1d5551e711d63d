"""What a client asks before anything else, and what no server has."""

from ..recorder import NOTHING


def greetings(api):
    for path in ("/health", "/ready", "/hello", "/version", "/admin/version", "/admin/storage"):
        api(path, "GET", path)
    api("csrf", "GET", f"/csrf-token?client={NOTHING}")
    api("worker metadata", "GET", "/collections/views/aggregate-worker-metadata")
    api("other view", "GET", "/collections/views/nothing")


def nothing_there(api):
    for kind in (
        "flows", "flow_runs", "task_runs", "deployments", "variables", "artifacts", "block_types", "block_schemas",
        "block_documents", "automations", "work_queues", "saved_searches", "concurrency_limits",
        "v2/concurrency_limits"):
        api(f"{kind} get", "GET", f"/{kind}/{NOTHING}")
        api(f"{kind} delete", "DELETE", f"/{kind}/{NOTHING}")
        api(f"{kind} no id", "GET", f"/{kind}/no-id")
    for kind in ("flows", "flow_runs", "task_runs", "deployments", "variables", "artifacts", "work_queues"):
        api(f"{kind} patch", "PATCH", f"/{kind}/{NOTHING}", {})
    for path in (
        "/flows/name/nothing", "/deployments/name/nothing/nothing", "/variables/name/nothing", "/work_pools/nothing",
        "/work_pools/nothing/queues/nothing", "/block_types/slug/nothing", "/block_schemas/checksum/nothing",
        "/block_types/slug/nothing/block_documents/name/nothing", "/artifacts/nothing/latest",
        "/concurrency_limits/tag/nothing", "/work_queues/name/nothing", f"/flow_runs/{NOTHING}/input/nothing",
        f"/flow_runs/{NOTHING}/graph-v2", f"/flow_runs/{NOTHING}/graph", f"/flow_run_states/?flow_run_id={NOTHING}",
        f"/task_run_states/?task_run_id={NOTHING}", "/nothing", f"/automations/related-to/nothing"):
        api(path, "GET", path)
    for kind in ("flow_runs", "task_runs"):
        api.state(f"{kind} state", NOTHING, "RUNNING", kind=kind)
    api("resume", "POST", f"/flow_runs/{NOTHING}/resume", {})
    api("run of no deployment", "POST", f"/deployments/{NOTHING}/create_flow_run", {})
    api("poll of no pool", "POST", "/work_pools/nothing/get_scheduled_flow_runs", {})
    api("workers of no pool", "POST", "/work_pools/nothing/workers/filter", {})
    api("queues of no pool", "POST", "/work_pools/nothing/queues/filter", {})
    api("other method", "PUT", "/flows/")


def what_does_not_fit(api):
    api("flow without a name", "POST", "/flows/", {})
    api("flow of a number", "POST", "/flows/", {"name": 1})
    api("flow with a slash", "POST", "/flows/", {"name": "a/b"})
    api("flow with a member too many", "POST", "/flows/", {"name": "cmp-extra", "nothing": 1})
    api("run of no flow", "POST", "/flow_runs/", {"flow_id": NOTHING})
    api("run without a flow", "POST", "/flow_runs/", {})
    api("run of a bad id", "POST", "/flow_runs/", {"flow_id": "x"})
    api("state of no type", "POST", f"/flow_runs/{NOTHING}/set_state", {"state": {"type": "NOTHING"}})
    api("no state", "POST", f"/flow_runs/{NOTHING}/set_state", {})
    api("bad limit", "POST", "/flow_runs/filter", {"limit": 201})
    api("negative limit", "POST", "/flow_runs/filter", {"limit": -1})
    api("negative offset", "POST", "/flow_runs/filter", {"offset": -1})
    api("bad sort", "POST", "/flow_runs/filter", {"sort": "NOTHING"})
    api("bad page", "POST", "/flow_runs/paginate", {"page": 0})
    api("bad filter", "POST", "/flow_runs/filter", {"flow_runs": {"id": {"any_": ["x"]}}})
    api("unknown criterion", "POST", "/flow_runs/filter", {"flow_runs": {"nothing": {"any_": []}}})
    api("no cron", "POST", "/deployments/", {"name": "x", "flow_id": NOTHING, "schedules": [{"schedule": {"cron": "x"}}]})
    api("pool without a name", "POST", "/work_pools/", {"type": "process"})
    api("limit below zero", "POST", "/v2/concurrency_limits/", {"name": "x", "limit": -1})
    api("variable of a bad name", "POST", "/variables/", {"name": "Bad Name", "value": 1})
    api("artifact of a bad key", "POST", "/artifacts/", {"key": "Bad Key"})
    api("log of no level", "POST", "/logs/", [{"name": "x", "message": "m", "timestamp": "2026-01-01T00:00:00Z"}])
    api("a list for an object", "POST", "/flows/", [])
