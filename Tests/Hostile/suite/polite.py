"""Decides how a polite client watches the server: a process that pings without end, over HTTP/1.1 and HTTP/2 in turn,
one call at a time, and tells how long the calls of each lap took."""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from wire import frames, reaction, requests
from wire.http1 import Line
from wire.peer import Peer
from wire.transport import Target

# An answer that takes longer is a failure.
PATIENCE = 2.0
PAUSE = 0.002


@dataclass
class Lap:
    """What happened since the lap before."""

    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def p99(self) -> float:
        ordered = sorted(self.times) or [0.0]
        return ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]

    @property
    def worst(self) -> float:
        return max(self.times, default=0.0)


class PoliteClient:
    """The process of the polite client, seen from the suite."""

    def __init__(self, target: Target):
        self._pipe, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=_run, args=(target, theirs), daemon=True)
        self._process.start()

    def lap(self) -> Lap:
        """Ends a lap and begins another."""
        self._pipe.send("lap")
        if not self._pipe.poll(10 * PATIENCE):
            return Lap(errors=["the polite client hangs"])
        return self._pipe.recv()

    def stop(self) -> None:
        self._process.kill()  # it has nothing to leave in order
        self._process.join()


def _run(target: Target, pipe: Connection) -> None:
    ways: list[_OverHTTP1 | _OverHTTP2] = [_OverHTTP1(target), _OverHTTP2(target)]
    lap = Lap()
    turn = 0
    while True:
        start = time.monotonic()
        try:
            ways[turn % 2].ping()
        except (OSError, RuntimeError) as error:
            lap.errors.append(f"{type(ways[turn % 2]).__name__.lstrip('_')}: {error}")
        lap.times.append(time.monotonic() - start)
        turn += 1
        if pipe.poll(PAUSE):
            pipe.recv()
            pipe.send(lap)
            lap = Lap()


class _OverHTTP1:
    def __init__(self, target: Target):
        self.target = target
        self.line: Line | None = None

    def ping(self) -> None:
        if self.line is None:
            self.line = Line(self.target, timeout=PATIENCE)
        self.line.received.clear()
        self.line.send(requests.http1(self.target, requests.PING))
        if (seen := self.line.reaction(PATIENCE, further=0)) != "HTTP 200":
            self.line.socket.close()
            self.line = None
            raise RuntimeError(seen)


class _OverHTTP2:
    def __init__(self, target: Target):
        self.target = target
        self.peer: Peer | None = None

    def ping(self) -> None:
        if self.peer is None:
            self.peer = Peer(self.target, timeout=PATIENCE)
            self.peer.send(frames.window_update(0, 1 << 30))
            self.stream = 1
        self.peer.send(requests.ping(self.target, self.stream))
        seen = reaction.observe(self.peer, self.stream, within=PATIENCE)
        self.peer.answers.clear()
        self.stream += 2
        if seen != "HTTP 200":
            self.peer.socket.close()
            self.peer = None
            raise RuntimeError(seen)
