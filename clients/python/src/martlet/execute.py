"""Decides how a worker executes a function: `python -m martlet.execute FILE.py:FUNCTION`, or MODULE:FUNCTION.

The supervisor has begun the run and will end it. The function gets the run's parameters by name; a coroutine is
awaited. What it returns goes to the file MARTLET_OUTPUT as JSON; an exception's type, message and traceback go to
MARTLET_FAILURE. A function under `@martlet.flow` is that run itself and makes no other; what it calls is below it. Its
own retries and time-out hold inside this process.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import inspect
import json
import os
import signal
import sys
import time
import traceback
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

from martlet.errors import Cancelled, RunStopped, TimedOut
from martlet.run import RunBlock
from martlet.supervised import SupervisedBlock, SupervisedRun

USAGE = 64


class EntrypointError(Exception):
    """The entrypoint, or what it is called with, is wrong. Another attempt would not help."""


def load(entrypoint: str) -> Callable[..., Any]:
    """The function that FILE.py:FUNCTION or MODULE:FUNCTION names."""
    place, colon, name = entrypoint.rpartition(":")
    if not colon or not place or not name:
        raise EntrypointError(f'"{entrypoint}" is no entrypoint: write FILE.py:FUNCTION or MODULE:FUNCTION')
    sys.path.insert(0, os.getcwd())
    module = _load_file(place) if place.endswith(".py") else importlib.import_module(place)
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            raise EntrypointError(f"{place} has no {name}")
        found = getattr(found, part)
    if not callable(found):
        raise EntrypointError(f"{place}:{name} is no function")
    function: Callable[..., Any] = found
    return function


def _load_file(path: str) -> Any:
    path = os.path.abspath(path)
    if not os.path.isfile(path):
        raise EntrypointError(f"there is no file {path}")
    sys.path.insert(0, os.path.dirname(path))
    name = os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def parameters() -> Dict[str, Any]:
    """The parameters of the run, from MARTLET_PARAMETERS or the file MARTLET_PARAMETERS_FILE."""
    text = os.environ.get("MARTLET_PARAMETERS", "")
    path = os.environ.get("MARTLET_PARAMETERS_FILE", "")
    if not text and path:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    return dict(json.loads(text or "{}"))


def check(function: Callable[..., Any], given: Mapping[str, Any]) -> None:
    """Raises EntrypointError, naming the parameters that the function does not take or that are missing."""
    signature = inspect.signature(function)
    by_name = {
        name: parameter
        for name, parameter in signature.parameters.items()
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    }
    takes_all = any(parameter.kind is parameter.VAR_KEYWORD for parameter in signature.parameters.values())
    name = getattr(function, "__name__", "the function")
    unknown = [] if takes_all else sorted(set(given) - set(by_name))
    if unknown:
        known = ", ".join(by_name) or "none"
        raise EntrypointError(f"{name} takes no parameter {', '.join(unknown)}; it takes {known}")
    missing = [key for key, parameter in by_name.items() if parameter.default is parameter.empty and key not in given]
    if missing:
        raise EntrypointError(f"{name} needs the parameter {', '.join(missing)}")


def execute(
    function: Callable[..., Any], given: Mapping[str, Any], run: SupervisedRun, *, is_one_attempt: bool = False
) -> Any:
    """Calls the function, again as its own retries say unless this is one attempt of theirs; returns what it returns."""
    block: Optional[RunBlock] = getattr(function, "__martlet_block__", None)
    if block is None or block.kind != "flow":
        return _call(function, given, run)
    inner: Callable[..., Any] = function.__wrapped__  # type: ignore[attr-defined]
    run.log_prints = bool(block.log_prints)
    if is_one_attempt:
        return _call(inner, given, run)
    retries = block.retries.copy() if block.retries is not None else None
    while True:
        run._start_clock(block.timeout)
        try:
            return _call(inner, given, run)
        except Exception as error:
            run._stop_clock()
            if retries is None or (isinstance(error, RunStopped) and not isinstance(error, TimedOut)):
                raise
            delay = retries.next_delay()
            if delay is None:
                raise
            print(f"{type(error).__name__}: {error}; tried again in {delay:g} s", file=sys.stderr)
            run.sleep(delay)


def _call(function: Callable[..., Any], given: Mapping[str, Any], run: SupervisedRun) -> Any:
    result = function(**given)
    return asyncio.run(_await(result, run)) if inspect.isawaitable(result) else result


async def _await(awaitable: Any, run: SupervisedRun) -> Any:
    task = asyncio.ensure_future(awaitable)

    def stop() -> None:
        run.stop(Cancelled("asked to stop"))
        task.cancel()

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
    try:
        return await task
    except asyncio.CancelledError:
        run.checkpoint()
        raise


def write(variable: str, text: str) -> None:
    """Writes to the file that a variable names, if it does."""
    path = os.environ.get(variable)
    if path:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def keep(result: Any) -> None:
    """Writes the result down; what is no JSON is left out, and that is said."""
    if result is None:
        return
    try:
        write("MARTLET_OUTPUT", json.dumps(result, allow_nan=False))
    except (TypeError, ValueError) as error:
        print(f"martlet: the result is not recorded: {error}", file=sys.stderr)


def describe(error: BaseException) -> Tuple[str, str]:
    """The JSON of MARTLET_FAILURE, and the traceback without the frames of this module."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__qualname__}"
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename == __file__:
        frames = frames.tb_next
    trace = "".join(traceback.format_exception(kind, error, frames))
    failure: Dict[str, Any] = {"type": name, "message": str(error), "traceback": trace}
    if isinstance(error, EntrypointError):
        failure["retriable"] = False
    return json.dumps(failure), trace


def main(arguments: List[str], *, is_one_attempt: bool = False) -> int:
    """Executes the entrypoint; returns the code to leave with. As in `execute`, a flow's retries may be somebody else's."""
    if len(arguments) != 1:
        print("usage: python -m martlet.execute FILE.py:FUNCTION or MODULE:FUNCTION", file=sys.stderr)
        return USAGE
    if not os.environ.get("MARTLET_RUN_ID"):
        print("martlet.execute is started by a worker: MARTLET_RUN_ID is not set", file=sys.stderr)
        return USAGE
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(line_buffering=True)
    with SupervisedBlock() as run:
        assert isinstance(run, SupervisedRun)

        def stop(*_: object) -> None:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            why = Cancelled("asked to stop")
            run.stop(why)
            raise why

        signal.signal(signal.SIGTERM, stop)
        try:
            function = load(arguments[0])
            given = parameters()
            check(function, given)
            result = execute(function, given, run, is_one_attempt=is_one_attempt)
            keep(result if result is not None else run.result)
            return 0
        except Cancelled:
            _die()
            return 1
        except Exception as error:
            failure, trace = describe(error)
            write("MARTLET_FAILURE", failure)
            print(trace, end="", file=sys.stderr)
            return 1


def _die() -> None:
    """Ends as SIGTERM ends a process, after what has been said is sent."""
    from martlet.run import flush

    flush()
    sys.stdout.flush()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
