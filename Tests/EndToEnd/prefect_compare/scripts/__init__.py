"""The scripts: requests in the orders in which clients put them, by the things they are about."""

from . import (
    artifacts, automations, blocks, deployments, events, flow_runs, flows, inputs, limits, lists, logs, orchestration,
    pools, schedules, system, task_events, task_runs, variables)

SCRIPTS = {
    f"{module.__name__.rpartition('.')[2]}.{name}": function
    for module in (
        system, flows, flow_runs, orchestration, task_runs, task_events, lists, deployments, schedules, pools, limits,
        inputs, logs, variables, artifacts, blocks, events, automations)
    for name, function in vars(module).items()
    if callable(function) and getattr(function, "__module__", "") == module.__name__ and not name.startswith("_")
}
