"""Decides how Python code becomes runs: `with` blocks and decorators that report what happens inside them.

Every run here is born in this process or taken by it. Its start waits for the server's verdict; when the server is
away, a run that was born here starts all the same (nobody else can have it), one that must be taken does not. Its
end does not wait, but the outermost run's: when its block is left, everything was answered or is on disk.

A child process finds MARTLET_RUN_ID in its environment and its runs become children of that run. Imports
nothing heavy: gRPC is loaded when the first run begins.
"""

from __future__ import annotations

import atexit
import contextvars
import functools
import itertools
import os
import threading
import time
from types import TracebackType
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Dict,
    Iterable,
    List,
    Mapping,
    Optional,
    Sequence,
    Tuple,
    Type,
    TypeVar,
    Union,
)

from martlet.errors import Cancelled, Fenced, Refused, RunStopped, TimedOut
from martlet.retries import Retries
from martlet.run_artifacts import RunArtifacts
from martlet.run_result import RunResult
from martlet.states import ending_of, observed, plain

if TYPE_CHECKING:
    import logging
    from concurrent.futures import Future

    from martlet import v1
    from martlet.reporter import ReportedRun, Reporter
    from martlet.retries import Delays
    from martlet.serving import ServedDeployment

F = TypeVar("F", bound=Callable[..., Any])
# One name, names, or slots by name.
Limits = Union[str, Sequence[str], Mapping[str, int]]

FLUSH_TIMEOUT = 30.0
_VARIABLES = ("MARTLET_RUN_ID", "MARTLET_EPOCH")

_current: "contextvars.ContextVar[Optional[Run]]" = contextvars.ContextVar("martlet_run", default=None)
# The outermost runs that are going on: a thread without a current run belongs to the only one.
_roots: "List[Run]" = []
_lock = threading.Lock()
_reporter: "Optional[Reporter]" = None
_reporter_pid = 0


def reporter() -> "Reporter":
    """The reporter of this process, begun when first asked for and anew in a forked child.

    Configured by MARTLET_API_URL, MARTLET_NAMESPACE and MARTLET_HOME, or the profile.
    """
    global _reporter, _reporter_pid
    with _lock:
        if _reporter is None or _reporter_pid != os.getpid() or not _reporter.alive():
            if _reporter is not None and _reporter_pid != os.getpid():
                _check_fork()
            from martlet.profile import setting
            from martlet.reporter import Reporter

            _reporter = Reporter(namespace=setting("MARTLET_NAMESPACE"))
            _reporter_pid = os.getpid()
        return _reporter


def _check_fork() -> None:
    """gRPC of a forked child hangs or crashes before 1.81, when the parent had used it."""
    import grpc

    if tuple(int(part) for part in grpc.__version__.split(".")[:2]) < (1, 81):
        raise RuntimeError(
            f"grpcio {grpc.__version__} cannot be used in a forked child: "
            "use the start method 'spawn', or grpcio 1.81 or newer"
        )


def flush(timeout: Optional[float] = FLUSH_TIMEOUT) -> bool:
    """Waits until every report of this process was answered (True) or is on disk (False)."""
    return _reporter is None or _reporter.flush(timeout)


@atexit.register
def _close() -> None:
    if _reporter is not None and _reporter_pid == os.getpid():
        _reporter.close(FLUSH_TIMEOUT)


def _forked() -> None:
    """A forked child has a reporter of its own, and its outermost runs are below the parent's current one."""
    global _lock
    _lock = threading.Lock()
    _roots.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


def current_run() -> "Optional[Run]":
    """The run whose block this code is in; in another thread, the only run of the process if there is one."""
    run = _current.get()
    if run is not None:
        return run
    return _roots[0] if len(_roots) == 1 else None


