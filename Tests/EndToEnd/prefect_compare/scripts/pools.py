"""Work pools, their queues, workers, and what a worker finds."""


def lives(api):
    template = {
        "job_configuration": {"command": "{{ command }}"},
        "variables": {"type": "object", "properties": {"command": {"type": "string", "default": "x"}}}}
    api("create", "POST", "/work_pools/", {"name": "cmp-pool", "type": "process", "description": "about"})
    api("create again", "POST", "/work_pools/", {"name": "cmp-pool", "type": "process"})
    api("create reserved", "POST", "/work_pools/", {"name": "Prefect pool", "type": "process"})
    api("create with a slash", "POST", "/work_pools/", {"name": "a/b", "type": "process"})
    api("create full", "POST", "/work_pools/", {
        "name": "cmp-full", "type": "docker", "is_paused": True, "concurrency_limit": 4, "base_job_template": template})
    api("create untyped", "POST", "/work_pools/", {"name": "cmp-untyped"})
    api("read", "GET", "/work_pools/cmp-full")
    for step, body in {
        "paused": {"is_paused": True}, "resumed": {"is_paused": False}, "limit": {"concurrency_limit": 3},
        "no limit": {"concurrency_limit": None}, "description": {"description": "else"},
        "template": {"base_job_template": template}, "nothing": {},
    }.items():
        api(step, "PATCH", "/work_pools/cmp-pool", body)
        api(f"{step} read", "GET", "/work_pools/cmp-pool")
    api("list", "POST", "/work_pools/filter", {"work_pools": {"name": {"any_": ["cmp-pool", "cmp-full"]}}})
    api("list by type", "POST", "/work_pools/filter", {"work_pools": {"type": {"any_": ["docker"]}}})
    api("count", "POST", "/work_pools/count", {"work_pools": {"name": {"any_": ["cmp-pool"]}}})
    api("concurrency", "GET", "/work_pools/cmp-pool/concurrency_status")
    api("delete", "DELETE", "/work_pools/cmp-full")
    api("deleted", "GET", "/work_pools/cmp-full")
    api("delete again", "DELETE", "/work_pools/cmp-full")


def queues_of_them(api):
    api("pool", "POST", "/work_pools/", {"name": "cmp-queues", "type": "process"})
    path = "/work_pools/cmp-queues/queues"
    api("create", "POST", path, {"name": "one", "description": "d", "priority": 1, "concurrency_limit": 2})
    second = api.made("create second", "POST", path, {"name": "two", "is_paused": True})
    api("create again", "POST", path, {"name": "one"})
    api("create bad", "POST", path, {"name": "three", "priority": 0})
    api("read", "GET", f"{path}/one")
    api("read by id", "GET", f"/work_queues/{second}")
    api("update", "PATCH", f"{path}/one", {"priority": 3, "concurrency_limit": 5, "is_paused": True})
    api("updated", "GET", f"{path}/one")
    api("update by id", "PATCH", f"/work_queues/{second}", {"is_paused": False, "description": "e"})
    api("rename", "PATCH", f"{path}/one", {"name": "first"})
    api("renamed", "GET", f"{path}/first")
    api("by its old name", "GET", f"{path}/one")
    api("rename back", "PATCH", f"{path}/first", {"name": "one"})
    api("list", "POST", f"{path}/filter", {})
    api("list named", "POST", f"{path}/filter", {"work_queues": {"name": {"any_": ["two"]}}})
    api("list of all", "POST", "/work_queues/filter", {"work_queues": {"name": {"any_": ["one"]}}})
    api("status", "GET", f"/work_queues/{second}/status")
    api("runs", "POST", f"/work_queues/{second}/get_runs", {})
    api("delete default", "DELETE", f"{path}/default")
    api("delete", "DELETE", f"{path}/two")
    api("delete again", "DELETE", f"{path}/two")


