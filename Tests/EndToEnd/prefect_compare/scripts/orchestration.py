"""What may become of a flow run: every rule of its orchestration that a request can meet."""

TYPES = ("SCHEDULED", "PENDING", "RUNNING", "PAUSED", "CANCELLING", "COMPLETED", "FAILED", "CANCELLED", "CRASHED")
# How a run comes to a state.
WAYS = {
    "SCHEDULED": (), "PENDING": ("PENDING",), "RUNNING": ("PENDING", "RUNNING"),
    "PAUSED": ("PENDING", "RUNNING", "PAUSED"), "CANCELLING": ("PENDING", "RUNNING", "CANCELLING"),
    "COMPLETED": ("PENDING", "RUNNING", "COMPLETED"), "FAILED": ("PENDING", "RUNNING", "FAILED"),
    "CANCELLED": ("PENDING", "RUNNING", "CANCELLED"), "CRASHED": ("PENDING", "RUNNING", "CRASHED"),
}


def _run(api, step, flow, state="PENDING", **more):
    return api.made(step, "POST", "/flow_runs/", {"flow_id": flow, "state": {"type": state}, **more})


def _flow(api, name):
    return api.made("flow", "POST", "/flows/", {"name": f"cmp-{name}"})


def _every_pair(api, flow, force):
    for source, way in WAYS.items():
        for target in TYPES:
            step = f"{source} to {target}"
            run = _run(api, f"{step}: made", flow, "SCHEDULED")
            for number, state in enumerate(way):
                api.state(f"{step}: way {number}", run, state)
            api.state(step, run, target, force=force)
            api(f"{step}: read", "GET", f"/flow_runs/{run}")


def every_pair_of_states(api):
    _every_pair(api, _flow(api, "pairs"), False)


def every_pair_by_force(api):
    _every_pair(api, _flow(api, "forced"), True)


def a_whole_life(api):
    flow = _flow(api, "life")
    run = _run(api, "made", flow)
    api.state("running", run, "RUNNING", state_details={"transition_id": "22222222-2222-4222-8222-222222222222"})
    api.state("the same again", run, "RUNNING", state_details={"transition_id": "22222222-2222-4222-8222-222222222222"})
    api.state("running again", run, "RUNNING", state_details={"transition_id": "33333333-3333-4333-8333-333333333333"})
    api.state("named", run, "RUNNING", name="Stage two", message="half way")
    data = {"type": "unpersisted"}
    api.state("completed", run, "COMPLETED", name="Finished", message="All done", data=data)
    api("read", "GET", f"/flow_runs/{run}")
    api("states", "GET", f"/flow_run_states/?flow_run_id={run}")


def results_are_kept(api):
    flow = _flow(api, "result")
    data = {
        "storage_key": "/tmp/x", "expiration": None, "storage_block_id": None, "serializer": {"type": "pickle"},
        "prefect_version": "3.9.1"}
    run = _run(api, "made", flow)
    api.state("running", run, "RUNNING")
    api.state("completed", run, "COMPLETED", data=data)
    api("read", "GET", f"/flow_runs/{run}")
    api.state("running again", run, "RUNNING")
    api.state("completed without", run, "COMPLETED")
    api.state("failed after", run, "FAILED")
    api.state("failed by force", run, "FAILED", force=True)
    api("read at the end", "GET", f"/flow_runs/{run}")
    api("states", "GET", f"/flow_run_states/?flow_run_id={run}")


def tried_again(api):
    flow = _flow(api, "retries")
    run = _run(api, "made", flow, empirical_policy={"retries": 2, "retry_delay": 0})
    for attempt in range(3):
        api.state(f"running {attempt}", run, "RUNNING")
        api.state(f"failed {attempt}", run, "FAILED", message="broken", data={"type": "unpersisted"})
        api(f"read {attempt}", "GET", f"/flow_runs/{run}")
    api("states", "GET", f"/flow_run_states/?flow_run_id={run}")
    slow = _run(api, "slow made", flow, empirical_policy={"retries": 1, "retry_delay": 60})
    api.state("slow running", slow, "RUNNING")
    api.state("slow failed", slow, "FAILED")
    api.state("slow too early", slow, "RUNNING")
    api("slow read", "GET", f"/flow_runs/{slow}")
    crashed = _run(api, "crashed made", flow, empirical_policy={"retries": 1, "retry_delay": 0})
    api.state("crashed running", crashed, "RUNNING")
    api.state("crashed", crashed, "CRASHED", message="died")
    api("crashed read", "GET", f"/flow_runs/{crashed}")


