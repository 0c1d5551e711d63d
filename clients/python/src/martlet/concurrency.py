"""Decides how a Python program takes slots of named limits: held for a block, renewed beside it, given back after it.

    with concurrency("external-api", occupy=1):
        call()

    async with concurrency("external-api"):
        await call()

    rate_limit("external-api")
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import socket
import threading
import time
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, Union

from martlet.errors import MartletError
from martlet.ids import uuid7

__all__ = ["LeaseLost", "concurrency", "rate_limit"]

Names = Union[str, Sequence[str]]

# A long poll of the server lasts at most a minute; a shorter one notices a dead connection sooner.
_WAIT = 20.0
_logger = logging.getLogger("martlet.concurrency")


class LeaseLost(MartletError):
    """The slots came to somebody else while the block ran: the lease lapsed, or an operator reset the limit."""


class concurrency:
    """Slots of one or more limits, all or none, for a block: `with` or `async with`. Not for two blocks at once.

    `occupy` is the slots of each. Waits in line until they come, at most `timeout_seconds`: then TimeoutError; 0 does
    not wait. With `strict` a limit that does not exist is a MartletError, else it is passed over. The slots come back
    `lease_seconds` after the program died. `scope` is GLOBAL, TAG, DEPLOYMENT, POOL or QUEUE.

    Inside the block `lost` says whether the slots were lost; leaving it without another exception then raises LeaseLost.
    """

    def __init__(
        self,
        names: Names,
        occupy: int = 1,
        *,
        timeout_seconds: Optional[float] = None,
        strict: bool = False,
        lease_seconds: float = 60.0,
        scope: str = "GLOBAL",
        holder: Optional[str] = None,
        client: Any = None,
    ) -> None:
        self._names = [names] if isinstance(names, str) else list(names)
        self._occupy = occupy
        self._timeout = timeout_seconds
        self._strict = strict
        self._lease_seconds = lease_seconds
        self._scope = scope
        self._holder = holder
        self._client = client
        self._held: Optional[_Held] = None
        self._cancel = threading.Event()

    @property
    def lost(self) -> bool:
        """Whether the slots were lost since the block was entered."""
        return self._held is not None and self._held.lost is not None

    def __enter__(self) -> "concurrency":
        self._cancel.clear()
        client = self._client or _shared_client()
        lease = _acquire(client, self._request("LEASE_MODE_CONCURRENCY"), self._timeout, self._cancel)
        self._held = _Held(client, lease, self._lease_seconds)
        _renewer.add(self._held)
        return self

    def __exit__(self, kind: Any, *_: object) -> None:
        held, self._held = self._held, None
        if held is None:
            return
        _renewer.remove(held)
        if held.lost is not None:
            if kind is None:
                raise held.lost
            return
        _release(held.client, held.id)

    async def __aenter__(self) -> "concurrency":
        entering = _in_thread(self.__enter__)
        try:
            await asyncio.shield(entering)
        except asyncio.CancelledError:
            # The thread ends at its next answer; what it was granted meanwhile goes back.
            self._cancel.set()
            entering.add_done_callback(self._abandon)
            raise
        return self

    async def __aexit__(self, kind: Any, *rest: object) -> None:
        await asyncio.shield(_in_thread(self.__exit__, kind, *rest))

    def _abandon(self, entering: "asyncio.Future[Any]") -> None:
        if not entering.cancelled() and entering.exception() is None:
            _in_thread(self.__exit__, asyncio.CancelledError)

    def _request(self, mode: str) -> Any:
        from martlet import v1

        request = v1.AcquireLeaseRequest(mode=mode, strict=self._strict)  # type: ignore[arg-type]
        for name in self._names:
            request.limits.add(ref=name, slots=self._occupy, scope=f"LIMIT_SCOPE_{self._scope}")  # type: ignore[arg-type]
        request.ttl.FromMicroseconds(round(self._lease_seconds * 1_000_000))
        request.holder.name = (self._holder or f"{socket.gethostname()}/{os.getpid()}")[:400]
        run = os.environ.get("MARTLET_RUN_ID", "")
        request.holder.run_id = _current_run_id() or run
        return request


def rate_limit(
    names: Names,
    occupy: int = 1,
    *,
    timeout_seconds: Optional[float] = None,
    strict: bool = False,
    scope: str = "GLOBAL",
    client: Any = None,
) -> None:
    """Waits until slots of limits that have a decay are there, and takes them; they come back by time.

    TimeoutError after `timeout_seconds`; MartletError INVALID_ARGUMENT for a limit without a decay.
    """
    wanted = concurrency(
        names, occupy, timeout_seconds=timeout_seconds, strict=strict, scope=scope, lease_seconds=1.0
    )
    _acquire(client or _shared_client(), wanted._request("LEASE_MODE_RATE"), timeout_seconds, wanted._cancel)


def _in_thread(call: Callable[..., Any], *arguments: Any) -> "asyncio.Future[Any]":
    """Makes a call on a thread of its own: those who wait in line must not keep those who leave from a pool's."""
    loop = asyncio.get_running_loop()
    future: "asyncio.Future[Any]" = loop.create_future()

    def tell(set_outcome: Callable[[Any], None], outcome: Any) -> None:
        if not future.done():
            set_outcome(outcome)

    def run() -> None:
        outcome: Any
        set_outcome: Callable[[Any], None] = future.set_result
        try:
            outcome = call(*arguments)
        except BaseException as error:
            outcome, set_outcome = error, future.set_exception
        try:
            loop.call_soon_threadsafe(tell, set_outcome, outcome)
        except RuntimeError:
            _logger.debug("the loop ended before its lease was taken or given back")

    threading.Thread(target=run, name="martlet-slots", daemon=True).start()
    return future


