"""Decides how Python code has a deployment run, and waits for the end.

    run = martlet.run_deployment("etl/nightly", parameters={"day": "2026-11-21"})
"""

from __future__ import annotations

import datetime
import time
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Optional

from martlet.errors import MartletError
from martlet.event import shared_client
from martlet.ids import uuid7

if TYPE_CHECKING:
    from martlet import v1
    from martlet.client import Client

# Between two looks at a run while the server is away.
PAUSE = 0.2


def run_deployment(
    name: str,
    parameters: Optional[Mapping[str, Any]] = None,
    scheduled_time: Optional[datetime.datetime] = None,
    flow_run_name: str = "",
    timeout: Optional[float] = None,
    tags: Iterable[str] = (),
    as_subflow: bool = True,
    job_variables: Optional[Mapping[str, Any]] = None,
    *,
    id: str = "",
    client: "Optional[Client]" = None,
) -> "v1.Run":
    """Creates a run of the deployment `flow/name` (or its id) and returns it as it was last seen: when it has ended, or
    after `timeout` seconds; with `timeout=0` at once.

    `parameters` and `job_variables` are put over the deployment's. Inside a run it is a child of that, unless
    `as_subflow` is false. Repeating an `id` creates nothing twice. Raises MartletError: INVALID_ARGUMENT with
    PARAMETERS_INVALID names the parameters that do not fit, NOT_FOUND means the deployment.
    """
    from martlet import v1, values
    from martlet.run import current_run, flush

    client = client or shared_client()
    run = v1.Run(id=id or uuid7(), name=flow_run_name, tags=tags)
    parent = current_run() if as_subflow else None
    if parent is not None:
        # The parent must be known to the server before its child.
        flush()
        run.parent_id = parent.id
    if parameters:
        run.parameters.CopyFrom(values.struct(parameters, "parameters"))
    if job_variables:
        run.job_variables.CopyFrom(values.struct(job_variables, "job_variables"))
    if scheduled_time is not None:
        run.state.scheduled.due_time.CopyFrom(values.timestamp(scheduled_time))
    end = None if timeout is None else time.monotonic() + timeout
    created = client.runs.create_run(run=run, deployment=name).run
    if timeout == 0:
        return created
    return _await_end(client, created.id, end)


def _await_end(client: "Client", id: str, end: Optional[float]) -> "v1.Run":
    """The run when it has ended or the time is over, whatever becomes of the server meanwhile."""
    from martlet import v1

    ends = (
        v1.STATE_TYPE_COMPLETED,
        v1.STATE_TYPE_FAILED,
        v1.STATE_TYPE_CANCELLED,
        v1.STATE_TYPE_CRASHED,
    )
    while True:
        left = None if end is None else max(0.001, end - time.monotonic())
        try:
            for _ in client.runs.watch_runs(run_ids=[id], until_ended=True, timeout=left):
                pass
        except MartletError as error:
            if error.code not in ("UNAVAILABLE", "DEADLINE_EXCEEDED"):
                raise
        is_over = end is not None and time.monotonic() >= end
        try:
            run = client.runs.get_run(id=id).run
            if is_over or run.state.type in ends:
                return run
        except MartletError as error:
            if is_over or error.code != "UNAVAILABLE":
                raise
        time.sleep(PAUSE)