def not_before_its_time(api):
    flow = _flow(api, "early")
    state = {"type": "SCHEDULED", "state_details": {"scheduled_time": "2027-03-01T12:00:00Z"}}
    run = api.made("made", "POST", "/flow_runs/", {"flow_id": flow, "state": state})
    answer = api.ask("POST", f"/flow_runs/{run}/set_state", {"state": {"type": "RUNNING"}})[1]
    # How long it is until then differs from one time to the next.
    answer.get("details", {}).pop("delay_seconds", None)
    api.keep("running", 200, answer)
    api.state("late", run, "SCHEDULED", name="Late", state_details={"scheduled_time": "2027-03-01T12:00:00Z"})
    api("late read", "GET", f"/flow_runs/{run}")
    api.state("pending", run, "PENDING")
    api("pending read", "GET", f"/flow_runs/{run}")
    api.state("pending again", run, "PENDING")
    api.state("submitting", run, "PENDING", name="Submitting")
    api.state("infrastructure", run, "PENDING", name="InfrastructurePending")
    api.state("claimed late", run, "PENDING")
    api("at the end", "GET", f"/flow_runs/{run}")
    api("states", "GET", f"/flow_run_states/?flow_run_id={run}")


def paused_and_resumed(api):
    flow = _flow(api, "pauses")
    pause = {"pause_timeout": "2027-03-01T12:00:00Z", "pause_key": "one", "pause_reschedule": False}
    run = _run(api, "made", flow)
    api.state("pause before running", run, "PAUSED", state_details=pause)
    api.state("running", run, "RUNNING")
    api.state("paused", run, "PAUSED", state_details=pause)
    api("paused read", "GET", f"/flow_runs/{run}")
    api("resume", "POST", f"/flow_runs/{run}/resume", {})
    api("resumed read", "GET", f"/flow_runs/{run}")
    api("resume again", "POST", f"/flow_runs/{run}/resume", {})
    api.state("paused by the same key", run, "PAUSED", state_details=pause)
    api.state("paused by another key", run, "PAUSED", state_details={**pause, "pause_key": "two"})
    api.state("pending while paused", run, "PENDING")
    api.state("running by itself", run, "RUNNING")
    api("on read", "GET", f"/flow_runs/{run}")
    api.state("suspended without a deployment", run, "PAUSED", name="Suspended", state_details={
        **pause, "pause_key": "three", "pause_reschedule": True})
    over = {"pause_timeout": "2026-01-01T12:00:00Z", "pause_key": "over"}
    api.state("paused until long ago", run, "PAUSED", state_details=over)
    api("resumed too late", "POST", f"/flow_runs/{run}/resume", {})
    api("at the end", "GET", f"/flow_runs/{run}")
    api("states", "GET", f"/flow_run_states/?flow_run_id={run}")


def cancelled(api):
    flow = _flow(api, "cancels")
    run = _run(api, "scheduled", flow, "SCHEDULED")
    api.state("scheduled cancelling", run, "CANCELLING")
    api("scheduled read", "GET", f"/flow_runs/{run}")
    run = _run(api, "with a process", flow, "SCHEDULED")
    api("process", "PATCH", f"/flow_runs/{run}", {"infrastructure_pid": "host:1"})
    api.state("process cancelling", run, "CANCELLING")
    run = _run(api, "running made", flow)
    api.state("running", run, "RUNNING")
    api.state("cancelling", run, "CANCELLING", name="Cancelling", message="stop it")
    api.state("completed nevertheless", run, "COMPLETED")
    api.state("cancelling again", run, "CANCELLING")
    api.state("cancelled", run, "CANCELLED", message="stopped")
    api("read", "GET", f"/flow_runs/{run}")
    api.state("scheduled anew", run, "SCHEDULED")
    api.state("running anew", run, "RUNNING")
    api("states", "GET", f"/flow_run_states/?flow_run_id={run}")
