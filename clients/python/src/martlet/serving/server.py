"""Decides how a process that serves lives: it holds a worker's session through any number of streams, takes offers while
it has room, and drains when it is told to end.

One thread decides, that of the caller; streams, runs and signals put events into its queue.
"""

from __future__ import annotations

import functools
import os
import random
import signal
import socket
import sys
import threading
import time
from queue import Empty, SimpleQueue
from types import FrameType
from typing import TYPE_CHECKING, Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

from martlet import v1
from martlet.errors import MartletError
from martlet.event import shared_client
from martlet.ids import uuid4
from martlet.reporter import Reporter
from martlet.serving.deployment import ServedDeployment
from martlet.serving.run import STOP_GRACE, ServedRun
from martlet.serving.stream import Broken, Heard, WorkerStream

if TYPE_CHECKING:
    from martlet.client import Client

# How many runs at a time unless told otherwise.
LIMIT = 10
POOL = "served"
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
# How long the end waits for the server.
LAST_WORDS = 5.0
# A signal that comes just before a wait begins is heard only when it ends.
SIGNAL_DELAY = 1.0
NEVER = float("inf")
# What no repetition changes.
REFUSALS = frozenset(
    {"NOT_FOUND", "INVALID_ARGUMENT", "FAILED_PRECONDITION", "PERMISSION_DENIED", "UNAUTHENTICATED", "UNIMPLEMENTED"}
)


class _Over(NamedTuple):
    """A run is not this process's any more."""

    run: ServedRun


class _Signalled(NamedTuple):
    """This process was told to end."""


