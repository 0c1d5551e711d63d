"""Decides what the requests of the suite look like: calls of the contract over Connect and gRPC, and plain ones."""

from __future__ import annotations

from wire import frames, hpack
from wire.transport import Target

PING = "/martlet.v1.SystemService/Ping"
STATE_MACHINE = "/martlet.v1.SystemService/GetStateMachine"
CREATE_RUN = "/martlet.v1.RunService/CreateRun"
LIST_RUNS = "/martlet.v1.RunService/ListRuns"
WATCH_RUNS = "/martlet.v1.RunService/WatchRuns"
WRITE_LOGS = "/martlet.v1.LogService/WriteLogs"

Fields = tuple[tuple[str, str], ...]
JSON: Fields = (("content-type", "application/json"),)
PROTO: Fields = (("content-type", "application/proto"),)
GRPC: Fields = (("content-type", "application/grpc"), ("te", "trailers"))


def head(target: Target, path: str, *fields: tuple[str, str], method: str = "POST") -> bytes:
    """The field section of a request."""
    return hpack.block(
        (":method", method),
        (":scheme", target.scheme),
        (":authority", target.authority),
        (":path", path),
        *fields,
    )


def call(target: Target, stream: int, path: str, kind: Fields, body: bytes) -> bytes:
    """A whole call whose body fits one frame."""
    return frames.headers(stream, head(target, path, *kind), end=False) + frames.data(stream, body, end=True)


def ping(target: Target, stream: int) -> bytes:
    return call(target, stream, PING, JSON, b"{}")


def message(payload: bytes = b"", *, flag: int = 0, length: int | None = None) -> bytes:
    """A gRPC message; `length` lies about it."""
    size = len(payload) if length is None else length
    return bytes((flag,)) + size.to_bytes(4, "big") + payload


def http1(target: Target, path: str, body: bytes = b"{}", *lines: str, method: str = "POST") -> bytes:
    """A whole request over HTTP/1.1."""
    start = (f"{method} {path} HTTP/1.1", f"Host: {target.authority}", "Content-Type: application/json", *lines)
    return "\r\n".join((*start, f"Content-Length: {len(body)}", "", "")).encode() + body
