"""Decides how calls with hostile messages are made: rightly framed, over gRPC on HTTP/2 or Connect on HTTP/1.1."""

from __future__ import annotations

from collections.abc import Callable

from suite.attack import Battle
from wire import frames, requests
from wire.http1 import Line
from wire.peer import Peer
from wire.reaction import observe

FRAME = 16_384


def grpc(path: str, body: bytes, *fields: tuple[str, str], end: bool = True) -> Callable[[Battle], str]:
    def run(battle: Battle) -> str:
        with Peer(battle.target) as peer:
            section = requests.head(battle.target, path, *requests.GRPC, *fields)
            pieces = [frames.data(1, body[at : at + FRAME]) for at in range(0, len(body), FRAME)]
            peer.send(frames.headers(1, section, end=False), *pieces, frames.data(1, end=end))
            return observe(peer, 1, within=10)

    return run


def connect(path: str, body: bytes, *lines: str) -> Callable[[Battle], str]:
    def run(battle: Battle) -> str:
        with Line(battle.target) as line:
            line.send(requests.http1(battle.target, path, body, *lines))
            return line.reaction(10, further=0).removesuffix(" closed")

    return run


def field(number: int, payload: bytes) -> bytes:
    """A length-delimited field of a message."""
    return bytes((number << 3 | 2,)) + varint(len(payload)) + payload


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes((*out, value))