class DeploymentServer:
    """Serves deployments in this process."""

    def __init__(
        self,
        deployments: Sequence[ServedDeployment],
        *,
        limit: int,
        pauses: bool,
        grace: float,
        lease: float,
        client: "Optional[Client]",
    ) -> None:
        self._deployments, self._limit, self._pauses, self._grace = deployments, limit, pauses, grace
        self._client = client or shared_client()
        self._reporter = Reporter(self._client.url, namespace=self._client.namespace, lease=lease)
        self._settings = {"MARTLET_API_URL": self._client.url, "MARTLET_NAMESPACE": self._client.namespace}
        self._beat = lease / 3
        host = "".join(letter for letter in socket.gethostname() if letter not in "/%&<>")
        self._worker = v1.WorkerIdentity(
            pool=POOL,
            name=f"serve-{host}-{uuid4()[:8]}",
            type=POOL,
            host=f"{socket.gethostname()}:{os.getpid()}",
            deployments=[deployment.path for deployment in deployments],
            session=self._reporter.session,
        )
        self._events: "SimpleQueue[Any]" = SimpleQueue()
        # By the id of the deployment.
        self._entrypoints: Dict[str, str] = {}
        self._schedules: List[Tuple[str, str]] = []
        self._runs: Dict[Tuple[str, int], ServedRun] = {}
        self._stream: Optional[WorkerStream] = None
        # What the server believes of our room; None when it was not told in this stream.
        self._believed: Optional[int] = None
        self._said_draining = False
        self._beat_at = NEVER
        self._connect_at = 0.0
        self._pause = FIRST_PAUSE
        self._is_draining = self._was_told = False
        self._ends_at = NEVER
        self._failure: Optional[MartletError] = None

    def run(self) -> None:
        """Serves until it is told to end. Raises MartletError when the server does not want it."""
        before = self._hear_signals()
        try:
            self._apply()
            while not (self._is_draining and not any(run.has_begun for run in self._runs.values())):
                self._advance()
                self._take(self._next())
            self._leave()
        finally:
            self._reporter.close()
            for number, handler in before:
                signal.signal(number, handler)
        if self._failure is not None:
            raise self._failure

    # Beginning.

    def _hear_signals(self) -> List[Tuple[int, Any]]:
        def tell(number: int, frame: Optional[FrameType]) -> None:
            self._events.put(_Signalled())

        if threading.current_thread() is not threading.main_thread():
            return []
        return [(number, signal.signal(number, tell)) for number in (signal.SIGTERM, signal.SIGINT)]

    def _apply(self) -> None:
        """Applies the deployments, as soon as the server is there; not at all when this process is told to end before."""
        said = False
        waiting = list(self._deployments)
        while waiting and not self._is_draining:
            served = waiting[0]
            try:
                if served.keeps_pause:
                    served.message.paused = self._is_paused(served.path)
                made = self._client.deployments.apply_deployment(deployment=served.message).deployment
            except MartletError as error:
                if error.code not in ("UNAVAILABLE", "DEADLINE_EXCEEDED"):
                    raise
                if not said:
                    _say(f"waiting for the server ({error.message})")
                said = True
                self._connect_at = self._later()
                self._take(self._next())
                continue
            self._entrypoints[made.id] = served.entrypoint
            self._schedules += [(served.path, schedule.slug) for schedule in made.schedules]
            _say(f"serving {served.path}")
            waiting.pop(0)
        self._pause, self._connect_at = FIRST_PAUSE, 0.0

    def _is_paused(self, path: str) -> bool:
        try:
            return self._client.deployments.get_deployment(deployment=path).deployment.paused
        except MartletError as error:
            if error.code == "NOT_FOUND":
                return False
            raise

    # Events.

    def _next(self) -> Any:
        """The next event; None when time has come for something else."""
        until = min(self._ends_at, self._beat_at if self._stream else self._connect_at)
        while True:
            wait = until - time.monotonic()
            try:
                return self._events.get(timeout=max(0.0, min(wait, SIGNAL_DELAY)))
            except Empty:
                if time.monotonic() >= until:
                    return None

    def _advance(self) -> None:
        now = time.monotonic()
        if now >= self._ends_at:
            self._ends_at = NEVER
            for run in self._runs.values():
                run.stop(STOP_GRACE)
        if self._stream is None:
            if now >= self._connect_at:
                self._connect()
            return
        if now >= self._beat_at:
            self._beat_at = now + self._beat
            self._stream.say(alive=v1.ConnectRequest.Alive())
        if self._is_draining and not self._said_draining:
            self._said_draining = True
            self._stream.say(draining=v1.ConnectRequest.Draining())
        room = 0 if self._is_draining else max(0, self._limit - len(self._runs))
        if room != self._believed:
            self._believed = room
            self._stream.say(credit=v1.ConnectRequest.Credit(runs=room))

    def _connect(self) -> None:
        held = [v1.HeldRun(run_id=id, epoch=epoch) for id, epoch in self._runs]
        hello = v1.ConnectRequest.Hello(namespace=self._reporter.namespace, worker=self._worker, held=held)
        self._stream = WorkerStream(self._client, self._events, hello)
        self._believed, self._said_draining = None, False
        self._beat_at = time.monotonic() + self._beat

    def _take(self, event: Any) -> None:
        if isinstance(event, _Signalled):
            self._drain()
        elif isinstance(event, _Over):
            self._runs.pop(event.run.key, None)
            if event.run.is_unclaimed and self._stream is not None:
                # It goes back at once; without a stream the next hello does not name it.
                id, epoch = event.run.key
                self._stream.say(exited=v1.Exited(run_id=id, epoch=epoch, message="it could not be begun"))
            if event.run.said:
                _say(f"{event.run.offered.name}: {event.run.said}")
        elif isinstance(event, Heard) and event.stream is self._stream:
            self._hear(event.response)
        elif isinstance(event, Broken) and event.stream is self._stream:
            self._lost(event.error)

    def _hear(self, response: v1.ConnectResponse) -> None:
        kind = response.WhichOneof("kind")
        if kind == "welcome":
            self._pause = FIRST_PAUSE
        elif kind == "offer":
            self._offered(response.offer)
        elif kind == "drain":
            self._is_draining = True
        elif kind == "cancel":
            run = self._runs.get((response.cancel.run_id, response.cancel.epoch))
            if run is not None:
                run.cancel(response.cancel.grace.ToTimedelta().total_seconds())
        elif kind == "revoke":
            run = self._runs.get((response.revoke.run_id, response.revoke.epoch))
            if run is not None:
                run.revoke()

    def _offered(self, offer: v1.Offer) -> None:
        if self._believed is not None:
            self._believed -= 1
        key = (offer.run.id, offer.epoch)
        if key in self._runs:
            return
        assert self._stream is not None
        entrypoint = self._entrypoints.get(offer.run.deployment_id)
        reason = ""
        if self._is_draining:
            reason = "the program that serves it is ending"
        elif len(self._runs) >= self._limit:
            reason = "there is no room"
        elif entrypoint is None:
            reason = "its deployment is another one by now"
        if reason or entrypoint is None:
            decline = v1.ConnectRequest.Decline(run_id=key[0], epoch=key[1], reason=reason)
            self._stream.say(decline=decline)
            return
        _say(f"{offer.run.name}: begins")
        self._stream.say(accept=v1.ConnectRequest.Accept(run_id=key[0], epoch=key[1]))
        self._runs[key] = ServedRun(
            offer, entrypoint, self._settings, self._reporter, self._client,
            lambda run: self._events.put(_Over(run)),
        )

    def _lost(self, error: MartletError) -> None:
        assert self._stream is not None
        self._stream.cancel()
        self._stream = None
        if error.code in REFUSALS or error.reason == "WORKER_REPLACED":
            self._failure = error
            self._is_draining, self._connect_at = True, NEVER
            self._ends_at = time.monotonic() + self._grace
            return
        self._connect_at = self._later()

    def _later(self) -> float:
        """When to try again: processes that lost the same server do not come back together."""
        at = time.monotonic() + self._pause * random.uniform(0.5, 1.0)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        return at

    # Ending.

    def _drain(self) -> None:
        self._is_draining = True
        if self._was_told:
            self._ends_at = NEVER
            for run in self._runs.values():
                run.stop(0.0)
            return
        self._was_told, self._ends_at = True, time.monotonic() + self._grace
        if self._runs:
            _say(f"ending: waits up to {self._grace:g} s for {len(self._runs)} runs; a second signal ends them")
        if self._pauses:
            pause = functools.partial(self._client.deployments.pause_deployment, timeout=LAST_WORDS)
            for path, slug in self._schedules:
                self._try(f"pausing {path} {slug}", functools.partial(pause, deployment=path, schedule=slug))

    def _leave(self) -> None:
        """Tells what is left to be told; what was ended is lost as of a dead executor, what has not begun goes back."""
        for run in self._runs.values():
            run.stop(0.0)
        # A closed reporter sends no sign of life that would bring the session back after the goodbye.
        self._reporter.close(LAST_WORDS)
        if self._stream is not None:
            self._stream.leave(LAST_WORDS)
            self._stream = None
            forget = functools.partial(self._client.workers.delete_worker, timeout=LAST_WORDS)
            self._try("forgetting the worker", functools.partial(forget, pool=POOL, name=self._worker.name))

    def _try(self, what: str, call: Callable[[], Any]) -> None:
        try:
            call()
        except MartletError as error:
            _say(f"{what} failed: {error}")


def _say(line: str) -> None:
    print(f"martlet: {line}", file=sys.stderr, flush=True)
