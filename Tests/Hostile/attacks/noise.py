"""Decides how chance attacks: noise from the first byte, noise in well-formed frames, and good sessions with some bits
turned over. The seed of the run repeats it."""

from __future__ import annotations

import time

from suite.attack import Attack, Battle
from wire import frames, hpack, requests
from wire.http1 import Line
from wire.peer import Peer
from wire.transport import Target, connect

ROUNDS = 50


def noise(battle: Battle) -> str:
    for _ in range(ROUNDS):
        with Line(battle.target) as line:
            line.send(battle.random.randbytes(battle.random.randrange(1, 20_000)))
            line.pull(0.01)
    return "done"


def noise_in_frames(battle: Battle) -> str:
    """Frames of every type, flag and length, with noise in them."""
    chance = battle.random
    for _ in range(ROUNDS):
        with Peer(battle.target) as peer:
            for _ in range(50):
                peer.send(
                    frames.frame(
                        chance.randrange(12),
                        chance.randrange(256),
                        chance.randrange(8),
                        chance.randbytes(chance.randrange(64)),
                    )
                )
    return "done"


def noise_in_sections(battle: Battle) -> str:
    """Field sections of noise, each on a connection of its own: the first bad one ends it."""
    chance = battle.random
    for _ in range(ROUNDS):
        with Peer(battle.target) as peer:
            start = requests.head(battle.target, requests.PING, *requests.JSON)
            peer.send(frames.headers(1, start + chance.randbytes(chance.randrange(1, 200))))
            peer.next_frame(time.monotonic() + 0.01)
    return "done"


def noise_in_messages(battle: Battle) -> str:
    """Calls whose messages are noise; the connection must bear them all."""
    chance = battle.random
    with Peer(battle.target) as peer:
        for stream in range(1, 2 * ROUNDS, 2):
            path = chance.choice((requests.CREATE_RUN, requests.LIST_RUNS, requests.WRITE_LOGS, requests.WATCH_RUNS))
            body = requests.message(chance.randbytes(chance.randrange(500)))
            peer.send(requests.call(battle.target, stream, path, requests.GRPC, body))
        peer.send(frames.ping())
        return "done" if peer.next_frame(time.monotonic() + 5) else "closed"


def session(target: Target) -> bytes:
    """A good session over HTTP/2: calls of several kinds."""
    return b"".join(
        (
            frames.PREFACE,
            frames.settings((frames.INITIAL_WINDOW_SIZE, 1 << 20)),
            requests.ping(target, 1),
            requests.call(target, 3, requests.LIST_RUNS, requests.GRPC, requests.message()),
            frames.headers(5, requests.head(target, requests.PING, *requests.JSON) + hpack.indexed_literal("x", "y")),
            frames.window_update(0, 1000),
            frames.ping(),
            requests.call(target, 7, requests.WATCH_RUNS, requests.GRPC, requests.message()),
            frames.reset(7),
            frames.priority(9),
            requests.ping(target, 9),
        )
    )


def session_http1(target: Target) -> bytes:
    chunks = f"POST {requests.PING} HTTP/1.1\r\nHost: {target.authority}\r\nContent-Type: application/json\r\n"
    return (
        requests.http1(target, requests.PING)
        + chunks.encode()
        + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;a=b\r\n}\r\n0\r\nT: v\r\n\r\n"
        + requests.http1(target, "/healthz", b"", method="GET")
    )


def mutated(battle: Battle) -> str:
    for _ in range(ROUNDS):
        text = bytearray(battle.random.choice((session, session_http1))(battle.target))
        for _ in range(battle.random.randrange(1, 8)):
            bit = battle.random.randrange(len(text) * 8)
            text[bit // 8] ^= 1 << bit % 8
        with connect(battle.target, "h2" if text.startswith(b"PRI") else "http/1.1") as socket:
            cut = battle.random.randrange(len(text))
            try:
                socket.sendall(text[:cut])
                socket.sendall(text[cut:])
            except (ConnectionError, TimeoutError):
                continue
    return "done"


ATTACKS = tuple(
    Attack(name, f"{ROUNDS} times {sends}", "bear it", run, frozenset({"done"}))
    for name, sends, run in (
        ("noise", "random bytes", noise),
        ("noise-in-frames", "50 random frames", noise_in_frames),
        ("noise-in-sections", "a random field section", noise_in_sections),
        ("noise-in-messages", "a random message", noise_in_messages),
        ("mutated-sessions", "a session with bits turned over", mutated),
    )
)