class Run(RunArtifacts, RunResult):
    """A run of this process while it goes on. Thread-safe."""

    def __init__(self, id: str, epoch: int, name: str, parent: "Optional[Run]") -> None:
        self.id = id
        self.epoch = epoch
        self.name = name
        self.parent = parent
        self.cached_from = ""
        """The run that computed the result, when it came out of the cache: the run then ends as Cached."""
        self._stop = threading.Event()
        self._why: Optional[RunStopped] = None
        self._pause = threading.Event()
        self._lines = itertools.count(1)
        self._pid = os.getpid()
        self._reports: "ReportedRun"
        self._retries: Optional[Retries] = None
        self._timer: Optional[threading.Timer] = None
        self._has_limits = False
        self.log_prints = False
        """Whether what this run prints is a line of its log too."""
        # Whether the server has said something to the first RUNNING.
        self._has_begun = False
        # Whether the last attempt's end has been reported already.
        self._over = False

    @property
    def is_supervised(self) -> bool:
        """Whether a supervisor writes down what this process prints."""
        return self.parent is not None and self.parent.is_supervised

    # Stopping.

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked this run, or one around it, to stop."""
        return isinstance(self._stopped(), Cancelled)

    def checkpoint(self) -> None:
        """Raises Cancelled when somebody asked the run to stop, Fenced when it is another's now."""
        why = self._stopped()
        if why is not None:
            raise why

    def sleep(self, seconds: float) -> None:
        """Sleeps, and wakes up with Cancelled or Fenced when the run must stop."""
        self._stop.wait(seconds)
        self.checkpoint()

    def _start_clock(self, timeout: Optional[float]) -> None:
        """From now on the attempt has so long; then `checkpoint` and `sleep` raise TimedOut."""
        if timeout is None:
            return
        self._timer = threading.Timer(timeout, self._time_out, [timeout])
        self._timer.daemon = True
        self._timer.start()

    def _time_out(self, timeout: float) -> None:
        if self._why is None:
            self._why = TimedOut(f"still running after {timeout:g} s")
            self._stop.set()

    def _stop_clock(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if isinstance(self._why, TimedOut):
            self._why = None
            self._stop.clear()

    def _stopped(self) -> Optional[RunStopped]:
        fenced = self._reports.lane.closed
        if isinstance(fenced, Fenced):
            return fenced
        if self._why is None and self.parent is not None:
            return self.parent._stopped()
        return self._why

    def _directed(self, directive: "v1.Directive") -> None:
        kind = directive.WhichOneof("kind")
        if kind == "cancel" and self._why is None:
            self._why = Cancelled(directive.cancel.message or "asked to stop")
            self._stop.set()
        elif kind == "pause":
            self._pause.set()

    # Pausing.

    @property
    def pause_requested(self) -> bool:
        """Whether somebody paused this run, or one around it, and it has not waited for that since."""
        return self._pause.is_set() or (self.parent is not None and self.parent.pause_requested)

    def wait_if_paused(self) -> None:
        """Waits while somebody has paused this run or one around it; raises Cancelled or Fenced when it must stop."""
        if self.parent is not None:
            self.parent.wait_if_paused()
        if self._pause.is_set():
            self._pause.clear()
            self._begin(may_run_on=False)
        self.checkpoint()

    # Writing down.

    def log(self, message: str, level: Union[int, str] = 20, logger: str = "") -> None:
        """Writes a line to the run's log. `level` as in logging, by number or name."""
        if isinstance(level, str):
            level = _LEVELS[level.upper()]
        self._ship(level, logger, message, time.time())

    @property
    def logger(self) -> "logging.Logger":
        """The logger `martlet.run`: its records go to the log of the current run."""
        from martlet.log_handler import run_logger

        return run_logger()

    def environ(self) -> Dict[str, str]:
        """The environment for a child process whose runs shall be children of this one."""
        return {**os.environ, "MARTLET_RUN_ID": self.id, "MARTLET_EPOCH": str(self.epoch)}

    def task(self, name: str, **options: Any) -> "RunBlock":
        """A task below this run, to be used as `with run.task("name") as step:`."""
        return RunBlock("task", name, parent=self, **options)

    def _ship(self, level: int, logger: str, message: str, at: float) -> None:
        from martlet import text, v1

        entry = v1.LogEntry(
            line=next(self._lines),
            level=v1.LogLevel.Name(_nearest(level)),
            logger=text.fit(logger, 500),
            message=text.fit(message, text.LINE),
        )
        entry.time.FromNanoseconds(int(at * 1_000_000) * 1000)
        self._reports.log(entry)

    # Beginning and ending.

    def _begin(self, may_run_on: bool) -> None:
        from martlet import v1

        state = observed(v1.State(type=v1.STATE_TYPE_RUNNING))
        binds = self._reports.is_taken and not self._has_begun
        verdict = self._reports.propose(state, may_run_on=may_run_on, urgent=True, binds=binds).result()
        self._has_begun = True
        if verdict is None:
            return  # it waits on disk, and nobody else can have the run
        # The code decides, not the state: a fenced verdict tells the state that the owner put the run into.
        if verdict.code == v1.Verdict.CODE_FENCED:
            raise Fenced(f"run {self.id} belongs to another execution ({verdict.reason})")
        accepted = verdict.code in (v1.Verdict.CODE_ACCEPTED, v1.Verdict.CODE_REPLACED)
        if accepted and verdict.state.type == v1.STATE_TYPE_RUNNING:
            return
        if verdict.state.type in (v1.STATE_TYPE_CANCELLING, v1.STATE_TYPE_CANCELLED):
            # The last state has been reached: nothing is left to be said of the run.
            self._over = verdict.state.type == v1.STATE_TYPE_CANCELLED
            raise Cancelled(verdict.state.message or "cancelled before it began")
        raise Refused(f"run {self.id} may not begin: {verdict.reason}", verdict)

    def _may_go_on(self, error: Exception) -> bool:
        """Reports the failure of an attempt; True when the next one has begun.

        Waits for the server's word, and for the time it names. When the server is away, the run's own policy
        holds, as it will when the reports are heard. Raises Cancelled when the run is stopped meanwhile.
        """
        from martlet import v1

        self._stop_clock()
        if self._retries is None or (isinstance(error, RunStopped) and not isinstance(error, TimedOut)):
            return False
        ending = observed(ending_of(error, None))
        verdict = self._reports.propose(ending, may_run_on=True, urgent=True).result()
        self._over = True
        delay = self._retries.delay_after(verdict)
        if delay is None:
            return False
        self._over = False
        self.logger.warning("%s: %s; tried again in %g s", type(error).__name__, error, delay)
        self.sleep(delay)
        self._begin(may_run_on=not self._has_limits)
        return True

    def _end(self, error: Optional[BaseException]) -> None:
        self._stop_clock()
        if self._over:
            return
        if isinstance(error, Fenced) and error is self._reports.lane.closed:
            return
        ending = self._reports.propose(observed(ending_of(error, self.recorded, self.cached_from)))
        ending.add_done_callback(self._ended)

    def _ended(self, ending: "Future[Optional[v1.Verdict]]") -> None:
        error = ending.exception()
        if error is not None:
            import logging

            logging.getLogger("martlet.run").warning("the end of run %s is not recorded: %s", self.id, error)


class RunBlock:
    """A run that is to be: a `with` block, or a decorator that makes one of every call."""

    def __init__(
        self,
        kind: str,
        definition: str = "",
        *,
        name: str = "",
        parameters: Optional[Mapping[str, Any]] = None,
        labels: Optional[Mapping[str, str]] = None,
        tags: Optional[List[str]] = None,
        version: str = "",
        parent: Optional[Run] = None,
        retries: int = 0,
        retry_delay: "Delays" = 0,
        retry_jitter: float = 0,
        timeout: Optional[float] = None,
        limits: "Limits" = (),
        when_full: str = "ENQUEUE",
        log_prints: Optional[bool] = None,
    ) -> None:
        self.kind = kind
        self.log_prints = log_prints
        self.limits, self.when_full = limits, when_full
        self.retries = Retries(retries, retry_delay, retry_jitter) if retries else None
        self.timeout = timeout
        self._may_retry = False
        self.definition = definition
        self.name = name
        self.parameters = parameters
        self.labels = labels
        self.tags = tags
        self.version = version
        self.parent = parent
        self._run: Optional[Run] = None
        self._token: "Optional[contextvars.Token[Optional[Run]]]" = None
        self._outer: Dict[str, Optional[str]] = {}

    def __call__(self, function: F) -> F:
        """Makes a run of every call of the function; its arguments are the parameters."""
        import inspect

        signature = inspect.signature(function)
        definition = self.definition or function.__name__

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            block = RunBlock(
                self.kind,
                definition,
                name=self.name,
                parameters={key: plain(value) for key, value in bound.arguments.items()},
                labels=self.labels,
                tags=self.tags,
                version=self.version,
                parent=self.parent,
                timeout=self.timeout,
                limits=self.limits,
                when_full=self.when_full,
                log_prints=self.log_prints,
            )
            block.retries, block._may_retry = self.retries, True
            with block as run:
                while True:
                    run._start_clock(self.timeout)
                    try:
                        return function(*args, **kwargs)
                    except Exception as error:
                        if not run._may_go_on(error):
                            raise

        wrapper.__martlet_block__ = self  # type: ignore[attr-defined]
        if self.kind == "flow":
            wrapper.serve = functools.partial(_serve, wrapper)  # type: ignore[attr-defined]
            wrapper.to_deployment = functools.partial(_to_deployment, wrapper)  # type: ignore[attr-defined]
        return wrapper  # type: ignore[return-value]

    def __enter__(self) -> Run:
        if self._run is not None:
            raise RuntimeError("this run has begun already; make another block")
        if not self.definition:
            raise ValueError("a run needs the name of its flow or task")
        if self.retries is not None and not self._may_retry:
            raise TypeError("the code of a block cannot be executed again: retries are for decorated functions")
        parent = self.parent or current_run()
        if parent is not None:
            parent.checkpoint()
        run = self._make(parent)
        try:
            # Slots are the server's to give: without it such a run does not begin.
            run._begin(may_run_on=run.epoch == 1 and self._born_here and not self.limits)
        except (Fenced, Refused):
            raise
        except BaseException as error:
            run._end(error)
            raise
        self._run = run
        if not self._may_retry:
            run._start_clock(self.timeout)
        self._token = _current.set(run)
        if parent is None or parent._pid != os.getpid():
            with _lock:
                _roots.append(run)
        if threading.current_thread() is threading.main_thread():
            self._outer = {key: os.environ.get(key) for key in _VARIABLES}
            os.environ.update(MARTLET_RUN_ID=run.id, MARTLET_EPOCH=str(run.epoch))
        return run

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        run = self._run
        assert run is not None and self._token is not None
        for key, value in self._outer.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value
        _current.reset(self._token)
        run._end(error)
        if run in _roots:
            with _lock:
                _roots.remove(run)
            run._reports.flush(FLUSH_TIMEOUT)

    def describe(self, message: "Union[v1.Run, v1.DeploymentSpec]") -> None:
        """Says in a run, or in what runs are to be like, how it is tried again, how long it may take, what slots it holds."""
        from martlet import values

        if self.retries is not None:
            message.retry.CopyFrom(self.retries.policy())
        if self.timeout is not None:
            message.timeout.CopyFrom(values.duration(self.timeout))
        for limit, slots in _slots(self.limits):
            message.limits.add(
                name=limit,
                slots=slots,
                collision_strategy=f"COLLISION_STRATEGY_{self.when_full}",  # type: ignore[arg-type]
            )

    _born_here = True

    def _make(self, parent: Optional[Run]) -> Run:
        from martlet import v1, values

        created = v1.Run(
            kind=v1.RUN_KIND_FLOW if self.kind == "flow" else v1.RUN_KIND_TASK,
            definition=self.definition,
            definition_version=self.version,
            name=self.name,
            parent_id=parent.id if parent is not None else os.environ.get("MARTLET_RUN_ID", ""),
            labels=self.labels,
            tags=self.tags,
            trace_parent=os.environ.get("MARTLET_TRACEPARENT", ""),
        )
        self.describe(created)
        if self.parameters:
            created.parameters.CopyFrom(values.struct(self.parameters))
        made: List[Run] = []
        reports, _ = reporter().create(created, listener=lambda d: made[0]._directed(d))
        made.append(Run(reports.run_id, 1, self.definition, parent))
        made[0]._reports = reports
        made[0]._retries = self.retries.copy() if self.retries is not None else None
        made[0]._has_limits = bool(self.limits)
        made[0].log_prints = self._logs_prints(parent)
        return made[0]

    def _logs_prints(self, parent: Optional[Run]) -> bool:
        """Whether the run logs what it prints: when nobody says so, as the run around it."""
        wanted = self.log_prints if self.log_prints is not None else parent is not None and parent.log_prints
        if wanted:
            from martlet import prints

            prints.capture()
        return wanted


class AdoptedBlock(RunBlock):
    """A run that exists and that this process takes."""

    _born_here = False

    def __init__(self, run_id: str, epoch: int) -> None:
        super().__init__("flow", "adopted")
        self._id, self._epoch = run_id, epoch

    def __call__(self, function: F) -> F:
        raise TypeError("an adopted run is one run: use it as a `with` block")

    def _make(self, parent: Optional[Run]) -> Run:
        run = Run(self._id, self._epoch, "", None)
        run._reports = reporter().take(self._id, self._epoch, listener=run._directed)
        return run


def adopt(run_id: Optional[str] = None, epoch: Optional[int] = None) -> AdoptedBlock:
    """Takes a run that was made for this process: `with martlet.adopt() as run:`.

    Both default to MARTLET_RUN_ID and MARTLET_EPOCH. The block is entered only when the server agrees that the
    run is this process's, however long that takes; Fenced or Refused is raised when it is not.
    """
    found = run_id or os.environ.get("MARTLET_RUN_ID")
    if not found:
        raise ValueError("no run to adopt: MARTLET_RUN_ID is not set")
    number = epoch if epoch is not None else int(os.environ.get("MARTLET_EPOCH") or 1)
    return AdoptedBlock(found, number)


def flow(definition: Any = "", **options: Any) -> Any:
    """A flow: `with martlet.flow("name", parameters={...}) as run:`, or `@martlet.flow` on a function.

    Options: name (of this run), parameters, labels, tags, version, parent; timeout (seconds, after which
    `checkpoint` and `sleep` raise TimedOut, and the server ends the run 5 s later); limits (the name of one, a list of
    names, or a dictionary of slots by name), whose slots the run holds while it goes on: it waits in line for them, or
    with when_full="CANCEL_NEW" is cancelled when they are not free; log_prints (what is printed is a line of the run's
    log too; unless they say otherwise, also in the runs inside it). On a function also retries,
    retry_delay (seconds, a list of them whose last repeats, or `martlet.exponential(...)`) and retry_jitter.
    """
    if callable(definition):
        return RunBlock("flow", **options)(definition)
    return RunBlock("flow", definition, **options)


def task(definition: Any = "", **options: Any) -> Any:
    """A task: as `flow`, usually inside one."""
    if callable(definition):
        return RunBlock("task", **options)(definition)
    return RunBlock("task", definition, **options)


def _serve(function: Callable[..., Any], name: str, **options: Any) -> None:
    """Serves the flow as the deployment `name` until the process is told to end; see `martlet.serve`."""
    from martlet import serving

    serving.serve_flow(function, name, **options)


def _to_deployment(function: Callable[..., Any], name: str, **options: Any) -> "ServedDeployment":
    """The flow as the deployment `name`, for `martlet.serve`; see `martlet.serving.to_deployment`."""
    from martlet import serving

    return serving.to_deployment(function, name, **options)


def _slots(limits: "Limits") -> "Iterable[Tuple[str, int]]":
    if isinstance(limits, str):
        return [(limits, 1)]
    if isinstance(limits, Mapping):
        return limits.items()
    return [(name, 1) for name in limits]


_LEVELS = {
    "TRACE": 5,
    "DEBUG": 10,
    "INFO": 20,
    "WARN": 30,
    "WARNING": 30,
    "ERROR": 40,
    "CRITICAL": 50,
    "FATAL": 50,
}


def _nearest(level: int) -> int:
    """The level of the contract at or below one of logging's."""
    return next((known for known in (50, 40, 30, 20, 10) if level >= known), 5)
