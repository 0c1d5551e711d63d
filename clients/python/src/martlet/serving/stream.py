"""Decides how a worker's stream is held: who writes, who reads. Everything that happens is an event for one queue."""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Iterator, NamedTuple, Optional

from martlet import v1
from martlet.errors import MartletError

if TYPE_CHECKING:
    from martlet.client import Client


class Heard(NamedTuple):
    """The server said something."""

    stream: "WorkerStream"
    response: v1.ConnectResponse


class Broken(NamedTuple):
    """The stream is over."""

    stream: "WorkerStream"
    error: MartletError


class WorkerStream:
    """One WorkerService.Connect."""

    def __init__(self, client: "Client", events: "SimpleQueue[Any]", hello: v1.ConnectRequest.Hello) -> None:
        self._events = events
        self._words: "SimpleQueue[Optional[v1.ConnectRequest]]" = SimpleQueue()
        self.say(hello=hello)
        self._call = client.workers.connect(self._outgoing())
        self._reading = threading.Thread(target=self._read, name="martlet-worker", daemon=True)
        self._reading.start()

    def say(self, **kind: Any) -> None:
        """Says something: the field of a ConnectRequest."""
        self._words.put(v1.ConnectRequest(**kind))

    def leave(self, timeout: float) -> None:
        """Says goodbye, and waits until the server has heard it."""
        self.say(goodbye=v1.ConnectRequest.Goodbye())
        self._words.put(None)
        self._reading.join(timeout)
        self._call.cancel()

    def cancel(self) -> None:
        """Ends the stream at once."""
        self._words.put(None)
        self._call.cancel()

    def _outgoing(self) -> Iterator[v1.ConnectRequest]:
        while True:
            word = self._words.get()
            if word is None:
                return
            yield word

    def _read(self) -> None:
        error = MartletError("UNAVAILABLE", "the server closed the stream")
        try:
            for response in self._call:
                self._events.put(Heard(self, response))
        except MartletError as caught:
            error = caught
        finally:
            self._words.put(None)
            self._events.put(Broken(self, error))
