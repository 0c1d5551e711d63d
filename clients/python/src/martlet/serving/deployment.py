"""Decides what a function is as a deployment: its name, its parameters, when it runs, and where a process of its own finds it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Callable, Iterable, List, Mapping, Optional

from martlet import attempt, schema, v1, values
from martlet.schedules import Cron, Interval, RRule, Schedule, Seconds

if TYPE_CHECKING:
    from martlet.run import RunBlock


class ServedDeployment:
    """A deployment of a function, made by `flow.to_deployment`, for `martlet.serve`."""

    def __init__(self, entrypoint: str, message: v1.Deployment, keeps_pause: bool) -> None:
        self.entrypoint, self.message = entrypoint, message
        self.keeps_pause = keeps_pause
        """Whether it stays paused when somebody has paused it."""

    @property
    def path(self) -> str:
        """Its name as people write it: `flow/name`."""
        return f"{self.message.flow}/{self.message.name}"


def to_deployment(
    function: Callable[..., Any],
    name: str,
    *,
    cron: str = "",
    interval: Optional[Seconds] = None,
    rrule: str = "",
    timezone: str = "",
    schedule: Optional[Schedule] = None,
    schedules: Iterable[Schedule] = (),
    parameters: Optional[Mapping[str, Any]] = None,
    description: str = "",
    version: str = "",
    tags: Iterable[str] = (),
    labels: Optional[Mapping[str, str]] = None,
    paused: Optional[bool] = None,
    concurrency_limit: int = 0,
    collision_strategy: str = "ENQUEUE",
    reruns: int = 0,
    enforce_parameter_schema: bool = True,
) -> ServedDeployment:
    """The deployment `flow/name` of a function, nothing applied yet.

    `cron`, `interval` (seconds or a timedelta) and `rrule`, by the clock of `timezone`, or `schedule` and `schedules` say
    when it runs by itself. `parameters` are put over the function's defaults. `concurrency_limit` bounds its runs in all
    processes together; one that comes while it is full waits, or with the `collision_strategy` CANCEL_NEW is cancelled.
    It is paused or not as it was unless `paused` says so. With `reruns`, a run whose process dies is run again so many times, else it is CRASHED. Retries, time-out and limits
    are those of `@martlet.flow`.

    Raises ValueError for a function that a process of its own could not find: it must be a module's, by its name.
    """
    block: Optional[RunBlock] = getattr(function, "__martlet_block__", None)
    spec = v1.DeploymentSpec(version_name=version, tags=tags, allow_any_parameters=not enforce_parameter_schema)
    if parameters:
        spec.parameters.CopyFrom(values.struct(parameters, "parameters"))
    described = schema.of_function(function)
    spec.parameter_schema.CopyFrom(values.struct(described))
    if reruns:
        spec.loss.action, spec.loss.max_reruns = v1.LossPolicy.ACTION_RERUN, reruns
    if block is not None:
        block.describe(spec)
    flow = (block.definition if block is not None else "") or function.__name__
    message = v1.Deployment(
        flow=flow,
        name=name,
        description=description or described.get("description", ""),
        labels=labels,
        paused=bool(paused),
        spec=spec,
        concurrency_limit=concurrency_limit,
        collision_strategy=f"COLLISION_STRATEGY_{collision_strategy}",  # type: ignore[arg-type]
    )
    rules: List[Schedule] = [*([schedule] if schedule is not None else []), *schedules]
    if cron:
        rules.append(Cron(cron, timezone))
    if interval is not None:
        rules.append(Interval(interval, timezone=timezone))
    if rrule:
        rules.append(RRule(rrule, timezone))
    message.schedules.extend(rule.message() for rule in rules)
    return ServedDeployment(entrypoint_of(function), message, keeps_pause=paused is None)


def entrypoint_of(function: Callable[..., Any]) -> str:
    """Where another process finds a function: FILE.py:NAME or MODULE:NAME. Raises ValueError when it could not."""
    name = function.__qualname__
    module = sys.modules.get(function.__module__)
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    if found is not function or module is None:
        raise ValueError(
            f"{name} of {function.__module__} cannot be served: each run is a process of its own, "
            "which finds a function only by its name in a module"
        )
    if function.__module__ != "__main__":
        return f"{function.__module__}:{name}"
    spec = getattr(module, "__spec__", None)
    if spec is not None:
        return f"{spec.name}:{name}"
    file = getattr(module, "__file__", None)
    if file is None or not file.endswith(".py"):
        raise ValueError(f"{name} cannot be served: it is in no file that ends with .py")
    return f"{os.path.abspath(file)}:{name}"


def is_executing() -> bool:
    """Whether this process was begun to execute a run: then its program is imported and must not serve."""
    main = getattr(sys.modules.get("__main__"), "__spec__", None)
    return attempt.is_under_way or (main is not None and main.name == "martlet.execute")


__all__ = ["ServedDeployment", "entrypoint_of", "is_executing", "to_deployment"]
