"""Decides how one call is made: time-out, errors, and when it is tried again."""

from __future__ import annotations

import random
import time
from typing import Any, Generic, Iterable, Iterator, Optional, Type, TypeVar

import grpc
from google.protobuf.message import Message

from martlet import values
from martlet._status import error_of
from martlet.channel import Address, open_channel
from martlet.errors import MartletError
from martlet.ids import uuid7

M = TypeVar("M", bound=Message)
R = TypeVar("R", bound=Message)

ATTEMPTS = 4


def make_ids(message: Message, name: str) -> None:
    """Gives what is in the field an id where it has none, so that a repeated call creates once."""
    field = getattr(message, name)
    if not hasattr(field, "extend"):
        field = [field] if message.HasField(name) else []
    for item in field:
        if not item.id:
            item.id = uuid7()


class Stream(Generic[R]):
    """The answers of a call as they come. Iterate, and `cancel()` or leave the `with` block to end it."""

    def __init__(self, call: Any) -> None:
        self._call = call
        self._cancelled = False

    def __iter__(self) -> Iterator[R]:
        return self

    def __next__(self) -> R:
        try:
            return next(self._call)
        except grpc.RpcError as error:
            if self._cancelled:
                raise StopIteration from None
            raise error_of(error) from None

    def cancel(self) -> None:
        """Ends the call; the iteration then ends without an error."""
        self._cancelled = True
        self._call.cancel()

    def __enter__(self) -> "Stream[R]":
        return self

    def __exit__(self, *_: object) -> None:
        self.cancel()


class Calls:
    """A channel and what every call on it has in common."""

    def __init__(self, where: Address, namespace: str, timeout: float) -> None:
        self.channel = open_channel(where)
        self.namespace = namespace
        self.timeout = timeout

    def request(self, kind: Type[M], given: Optional[M], **fields: Any) -> M:
        """The request to send: `given`, with the fields that are not None put over it."""
        message = kind()
        if given is not None:
            message.CopyFrom(given)
        for name, field in fields.items():
            if field is not None:
                values.assign(message, name, field)
        if self.namespace and getattr(message, "namespace", None) == "":
            message.namespace = self.namespace  # type: ignore[attr-defined]
        return message

    def unary_unary(
        self,
        path: str,
        answer: Type[R],
        message: Message,
        timeout: Optional[float],
        repeatable: bool,
    ) -> R:
        """Calls; a repeatable call is tried again while the server is unavailable and time is left."""
        call = self.channel.unary_unary(
            path, request_serializer=_serialize, response_deserializer=answer.FromString
        )
        end = time.monotonic() + (self.timeout if timeout is None else timeout)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return call(message, timeout=max(0.0, end - time.monotonic()))
            except grpc.RpcError as caught:
                error = error_of(caught)
            pause = error.retry_after or random.uniform(0.5, 1.0) * 0.1 * 2**attempt
            last = attempt == ATTEMPTS or time.monotonic() + pause >= end
            if not repeatable or error.code != "UNAVAILABLE" or last:
                raise error
            time.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def unary_stream(
        self, path: str, answer: Type[R], message: Message, timeout: Optional[float]
    ) -> Stream[R]:
        """Calls and returns the stream of answers; without a time-out it may last for ever."""
        call = self.channel.unary_stream(
            path, request_serializer=_serialize, response_deserializer=answer.FromString
        )
        return Stream(call(message, timeout=timeout))

    def stream_unary(
        self,
        path: str,
        asked: Type[M],
        answer: Type[R],
        messages: Iterable[M],
        timeout: Optional[float],
    ) -> R:
        """Sends the messages as the iterable yields them and returns the one answer."""
        call = self.channel.stream_unary(
            path, request_serializer=_serialize, response_deserializer=answer.FromString
        )
        try:
            return call(self._first(asked, messages), timeout=timeout)
        except grpc.RpcError as error:
            raise error_of(error) from None

    def stream_stream(
        self,
        path: str,
        asked: Type[M],
        answer: Type[R],
        messages: Iterable[M],
        timeout: Optional[float],
    ) -> Stream[R]:
        """Sends the messages as the iterable yields them and returns the stream of answers."""
        call = self.channel.stream_stream(
            path, request_serializer=_serialize, response_deserializer=answer.FromString
        )
        return Stream(call(self._first(asked, messages), timeout=timeout))

    def _first(self, asked: Type[M], messages: Iterable[M]) -> Iterator[M]:
        """The messages, the first one with the client's namespace."""
        for index, message in enumerate(messages):
            if index == 0:
                message = self.request(asked, message)
                # An upload says it in its first part.
                if "start" in asked.DESCRIPTOR.fields_by_name and message.HasField("start"):
                    start = message.start  # type: ignore[attr-defined]
                    start.namespace = start.namespace or self.namespace
            yield message


def _serialize(message: Message) -> bytes:
    return message.SerializeToString()


__all__ = ["Calls", "MartletError", "Stream", "make_ids"]
