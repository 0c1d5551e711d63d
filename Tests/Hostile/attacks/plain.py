"""Decides how HTTP/1.1 itself is turned against the server: requests that two parsers would cut differently, and text
that never ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cases.http1_framing import CASES
from suite.attack import Attack, Battle
from wire import requests
from wire.http1 import Line
from wire.transport import Target

# A server that takes so much of one thing has no bound.
MOST = 64 << 20
PIECE = 1 << 16


def smuggling(battle: Battle) -> str:
    """Every ambiguous request, each with another one hidden in it; names those that were misread."""
    wrong = [f"{case.name}: {seen}" for case in CASES if (seen := case.reaction(battle.target)) not in case.right]
    return "; ".join(wrong) or "refused"


def endless(start: Callable[[Target], bytes], piece: bytes) -> Callable[[Battle], str]:
    def run(battle: Battle) -> str:
        with Line(battle.target) as line:
            line.send(start(battle.target))
            batch = piece * (PIECE // len(piece))
            for _ in range(MOST // len(batch)):
                while line.pull(0):
                    pass
                if line.closed or not line.send(batch):
                    break
            else:
                return f"took {MOST >> 20} MiB"
            return line.reaction()

    return run


def pipelining(battle: Battle) -> str:
    """Small calls, one behind the other, answered as they are read."""
    count = battle.scaled(20_000)
    with Line(battle.target) as line:
        batch = requests.http1(battle.target, requests.PING) * 100
        for _ in range(count // 100):
            if not line.send(batch):
                break
            while line.pull(0):
                pass
        return answered(line, count)


def answered(line: Line, count: int) -> str:
    while len(statuses := line.statuses()) < count and line.pull(5):
        pass
    others = set(statuses) - {200}
    return f"{others}" if others else "answered" if len(statuses) == count else f"{len(statuses)} of {count}"


def chunked(target: Target) -> bytes:
    lines = (f"POST {requests.PING} HTTP/1.1", f"Host: {target.authority}", "Transfer-Encoding: chunked")
    return "\r\n".join((*lines, "Content-Type: application/json", "", "")).encode()


def in_extension(target: Target) -> bytes:
    return chunked(target) + b"1;"


def in_trailers(target: Target) -> bytes:
    return chunked(target) + b"2\r\n{}\r\n0\r\n"


def in_size(target: Target) -> bytes:
    return chunked(target) + b"0"


def in_request_line(_: Target) -> bytes:
    return b"GET /"


def in_method(_: Target) -> bytes:
    return b"G"


def in_field(target: Target) -> bytes:
    return b"GET / HTTP/1.1\r\nHost: " + target.authority.encode() + b"\r\nX: "


def in_blank_lines(_: Target) -> bytes:
    return b""


def churn(battle: Battle) -> str:
    """Connections that come and go."""
    for _ in range(battle.scaled(500)):
        with Line(battle.target) as line:
            line.send(b"GET")
    return "done"


REFUSED = frozenset(
    {"HTTP 400 closed", "HTTP 413 closed", "HTTP 414 closed", "HTTP 431 closed", "HTTP 429 closed", "closed"}
)


def floods() -> Iterator[Attack]:
    for name, sends, start, piece in (
        ("chunk-extensions", "a chunk extension", in_extension, b"x"),
        ("chunk-extensions-small", "chunks of a byte with extensions", chunked, b"1;" + b"x" * 1000 + b"\r\n{\r\n"),
        ("chunk-size", "a chunk size of zeros", in_size, b"0"),
        ("trailers", "trailers", in_trailers, b"X: y\r\n"),
        ("request-line", "a request target", in_request_line, b"x"),
        ("method", "a method", in_method, b"G"),
        ("field", "a field value", in_field, b"y"),
        ("blank-lines", "blank lines before a request", in_blank_lines, b"\r\n"),
    ):
        yield Attack(
            f"endless-{name}", f"{sends}, without end", "4xx or the end within 64 MiB", endless(start, piece), REFUSED
        )


ATTACKS = (
    Attack(
        "smuggling",
        f"{len(CASES)} requests that two parsers cut differently",
        "refuse each and end the connection",
        smuggling,
        frozenset({"refused"}),
    ),
    *floods(),
    Attack("pipelining", "20,000 calls one behind the other", "answer them all", pipelining, frozenset({"answered"})),
    Attack("churn", "500 connections, one after the other, left at once", "forget them", churn, frozenset({"done"})),
)
