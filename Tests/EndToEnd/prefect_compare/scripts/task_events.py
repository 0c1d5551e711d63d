"""Task runs as Prefect's client tells of them: as events."""

import uuid

ENDS = ("COMPLETED", "FAILED", "CRASHED")
SPACE = uuid.UUID("6d4e1a52-3a3e-4b55-9a77-8f2f4a0f5d11")


def _told(run, task, states):
    events, last = [], None
    for second, (type_, name) in enumerate(states):
        event = str(uuid.uuid5(SPACE, f"{run} {task} {second}"))
        events.append({
            "id": event, "event": f"prefect.task-run.{name}", "follows": last,
            "occurred": f"2026-10-01T05:52:{second:02}Z",
            "resource": {
                "prefect.resource.id": f"prefect.task-run.{task}", "prefect.resource.name": "told-0",
                "prefect.orchestration": "client"},
            "related": [{"prefect.resource.id": f"prefect.flow-run.{run}", "prefect.resource.role": "flow-run"}],
            "payload": {
                "intended": {"from": None, "to": type_}, "initial_state": None,
                "validated_state": {
                    "type": type_, "name": name, "message": f"says {name}",
                    "state_details": {"flow_run_id": run, "task_run_id": task, "untrackable_result": False}},
                "task_run": {
                    "name": "told-0", "task_key": "told-1a2b3c4d", "dynamic_key": task, "flow_run_run_count": 1,
                    "run_count": second, "tags": ["x"], "labels": {"l": "v"}, "task_inputs": {"n": []},
                    "empirical_policy": {
                        "max_retries": 0, "retry_delay_seconds": 0, "retries": 2, "retry_delay": 1,
                        "retry_jitter_factor": None},
                    "expected_start_time": "2026-10-01T05:52:00Z",
                    "start_time": "2026-10-01T05:52:01Z" if second else None,
                    "end_time": f"2026-10-01T05:52:{second:02}Z" if type_ in ENDS else None,
                    "total_run_time": max(0, second - 1)}}})
        last = event
    return events


def told_in_events(api):
    flow = api.made("flow", "POST", "/flows/", {"name": "cmp-told"})
    run = api.made("flow run", "POST", "/flow_runs/", {"flow_id": flow, "state": {"type": "PENDING"}})
    api.state("flow runs", run, "RUNNING")
    ways = {
        "completed": [("PENDING", "Pending"), ("RUNNING", "Running"), ("COMPLETED", "Completed")],
        "cached": [("PENDING", "Pending"), ("COMPLETED", "Cached")],
        "retried": [
            ("PENDING", "Pending"), ("RUNNING", "Running"), ("SCHEDULED", "AwaitingRetry"), ("RUNNING", "Retrying"),
            ("FAILED", "Failed")],
        "crashed": [("PENDING", "Pending"), ("RUNNING", "Running"), ("CRASHED", "Crashed")],
        "running": [("PENDING", "Pending"), ("RUNNING", "Running")],
    }
    for name, states in ways.items():
        task = str(uuid.UUID(bytes=uuid.uuid5(SPACE, f"{run} {name}").bytes, version=4))
        api(f"{name}: told", "POST", "/events", _told(run, task, states))
        api.until(f"{name}: read", "GET", f"/task_runs/{task}", None, lambda found: found["state_name"] == states[-1][1])
        api.until(
            f"{name}: states", "GET", f"/task_run_states/?task_run_id={task}", None,
            lambda found: len(found) == len(states))
    api("count", "POST", "/task_runs/count", {"flow_runs": {"id": {"any_": [run]}}})
    for type_ in ("COMPLETED", "FAILED", "RUNNING"):
        api(f"count {type_}", "POST", "/task_runs/count", {
            "flow_runs": {"id": {"any_": [run]}}, "task_runs": {"state": {"type": {"any_": [type_]}}}})
    api("counts of a page", "POST", "/ui/task_runs/count", {"flow_runs": {"id": {"any_": [run]}}})
    api("counts of runs", "POST", "/ui/flow_runs/count-task-runs", {"flow_run_ids": [run]})
