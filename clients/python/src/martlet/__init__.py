"""Decides what `import martlet` offers, and loads each name when it is first used: gRPC takes a while."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, List

__version__ = "0.1.0"

if TYPE_CHECKING:
    from martlet.cache import Busy as Busy
    from martlet.cache import cache_key as cache_key
    from martlet.client import Client as Client
    from martlet.deployments import run_deployment as run_deployment
    from martlet.errors import Cancelled as Cancelled
    from martlet.errors import Fenced as Fenced
    from martlet.errors import FieldViolation as FieldViolation
    from martlet.errors import MartletError as MartletError
    from martlet.errors import Refused as Refused
    from martlet.errors import RunStopped as RunStopped
    from martlet.errors import TimedOut as TimedOut
    from martlet.event import emit_event as emit_event
    from martlet.log_handler import LogHandler as LogHandler
    from martlet.reporter import Reporter as Reporter
    from martlet.retries import exponential as exponential
    from martlet.run import Run as Run
    from martlet.run import adopt as adopt
    from martlet.run import current_run as current_run
    from martlet.run import flow as flow
    from martlet.run import flush as flush
    from martlet.run import task as task
    from martlet.serving import serve as serve

_HOMES = {
    "Busy": "cache",
    "Cancelled": "errors",
    "Client": "client",
    "Fenced": "errors",
    "FieldViolation": "errors",
    "LogHandler": "log_handler",
    "MartletError": "errors",
    "Refused": "errors",
    "Reporter": "reporter",
    "Run": "run",
    "RunStopped": "errors",
    "TimedOut": "errors",
    "adopt": "run",
    "cache_key": "cache",
    "current_run": "run",
    "exponential": "retries",
    "emit_event": "event",
    "flow": "run",
    "flush": "run",
    "run_deployment": "deployments",
    "serve": "serving",
    "task": "run",
}
_MODULES = {"v1"}

__all__ = sorted([*_HOMES, *_MODULES])


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"martlet.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'martlet' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"martlet.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> List[str]:
    return sorted([*globals(), *__all__])