def workers_of_them(api):
    api("pool", "POST", "/work_pools/", {"name": "cmp-workers", "type": "process"})
    path = "/work_pools/cmp-workers/workers"
    api("heartbeat", "POST", f"{path}/heartbeat", {"name": "w", "heartbeat_interval_seconds": 30})
    api("heartbeat of another", "POST", f"{path}/heartbeat", {"name": "v"})
    api("list", "POST", f"{path}/filter", {})
    api("online", "POST", f"{path}/filter", {"workers": {"status": {"any_": ["ONLINE"]}}})
    api("pool read", "GET", "/work_pools/cmp-workers")
    api("delete", "DELETE", f"{path}/w")
    api("delete again", "DELETE", f"{path}/w")
    api("heartbeat of no pool", "POST", "/work_pools/nothing-there/workers/heartbeat", {"name": "w"})


def what_workers_find(api):
    api("pool", "POST", "/work_pools/", {"name": "cmp-found", "type": "process", "base_job_template": {
        "job_configuration": {"env": "{{ env }}"}, "variables": {"properties": {"env": {"type": "object"}}}}})
    api("queue", "POST", "/work_pools/cmp-found/queues", {"name": "urgent", "priority": 1})
    flow = api.made("flow", "POST", "/flows/", {"name": "cmp-found"})
    usual = api.made("deployment", "POST", "/deployments/", {
        "name": "usual", "flow_id": flow, "work_pool_name": "cmp-found", "job_variables": {"env": {"A": "1"}}})
    api("unknown variable", "POST", "/deployments/", {
        "name": "unknown", "flow_id": flow, "work_pool_name": "cmp-found", "job_variables": {"nothing": 1}})
    urgent = api.made("urgent deployment", "POST", "/deployments/", {
        "name": "urgent", "flow_id": flow, "work_pool_name": "cmp-found", "work_queue_name": "urgent"})
    new_queue = api.made("deployment in a new queue", "POST", "/deployments/", {
        "name": "new", "flow_id": flow, "work_pool_name": "cmp-found", "work_queue_name": "made-by-it"})
    api("queues", "POST", "/work_pools/cmp-found/queues/filter", {})
    first = api.made("run", "POST", f"/deployments/{usual}/create_flow_run", {"name": "first"})
    api.made("urgent run", "POST", f"/deployments/{urgent}/create_flow_run", {"name": "second"})
    api.made("later run", "POST", f"/deployments/{new_queue}/create_flow_run", {
        "name": "later", "state": {"type": "SCHEDULED", "state_details": {"scheduled_time": "2027-03-01T12:00:00Z"}}})
    path = "/work_pools/cmp-found/get_scheduled_flow_runs"
    api("poll", "POST", path, {})
    api("poll a queue", "POST", path, {"work_queue_names": ["default"]})
    api("poll far", "POST", path, {"scheduled_before": "2028-01-01T00:00:00Z"})
    api("poll few", "POST", path, {"limit": 1})
    api("poll no queue", "POST", path, {"work_queue_names": ["nothing"]})
    api("paused", "PATCH", "/work_pools/cmp-found", {"is_paused": True})
    api("poll paused", "POST", path, {})
    api("resumed", "PATCH", "/work_pools/cmp-found", {"is_paused": False, "concurrency_limit": 1})
    api("poll limited", "POST", path, {})
    api.state("claim", first, "PENDING")
    api("poll full", "POST", path, {})
    api("run read", "GET", f"/flow_runs/{first}")
    api("pool read", "GET", "/work_pools/cmp-found")
    api("deployment read", "GET", f"/deployments/{usual}")
    api("runs of the pool", "POST", "/flow_runs/count", {"work_pools": {"name": {"any_": ["cmp-found"]}}})
    api("runs of a queue", "POST", "/flow_runs/count", {"work_pool_queues": {"name": {"any_": ["urgent"]}}})
    api("concurrency", "GET", "/work_pools/cmp-found/concurrency_status")
