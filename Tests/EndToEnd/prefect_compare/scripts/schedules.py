"""Schedules of deployments, and the runs that they make."""


def _deployment(api, name, **more):
    flow = api.made("flow", "POST", "/flows/", {"name": f"cmp-{name}"})
    return api.made("deployment", "POST", "/deployments/", {"name": "d", "flow_id": flow, **more})


KINDS = {
    "cron": {"cron": "0 3 * * *", "timezone": "Europe/Berlin"},
    "cron plain": {"cron": "*/5 * * * *"},
    "cron or": {"cron": "0 0 1 * 1", "timezone": "UTC", "day_or": False},
    "interval": {"interval": 3600, "anchor_date": "2026-01-01T00:00:00Z", "timezone": "America/New_York"},
    "interval in days": {"interval": 172800.0, "anchor_date": "2026-01-01T00:00:00+00:00"},
    "rrule": {"rrule": "FREQ=DAILY;BYHOUR=9;BYMINUTE=0;BYSECOND=0", "timezone": "Asia/Tokyo"},
    "rrule from": {"rrule": "DTSTART:20260101T000000\nFREQ=WEEKLY;BYDAY=MO"},
}


def given_at_once(api):
    flow = api.made("flow", "POST", "/flows/", {"name": "cmp-at-once"})
    for name, schedule in KINDS.items():
        made = api.made(f"{name}: deployment", "POST", "/deployments/", {
            "name": name, "flow_id": flow, "schedules": [{"schedule": schedule, "active": False}]})
        api(f"{name}: list", "GET", f"/deployments/{made}/schedules")


def added_and_changed(api):
    flow = api.made("flow", "POST", "/flows/", {"name": "cmp-added"})
    made = api.made("deployment", "POST", "/deployments/", {"name": "d", "flow_id": flow})
    path = f"/deployments/{made}/schedules"
    answer = api("full", "POST", path, [{
        "schedule": KINDS["cron"], "active": True, "slug": "named", "parameters": {"n": 1}, "max_scheduled_runs": 5}])
    schedule = answer[0]["id"] if isinstance(answer, list) and answer else "00000000-0000-4000-8000-000000000000"
    api("list", "GET", path)
    for step, body in {
        "stop": {"active": False}, "other": {"schedule": {"cron": "0 4 * * *"}}, "slug": {"slug": "else"},
        "parameters": {"parameters": {"n": 2}}, "start": {"active": True}, "nothing": {},
    }.items():
        api(step, "PATCH", f"{path}/{schedule}", body)
        api(f"{step} read", "GET", f"/deployments/{made}")
    api("change another", "PATCH", f"{path}/00000000-0000-4000-8000-000000000000", {"active": False})
    api("delete", "DELETE", f"{path}/{schedule}")
    api("delete again", "DELETE", f"{path}/{schedule}")
    for name, schedule in KINDS.items():
        of = api.made(f"{name}: deployment", "POST", "/deployments/", {
            "name": name, "flow_id": flow})
        api(name, "POST", f"/deployments/{of}/schedules", [{"schedule": schedule, "active": False}])
    api("deployed anew", "PATCH", f"/deployments/{made}", {"schedules": [{"schedule": KINDS["cron"], "active": False}]})
    api("deployed anew read", "GET", f"/deployments/{made}")
    for name, bad in {
        "bad cron": {"cron": "x"}, "no interval": {"interval": 0}, "bad rule": {"rrule": "x"},
        "bad zone": {"cron": "0 0 * * *", "timezone": "Nowhere"}, "nothing": {},
    }.items():
        api(name, "POST", path, [{"schedule": bad}])
    api("of nothing", "GET", "/deployments/00000000-0000-4000-8000-000000000000/schedules")


def make_runs(api):
    made = _deployment(
        api, "scheduled", schedules=[{"schedule": {"cron": "30 12 1 * *", "timezone": "UTC"}, "parameters": {"n": 1}}],
        parameters={"n": 0, "m": 2}, tags=["t"], job_variables={"a": 1})
    runs = {"deployments": {"id": {"any_": [made]}}, "sort": "EXPECTED_START_TIME_ASC", "limit": 3}
    api.until("runs", "POST", "/flow_runs/filter", runs, lambda found: len(found) >= 3)
    api("due", "POST", "/deployments/get_scheduled_flow_runs", {
        "deployment_ids": [made], "scheduled_before": "2027-12-31T00:00:00Z", "limit": 1})
    api("read", "GET", f"/deployments/{made}")
    api("pause", "POST", f"/deployments/{made}/pause_deployment")
    api("paused runs", "POST", "/flow_runs/count", {"deployments": {"id": {"any_": [made]}}})
    api("resume", "POST", f"/deployments/{made}/resume_deployment")
    api("schedule", "POST", f"/deployments/{made}/schedule", {"max_runs": 3})
