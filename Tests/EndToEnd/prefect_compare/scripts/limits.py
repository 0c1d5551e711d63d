"""Concurrency limits, of both kinds, and their leases."""

from ..recorder import NOTHING


def lives(api):
    made = api.made("create", "POST", "/v2/concurrency_limits/", {"name": "cmp-limit", "limit": 2})
    api("create again", "POST", "/v2/concurrency_limits/", {"name": "cmp-limit", "limit": 2})
    api("create full", "POST", "/v2/concurrency_limits/", {
        "name": "cmp-rate", "limit": 10, "active": True, "slot_decay_per_second": 2.5})
    api("read", "GET", f"/v2/concurrency_limits/{made}")
    api("by name", "GET", "/v2/concurrency_limits/cmp-limit")
    api("update", "PATCH", "/v2/concurrency_limits/cmp-limit", {"limit": 3})
    api("inactive", "PATCH", f"/v2/concurrency_limits/{made}", {"active": False})
    api("updated", "GET", "/v2/concurrency_limits/cmp-limit")
    api("slots of an inactive one", "POST", "/v2/concurrency_limits/increment", {"names": ["cmp-limit"], "slots": 1})
    api("create another", "POST", "/v2/concurrency_limits/", {"name": "cmp-other", "limit": 1})
    api("rename", "PATCH", "/v2/concurrency_limits/cmp-other", {"name": "cmp-renamed"})
    api("renamed", "GET", "/v2/concurrency_limits/cmp-renamed")
    api("by its old name", "GET", "/v2/concurrency_limits/cmp-other")
    api("delete", "DELETE", f"/v2/concurrency_limits/{made}")
    api("delete again", "DELETE", "/v2/concurrency_limits/cmp-limit")
    api("update none", "PATCH", "/v2/concurrency_limits/cmp-limit", {"limit": 3})


def slots_and_leases(api):
    api("limit", "POST", "/v2/concurrency_limits/", {"name": "cmp-slots", "limit": 2})
    path = "/v2/concurrency_limits"
    api("take", "POST", f"{path}/increment", {"names": ["cmp-slots"], "slots": 1})
    api("take more", "POST", f"{path}/increment", {"names": ["cmp-slots"], "slots": 2})
    api("taken", "GET", f"{path}/cmp-slots")
    api("too many", "POST", f"{path}/increment", {"names": ["cmp-slots"], "slots": 3})
    api("none", "POST", f"{path}/increment", {"names": ["cmp-slots"], "slots": 0})
    api("of nothing", "POST", f"{path}/increment", {"names": ["cmp-nothing"], "slots": 1})
    api("as a rate", "POST", f"{path}/increment", {"names": ["cmp-slots"], "slots": 1, "mode": "rate_limit"})
    api("give back", "POST", f"{path}/decrement", {"names": ["cmp-slots"], "slots": 1, "occupancy_seconds": 1.5})
    api("give back too much", "POST", f"{path}/decrement", {"names": ["cmp-slots"], "slots": 1})
    api("given back", "GET", f"{path}/cmp-slots")
    lease = api("lease", "POST", f"{path}/increment-with-lease", {
        "names": ["cmp-slots", "cmp-nothing"], "slots": 2, "lease_duration": 60})
    lease = lease.get("lease_id", NOTHING) if isinstance(lease, dict) else NOTHING
    api("lease more", "POST", f"{path}/increment-with-lease", {"names": ["cmp-slots"], "slots": 1, "lease_duration": 60})
    api("lease too short", "POST", f"{path}/increment-with-lease", {
        "names": ["cmp-slots"], "slots": 1, "lease_duration": 1})
    api("renew", "POST", f"{path}/leases/{lease}/renew", {"lease_duration": 60})
    api("leased", "GET", f"{path}/cmp-slots")
    api("end", "POST", f"{path}/decrement-with-lease", {"lease_id": lease})
    api("renew ended", "POST", f"{path}/leases/{lease}/renew", {"lease_duration": 60})
    api("end again", "POST", f"{path}/decrement-with-lease", {"lease_id": lease})
    api("lease of nothing", "POST", f"{path}/increment-with-lease", {
        "names": ["cmp-nothing"], "slots": 1, "lease_duration": 60})
    api("at the end", "GET", f"{path}/cmp-slots")


def of_tags(api):
    made = api.made("create", "POST", "/concurrency_limits/", {"tag": "cmp-tag", "concurrency_limit": 1})
    api("create again", "POST", "/concurrency_limits/", {"tag": "cmp-tag", "concurrency_limit": 2})
    api("read", "GET", f"/concurrency_limits/{made}")
    api("by tag", "GET", "/concurrency_limits/tag/cmp-tag")
    take = {"names": ["cmp-tag"], "task_run_id": "44444444-4444-4444-8444-444444444444"}
    api("take", "POST", "/concurrency_limits/increment", take)
    api("take by another", "POST", "/concurrency_limits/increment", {
        **take, "task_run_id": "55555555-5555-4555-8555-555555555555"})
    api("taken", "GET", "/concurrency_limits/tag/cmp-tag")
    api("as the other kind", "GET", "/v2/concurrency_limits/tag:cmp-tag")
    api("give back", "POST", "/concurrency_limits/decrement", take)
    api("list", "POST", "/concurrency_limits/filter", {})
    api("reset", "POST", "/concurrency_limits/tag/cmp-tag/reset", {})
    api("delete", "DELETE", "/concurrency_limits/tag/cmp-tag")
    api("delete again", "DELETE", "/concurrency_limits/tag/cmp-tag")
    api("take of nothing", "POST", "/concurrency_limits/increment", {**take, "names": ["cmp-no-tag"]})
