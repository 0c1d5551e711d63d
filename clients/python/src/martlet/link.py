"""Decides how one Report stream is held: who writes, who reads, and how back-pressure is felt.

gRPC asks for the next frame only when the one before has left, so a frame is handed over only after the stream
said that it is writable: what the server does not take stays with the reporter. Everything that happens is told as
an event to the reporter's queue; nothing here decides.
"""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import Any, Iterator, NamedTuple, Optional

import grpc

from martlet import v1
from martlet._status import error_of
from martlet.errors import MartletError

REPORT = "/martlet.v1.ReportService/Report"
BATCH_REPORT = "/martlet.v1.ReportService/BatchReport"


class Writable(NamedTuple):
    """The stream takes one more frame."""

    link: "Link"


class Received(NamedTuple):
    """The server said something."""

    link: "Link"
    response: v1.ReportResponse


class Ended(NamedTuple):
    """The stream is over."""

    link: "Link"
    error: Optional[MartletError]


class Answered(NamedTuple):
    """A BatchReport came back: `purpose` is what the reporter gave with it."""

    purpose: Any
    response: Optional[v1.BatchReportResponse]
    error: Optional[MartletError]


class Link:
    """One Report stream."""

    def __init__(self, channel: Any, events: "SimpleQueue[Any]") -> None:
        self._events = events
        self._frames: "SimpleQueue[Optional[v1.ReportRequest]]" = SimpleQueue()
        call = channel.stream_stream(
            REPORT,
            request_serializer=v1.ReportRequest.SerializeToString,
            response_deserializer=v1.ReportResponse.FromString,
        )
        self._call = call(self._outgoing())
        threading.Thread(target=self._read, name="martlet-answers", daemon=True).start()

    def send(self, frame: v1.ReportRequest) -> None:
        """Sends a frame; only after Writable, once for each."""
        self._frames.put(frame)

    def finish(self) -> None:
        """Says that no more frames come; the server then ends the stream."""
        self._frames.put(None)

    def cancel(self) -> None:
        """Ends the stream at once."""
        self._frames.put(None)
        self._call.cancel()

    def _outgoing(self) -> Iterator[v1.ReportRequest]:
        while True:
            self._events.put(Writable(self))
            frame = self._frames.get()
            if frame is None:
                return
            yield frame

    def _read(self) -> None:
        error = None
        try:
            for response in self._call:
                self._events.put(Received(self, response))
        except grpc.RpcError as caught:
            error = error_of(caught)
        finally:
            self._frames.put(None)
            self._events.put(Ended(self, error))


def batch_report(
    channel: Any,
    events: "SimpleQueue[Any]",
    request: v1.BatchReportRequest,
    purpose: Any,
    timeout: float,
    patient: bool = False,
) -> Any:
    """Calls BatchReport without waiting; the answer comes as an Answered event. The call can be cancelled.

    A patient call lasts through attempts to connect until its time is over. Others fail with the first.
    """
    call = channel.unary_unary(
        BATCH_REPORT,
        request_serializer=v1.BatchReportRequest.SerializeToString,
        response_deserializer=v1.BatchReportResponse.FromString,
    )

    def done(future: Any) -> None:
        try:
            events.put(Answered(purpose, future.result(), None))
        except grpc.RpcError as error:
            events.put(Answered(purpose, None, error_of(error)))
        except grpc.FutureCancelledError:
            events.put(Answered(purpose, None, MartletError("CANCELLED", "the channel was closed")))

    future = call.future(request, timeout=timeout, wait_for_ready=patient)
    future.add_done_callback(done)
    return future
