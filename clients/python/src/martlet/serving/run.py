"""Decides how a served run goes: it is taken with the offer's epoch, each attempt is a process, and its end is told.

A process for each run, not a thread: code that heeds nothing can be ended, and a crash is that of one run.
"""

from __future__ import annotations

import json
import logging
import signal
import sys
import threading
import time
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Callable, Dict, Optional, Tuple

from martlet import results, text, v1, values
from martlet.errors import Cancelled, Fenced, MartletError, Refused
from martlet.retries import Retries
from martlet.run import Run
from martlet.run_result import LARGEST_RESULT
from martlet.serving.process import RunProcess
from martlet.states import observed

if TYPE_CHECKING:
    from martlet.client import Client
    from martlet.reporter import Reporter

# Between TERM and KILL: of a cancellation, of the end of the run's time, of the end of who serves.
CANCEL_GRACE, TIMEOUT_GRACE, STOP_GRACE = 30.0, 4.0, 5.0
# The end is to be told before the server draws its own conclusion.
MARGIN = 2.0
NEVER = float("inf")

logger = logging.getLogger("martlet.serving")


class ServedRun:
    """A run that was offered to this process."""

    def __init__(
        self, offer: v1.Offer, entrypoint: str, settings: Dict[str, str], reporter: "Reporter",
        client: "Client", over: "Callable[[ServedRun], None]",
    ) -> None:
        """`over` is called, in a thread, when this process has nothing more to do with the run."""
        self.offered, self.epoch = offer.run, offer.epoch
        self.said = ""
        """How it ended, for people; empty when somebody else has it."""
        self._entrypoint, self._settings, self._client = entrypoint, settings, client
        self._over = over
        self._run = Run(offer.run.id, offer.epoch, offer.run.definition, None)
        self._run._reports = reporter.take(offer.run.id, offer.epoch, listener=self._directed)
        # What comes from outside, in order: a kind and what belongs to it.
        self._news: "SimpleQueue[Tuple[str, Any]]" = SimpleQueue()
        # Why it is being ended: "cancel", "time-out", "stop" or "revoke"; the first counts.
        self._reason = ""
        self._why = ""
        self._is_given_up = False
        self.has_begun = False
        """Whether it is, or was, RUNNING here."""
        self.is_unclaimed = False
        """Whether it was accepted, could not be begun, and is not known to be anybody's."""
        threading.Thread(target=self._main, name=f"martlet-run-{offer.run.name}", daemon=True).start()

    @property
    def key(self) -> Tuple[str, int]:
        """The run and its epoch."""
        return (self.offered.id, self.epoch)

    def cancel(self, bound: float, message: str = "") -> None:
        """It is to stop within so many seconds, and is then CANCELLED."""
        self._news.put(("cancel", (max(0.0, min(CANCEL_GRACE, bound - MARGIN)), message)))

    def stop(self, grace: float = STOP_GRACE) -> None:
        """Who serves ends: what does not come to its end within the grace is killed, and nothing is told of it."""
        self._is_given_up = True
        self._news.put(("stop", grace))

    def revoke(self) -> None:
        """It is somebody else's: it is killed, and nothing is told of it."""
        self._is_given_up = True
        self._news.put(("revoke", 0.0))

    def _directed(self, directive: v1.Directive) -> None:
        if directive.WhichOneof("kind") == "cancel":
            bound = directive.cancel.grace.ToTimedelta().total_seconds() or NEVER
            self.cancel(bound, directive.cancel.message)

    def _main(self) -> None:
        try:
            self._live()
        except (Fenced, Refused) as error:
            logger.warning("run %s is not executed here: %s", self.offered.name, error)
        except MartletError as error:
            logger.warning("of run %s no more can be told: %s", self.offered.name, error)
        except Exception:
            logger.exception("run %s failed to be executed", self.offered.name)
        finally:
            self._over(self)

    def _live(self) -> None:
        policy = self.offered.retry
        retries = Retries.of(policy)
        may_wait = policy.max_retries > 0 and policy.mode != v1.RetryPolicy.MODE_RESCHEDULE
        while self._begins():
            try:
                state = self._attempt()
            except Exception as error:
                # Somebody has to tell an end: the run is RUNNING.
                logger.exception("run %s failed to be executed", self.offered.name)
                state = None
                if not self._is_given_up:
                    state = _failed(type(error).__name__, str(error), retriable=False)
            if state is None:
                return
            verdict = self._tell(state)
            self.said = v1.StateType.Name(state.type)[len("STATE_TYPE_") :]
            if not may_wait or (verdict is None and state.type != v1.STATE_TYPE_FAILED):
                return
            delay = retries.delay_after(verdict)
            if delay is None or not self._waits(delay):
                return

    def _begins(self) -> bool:
        """Enters RUNNING, however long the server lets it wait; False when it was cancelled before."""
        try:
            self._run._begin(may_run_on=False)
            self.has_begun = not self._is_given_up
            return self.has_begun
        except Cancelled as error:
            self._run._end(error)
            self.said = "CANCELLED"
            return False
        except (Fenced, Refused):
            raise
        except Exception:
            self.is_unclaimed = not self._is_given_up
            raise

    def _tell(self, state: v1.State) -> "Optional[v1.Verdict]":
        """Returns the verdict; None when the server is away and the report is on disk."""
        return self._run._reports.propose(observed(state), may_run_on=True, urgent=True).result()

    def _waits(self, delay: float) -> bool:
        """Waits for the next attempt; False when there is to be none."""
        try:
            kind, value = self._news.get(timeout=delay)
        except Empty:
            return True
        if kind == "cancel":
            self._tell(v1.State(type=v1.STATE_TYPE_CANCELLED, message=value[1] or "cancelled on request"))
            self.said = "CANCELLED"
        return False

    # An attempt.

    def _attempt(self) -> Optional[v1.State]:
        """Executes the function once; returns how that ended, None when nothing is to be told."""
        if self._reason == "time-out":
            self._reason = ""  # that of the attempt before
        try:
            process = RunProcess(
                self._entrypoint, self.offered, self.epoch, self._settings, self._hear,
                lambda code: self._news.put(("exit", code)),
            )
        except OSError as error:
            return _failed("StartError", str(error), retriable=False)
        try:
            code = self._watch(process)
            process.finish(clears=bool(self._reason))
            if self._reason == "revoke":
                return None
            if self._reason == "stop" and code != 0:
                self._ship("martlet.serving", "the program that served this run has ended", 30)
                return None
            return self._ending(process, code)
        finally:
            process.forget()

    def _watch(self, process: RunProcess) -> int:
        """Stays with the process until it has ended, and ends it when it must; returns its code."""
        kill_at = NEVER
        due = NEVER
        if self.offered.HasField("timeout"):
            due = time.monotonic() + self.offered.timeout.ToTimedelta().total_seconds()
        while True:
            now = time.monotonic()
            until = min(kill_at, NEVER if self._reason else due)
            try:
                kind, value = self._news.get(timeout=None if until == NEVER else max(0.0, until - now))
            except Empty:
                if time.monotonic() >= kill_at:
                    process.signal(signal.SIGKILL)
                    kill_at = NEVER
                    continue
                kind, value = "time-out", TIMEOUT_GRACE
            if kind == "exit":
                return int(value)
            if kind == "cancel":
                value, self._why = value
            # Who is told to go twice goes by the shorter time; what is revoked is nobody's to tell of.
            if not self._reason or kind == "revoke":
                self._reason = kind
            process.terminate()
            kill_at = min(kill_at, time.monotonic() + value)

    def _ending(self, process: RunProcess, code: int) -> v1.State:
        if self._reason == "cancel":
            return v1.State(type=v1.STATE_TYPE_CANCELLED, message=self._why or "cancelled on request")
        if self._reason == "time-out":
            limit = self.offered.timeout.ToTimedelta().total_seconds()
            state = _failed("TimedOut", f"still running after {limit:g} s")
            state.name = "TimedOut"
            return state
        if code == 0:
            return self._completed(process.output)
        if code < 0:
            state = v1.State(type=v1.STATE_TYPE_CRASHED)
            state.message = f"its process was ended by signal {-code}"
            state.crashed.signal = -code
            return state
        failure = process.failure
        if not failure:
            return _failed(f"exit status {code}", f"its process left with {code}")
        return _failed(
            str(failure.get("type") or f"exit status {code}"), str(failure.get("message", "")),
            str(failure.get("traceback", "")), retriable=failure.get("retriable"),
        )

    def _completed(self, output: Optional[bytes]) -> v1.State:
        state = v1.State(type=v1.STATE_TYPE_COMPLETED)
        if output is None:
            return state
        media_type = "application/json"
        try:
            if len(output) > LARGEST_RESULT:
                stored = results.payload(output, media_type=media_type, run_id=self.offered.id, client=self._client)
                state.completed.result.CopyFrom(stored)
            else:
                state.completed.result.json.CopyFrom(values.value(json.loads(output), "result"))
                state.completed.result.media_type = media_type
        except (ValueError, MartletError) as error:
            state.ClearField("completed")
            self._ship("martlet.serving", f"the result is not recorded: {error}", 30)
        return state

    # Words.

    def _hear(self, stream: str, line: str) -> None:
        self._ship(stream, line, 30 if stream == "stderr" else 20)
        out = sys.stderr if stream == "stderr" else sys.stdout
        try:
            print(line, file=out, flush=True)
        except (OSError, ValueError):
            pass  # nobody reads what this process writes any more

    def _ship(self, source: str, line: str, level: int) -> None:
        self._run._ship(level, source, line, time.time())


def _failed(kind: str, message: str, trace: str = "", *, retriable: Optional[bool] = None) -> v1.State:
    state = v1.State(type=v1.STATE_TYPE_FAILED)
    state.message = text.fit(f"{kind}: {message}" if message else kind, text.MESSAGE)
    state.failed.error_type = text.fit(kind, text.ERROR_TYPE)
    state.failed.error_message = text.fit(message, text.ERROR_MESSAGE)
    state.failed.traceback = text.fit_end(trace, text.TRACEBACK)
    if retriable is not None:
        state.failed.retriable = bool(retriable)
    return state
