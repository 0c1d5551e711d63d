"""Decides how many connections are kept busy by sending next to nothing, as slowly as the server bears."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from suite.attack import Attack, Battle
from wire import frames, hpack, requests
from wire.http1 import Line
from wire.reaction import PROBE
from wire.transport import Target

# Connections of one attack, and seconds from one byte to the next.
CROWD = 100
TICK = 0.5
# The server's own bounds, with some room: a head, and a call that names no deadline.
HEAD_BOUND = 15.0
CALL_BOUND = 75.0


@dataclass(frozen=True)
class Slowness:
    """What is said at once, and what then comes a piece a tick."""

    start: bytes
    drip: Iterator[bytes]


def attack(make: Callable[[Target], Slowness], bound: float, protocol: str = "http/1.1") -> Callable[[Battle], str]:
    def run(battle: Battle) -> str:
        slowness = make(battle.target)
        lines = [Line(battle.target) for _ in range(CROWD)]
        for line in lines:
            line.send(slowness.start)
        until = time.monotonic() + bound
        while lines and time.monotonic() < until:
            lines[0].pull(TICK)
            piece = next(slowness.drip, b"")
            lines = [line for line in lines if is_held(line, piece)]
        for line in lines:
            line.socket.close()
        return f"{len(lines)} of {CROWD} were held for {bound:.0f} s" if lines else "cut off"

    return run


def is_held(line: Line, piece: bytes) -> bool:
    """Sends the piece; false once the server has answered or cut the connection off."""
    while line.pull(0):
        pass
    is_over = line.closed or is_over_http2(bytes(line.received)) or b"HTTP/1.1 4" in line.received
    if is_over or not line.send(piece):
        line.socket.close()
        return False
    return True


def is_over_http2(received: bytes) -> bool:
    """Whether a stream or the connection has been ended."""
    at = 0
    while len(received) >= at + 9:
        kind, flags = received[at + 3], received[at + 4]
        if kind in (frames.GOAWAY, frames.RST_STREAM) or kind == frames.HEADERS and flags & frames.END_STREAM:
            return True
        at += 9 + int.from_bytes(received[at : at + 3], "big")
    return False


def one_by_one(text: bytes) -> Iterator[bytes]:
    return (text[at : at + 1] for at in range(len(text)))


GREETING = frames.PREFACE + frames.settings() + frames.settings_ack()
HTTP1_HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: "


def mute(_: Target) -> Slowness:
    return Slowness(b"", iter(()))


def preface(_: Target) -> Slowness:
    return Slowness(b"", one_by_one(frames.PREFACE))


def no_settings(_: Target) -> Slowness:
    return Slowness(frames.PREFACE, iter(()))


def slow_settings(_: Target) -> Slowness:
    return Slowness(frames.PREFACE, one_by_one(frames.settings(*((4, 65_535),) * 10)))


def head_http1(_: Target) -> Slowness:
    return Slowness(b"", one_by_one(HTTP1_HEAD + b"y" * 10_000))


def later_head_http1(target: Target) -> Slowness:
    return Slowness(requests.http1(target, "/healthz", b"", method="GET"), one_by_one(HTTP1_HEAD + b"y" * 10_000))


def body_http1(target: Target) -> Slowness:
    whole = requests.http1(target, requests.PING, b"{" + b" " * 10_000)
    return Slowness(whole[:-10_000], one_by_one(b" " * 10_000))


def open_head(target: Target) -> Slowness:
    section = requests.head(target, requests.PING, *requests.JSON)
    return Slowness(GREETING + frames.headers(1, section, end_headers=False), iter(()))


def head_in_bytes(target: Target) -> Slowness:
    section = requests.head(target, requests.PING, *requests.JSON, ("x", "y" * 10_000))
    return Slowness(GREETING, one_by_one(frames.headers(1, section)))


def head_in_frames(target: Target) -> Slowness:
    section = requests.head(target, requests.PING, *requests.JSON)
    drip = (frames.continuation(1, hpack.block(("x", "y"))) for _ in range(10_000))
    return Slowness(GREETING + frames.headers(1, section, end_headers=False), drip)


def body_http2(kind: requests.Fields, prefix: bytes = b"") -> Callable[[Target], Slowness]:
    def make(target: Target) -> Slowness:
        section = requests.head(target, requests.PING, *kind)
        drip = (frames.data(1, b" ") for _ in range(10_000))
        return Slowness(GREETING + frames.headers(1, section, end=False) + frames.data(1, prefix), drip)

    return make


def shut_windows(target: Target) -> Slowness:
    """Answers that wait for a window for ever, on connections that show life."""
    call = requests.call(target, 1, requests.STATE_MACHINE, requests.GRPC, requests.message())
    start = frames.PREFACE + frames.settings((frames.INITIAL_WINDOW_SIZE, 0)) + frames.settings_ack() + call
    return Slowness(start, (frames.ping(PROBE) for _ in range(10_000)))


def unread_answers(battle: Battle) -> str:
    """Answers of 1 MiB over HTTP/1.1 that nobody reads; the kernel knows whether the server has let go."""
    call = requests.http1(battle.target, requests.PING, b'{"payload":"' + b"A" * (1 << 20) + b'"}')
    lines = [Line(battle.target, receive_buffer=4096) for _ in range(CROWD)]
    for line in lines:
        line.send(call)
    until = time.monotonic() + CALL_BOUND
    mine = {line.socket.getsockname()[1] for line in lines}
    while (held := len(mine & peers_of(battle.target.port))) and time.monotonic() < until:
        time.sleep(TICK)
    return f"{held} of {CROWD} were held for {CALL_BOUND:.0f} s" if held else "cut off"


def peers_of(port: int) -> set[int]:
    """The ports at the other end of the server's connections. Who takes nothing is told nothing, so it is the server's
    end that counts (proc(5), /proc/net/tcp: addresses and state in hexadecimal, 01 for ESTABLISHED)."""
    rows = [row.split() for name in ("tcp", "tcp6") for row in open(f"/proc/net/{name}").readlines()[1:]]
    ends = [(row[1].split(":")[1], row[2].split(":")[1]) for row in rows if row[3] == "01"]
    return {int(far, 16) for near, far in ends if int(near, 16) == port}


CUT = frozenset({"cut off"})

ATTACKS = tuple(
    Attack(
        name,
        f"{CROWD} connections, each with {sends}",
        f"cut them off within {bound:.0f} s",
        attack(make, bound),
        CUT,
        repeats=False,
        limit=bound + 30,
        is_slow=True,
    )
    for name, sends, make, bound in (
        ("slow-mute", "nothing", mute, HEAD_BOUND),
        ("slow-preface", "a byte of the preface at a time", preface, HEAD_BOUND),
        ("slow-no-settings", "the preface and nothing more", no_settings, HEAD_BOUND),
        ("slow-settings", "a byte of the first SETTINGS at a time", slow_settings, HEAD_BOUND),
        ("slow-head-http1", "a byte of the head at a time", head_http1, HEAD_BOUND),
        ("slow-later-head-http1", "a byte of the second head at a time", later_head_http1, HEAD_BOUND),
        ("slow-open-head", "HEADERS without END_HEADERS", open_head, HEAD_BOUND),
        ("slow-head-in-bytes", "a byte of HEADERS at a time", head_in_bytes, HEAD_BOUND),
        ("slow-head-in-frames", "a CONTINUATION at a time", head_in_frames, HEAD_BOUND),
        ("slow-body-http1", "a byte of the body at a time", body_http1, CALL_BOUND),
        ("slow-body-connect", "a byte of DATA at a time, over Connect", body_http2(requests.JSON), CALL_BOUND),
        (
            "slow-body-grpc",
            "a byte of DATA at a time, over gRPC",
            body_http2(requests.GRPC, requests.message(length=10_000)),
            CALL_BOUND,
        ),
        ("slow-shut-windows", "an answer whose window stays 0", shut_windows, CALL_BOUND),
    )
) + (
    Attack(
        "slow-unread-http1",
        f"{CROWD} connections, each with an answer of 1 MiB that it does not read",
        f"cut them off within {CALL_BOUND:.0f} s",
        unread_answers,
        CUT,
        growth=256,
        repeats=False,
        limit=CALL_BOUND + 30,
        is_slow=True,
    ),
)