class _Held:
    """A lease that is held, and what the renewing thread found out about it."""

    def __init__(self, client: Any, id: str, term: float) -> None:
        self.client = client
        self.id = id
        self.term = term
        self.due = time.monotonic() + term / 3
        self.lost: Optional[LeaseLost] = None


class _Renewer:
    """One daemon thread that renews every lease of the process; begun anew in a forked child."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._held: Dict[str, _Held] = {}
        self._thread: Optional[threading.Thread] = None
        self._pid = os.getpid()

    def add(self, held: _Held) -> None:
        self._after_fork()
        with self._changed:
            self._held[held.id] = held
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="martlet-leases", daemon=True)
                self._thread.start()
            self._changed.notify()

    def remove(self, held: _Held) -> None:
        self._after_fork()
        with self._changed:
            self._held.pop(held.id, None)

    def _after_fork(self) -> None:
        if self._pid != os.getpid():
            self.__init__()  # type: ignore[misc]

    def _run(self) -> None:
        while True:
            with self._changed:
                now = time.monotonic()
                due = [held for held in self._held.values() if held.due <= now]
                if not due:
                    soonest = min((held.due for held in self._held.values()), default=None)
                    self._changed.wait(None if soonest is None else soonest - now)
                    continue
            for held in due:
                self._renew(held)

    def _renew(self, held: _Held) -> None:
        try:
            held.client.limits.renew_lease(id=held.id, timeout=max(1.0, min(10.0, held.term / 3)))
            held.due = time.monotonic() + held.term / 3
        except MartletError as error:
            if error.code in ("FAILED_PRECONDITION", "NOT_FOUND"):
                held.lost = LeaseLost(error.code, error.message, reason=error.reason)
                _logger.warning("the slots of lease %s are lost: %s", held.id, error.message)
                self.remove(held)
            else:
                # While no server has a database no lease lapses.
                held.due = time.monotonic() + min(1.0, held.term / 6)


_renewer = _Renewer()
_clients: Dict[Tuple[int, str], Any] = {}
_clients_lock = threading.Lock()


def _shared_client() -> Any:
    """The client of this process for the server and the namespace of the environment."""
    from martlet.client import Client
    from martlet.profile import setting

    namespace = setting("MARTLET_NAMESPACE")
    key = (os.getpid(), setting("MARTLET_API_URL") + " " + namespace)
    with _clients_lock:
        if key not in _clients:
            _clients[key] = Client(namespace=namespace)
        return _clients[key]


@atexit.register
def _close_clients() -> None:
    for (process, _), client in list(_clients.items()):
        if process == os.getpid():
            client.close()


def _current_run_id() -> str:
    import sys

    module = sys.modules.get("martlet.run")
    run = module.current_run() if module else None
    return str(run.id) if run is not None else ""


def _acquire(
    client: Any, request: Any, timeout: Optional[float], cancel: threading.Event
) -> str:
    """Asks with one id until the slots are granted; returns it."""
    request.id = uuid7()
    end = None if timeout is None else time.monotonic() + timeout
    explanations: List[str] = []
    while True:
        left = _WAIT if end is None else max(0.0, min(_WAIT, end - time.monotonic()))
        request.wait.FromMicroseconds(round(left * 1_000_000))
        try:
            client.limits.acquire_lease(request, timeout=left + 10.0)
            return str(request.id)
        except MartletError as error:
            pause = _pause(error, request)
            explanations = [error.message]
        if cancel.is_set() or end is not None and time.monotonic() + pause >= end:
            _release(client, request.id)
            raise TimeoutError(f"no slots in {timeout} s: {explanations[0]}")
        cancel.wait(pause)


def _pause(error: MartletError, request: Any) -> float:
    """How long to wait before asking again; raises the error when that is no use."""
    if error.reason == "LIMIT_FULL":
        return 0.0
    if error.reason == "LEASE_ENDED":
        # Granted while nobody listened, and lapsed: begin anew, at the end of the line.
        request.id = uuid7()
        return 0.0
    if error.code in ("UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED"):
        return min(error.retry_after or 1.0, 2.0)
    raise error


def _release(client: Any, id: str) -> None:
    try:
        client.limits.release_lease(id=id, timeout=10.0)
    except MartletError as error:
        # What cannot be given back now lapses.
        if error.code != "NOT_FOUND":
            _logger.warning("lease %s is not given back, it will lapse: %s", id, error)
