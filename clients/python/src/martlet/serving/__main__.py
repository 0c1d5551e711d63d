"""Decides how a flow is served that no program serves: `python -m martlet.serving FILE.py:FUNCTION --name nightly`.

It is what `martlet flow serve` runs. The file is loaded as a worker loads it, and needs no line of its own for serving.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import sys
from typing import Any, Dict, List

from martlet.errors import MartletError
from martlet.execute import EntrypointError, load
from martlet.schedules import Cron, Interval, RRule, Schedule
from martlet.serving import LIMIT, serve, to_deployment

# As argparse leaves, and the command line of Martlet.
USAGE = 2


def _when(text: str) -> datetime.datetime:
    try:
        # Z is not understood before Python 3.11.
        time = datetime.datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith(("Z", "z")) else text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a time such as 2026-11-21T06:00, not {text!r}") from None
    return time if time.tzinfo is not None else time.replace(tzinfo=datetime.timezone.utc)


def _parameter(text: str) -> "tuple[str, Any]":
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"must be NAME=VALUE, not {text!r}")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m martlet.serving")
    add = parser.add_argument
    add("entrypoint")
    add("--name", required=True)
    add("--description", default="")
    add("--version", default="")
    for flag in ("--tag", "--cron", "--rrule"):
        add(flag, action="append", default=[])
    add("--interval", action="append", default=[], type=float)
    add("--timezone", default="")
    add("--anchor-date", type=_when)
    add("--param", action="append", default=[], type=_parameter)
    add("--limit", type=int, default=LIMIT)
    add("--global-limit", type=int, default=0)
    add("--pause-on-shutdown", action="store_true")
    return parser


def main(words: List[str]) -> int:
    """Serves until it is told to end; returns the code to leave with."""
    chosen = _parser().parse_args(words)
    schedules: List[Schedule] = [
        *(Cron(cron, chosen.timezone) for cron in chosen.cron),
        *(Interval(seconds, chosen.anchor_date, chosen.timezone) for seconds in chosen.interval),
        *(RRule(rrule, chosen.timezone) for rrule in chosen.rrule),
    ]
    options: Dict[str, Any] = {
        "description": chosen.description, "version": chosen.version, "tags": chosen.tag,
        "parameters": dict(chosen.param), "concurrency_limit": chosen.global_limit, "schedules": schedules,
    }
    try:
        function = load(chosen.entrypoint)
        deployment = to_deployment(function, chosen.name, **options)
    except (EntrypointError, ImportError, ValueError) as error:
        print(f"martlet: {error}", file=sys.stderr)
        return USAGE
    # A run's process loads what was named, whatever it was called when it was loaded here.
    place, _, name = chosen.entrypoint.rpartition(":")
    deployment.entrypoint = f"{os.path.abspath(place)}:{name}" if place.endswith(".py") else chosen.entrypoint
    try:
        serve(deployment, limit=chosen.limit, pause_on_shutdown=chosen.pause_on_shutdown)
    except MartletError as error:
        print(f"martlet: {error.message}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
