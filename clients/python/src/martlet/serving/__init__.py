"""Decides how a program runs its own deployments in place.

    @martlet.flow
    def pipeline(day: str = ""): ...

    if __name__ == "__main__":
        pipeline.serve("nightly", cron="0 6 * * *")

The deployments are applied, and from then on this process takes their runs until it is told to end. Each run is a process
of its own that dies with this one. Several processes may serve the same deployments, and share their runs.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Callable, Optional

from martlet.serving.deployment import ServedDeployment, is_executing, to_deployment
from martlet.serving.server import LIMIT, DeploymentServer

if TYPE_CHECKING:
    from martlet.client import Client

_OPTIONS = frozenset(inspect.signature(to_deployment).parameters) - {"function", "name"}


def serve(
    *deployments: ServedDeployment,
    limit: int = LIMIT,
    pause_on_shutdown: bool = False,
    grace: float = 30.0,
    lease: float = 30.0,
    client: "Optional[Client]" = None,
) -> None:
    """Applies deployments and runs what is due of them, `limit` at a time, until SIGTERM or SIGINT.

    Then it takes no more, and what has not ended after `grace` seconds, or at a second signal, is ended: such a run is
    CRASHED, or run again elsewhere if it has `reruns`. With `pause_on_shutdown` the schedules stop meanwhile, for every
    process that serves these deployments; beginning to serve sets them going. `lease` is how long in seconds this process
    may be silent before its runs count as lost.

    Waits while the server is away. Raises MartletError when the server refuses a deployment, RuntimeError when the program
    is not the main one: serving belongs below `if __name__ == "__main__":`.
    """
    if is_executing():
        raise RuntimeError(
            'serve() was called while the program was loaded to execute a run: put it below if __name__ == "__main__":'
        )
    if not deployments:
        raise ValueError("there is nothing to serve")
    DeploymentServer(
        deployments, limit=limit, pauses=pause_on_shutdown, grace=grace, lease=lease, client=client
    ).run()


def serve_flow(function: Callable[..., Any], name: str, **options: Any) -> None:
    """Serves one deployment of a function: options of `to_deployment` and of `serve`."""
    described = {key: options.pop(key) for key in list(options) if key in _OPTIONS}
    if is_executing():
        serve(**options)
    serve(to_deployment(function, name, **described), **options)


__all__ = ["LIMIT", "ServedDeployment", "serve", "serve_flow", "to_deployment"]
