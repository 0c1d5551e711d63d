"""Decides how the server is crowded: with connections that stay and ask for nothing, up to its bound and beyond."""

from __future__ import annotations

import time

from suite.attack import Attack, Battle
from wire import frames, requests
from wire.peer import Peer
from wire.transport import connect

# Of the 10,000 that one address may have a hundred are left for the polite client and the checks.
CROWD = 9_900
WATCHERS = 5_000
HOLD = 2.0


def idle_http2(battle: Battle) -> str:
    """Connections that have shaken hands and rest."""
    peers = [Peer(battle.target) for _ in range(battle.scaled(CROWD))]
    time.sleep(HOLD)
    for peer in peers:
        while peer.next_frame(0):
            pass
    lost = sum(peer.closed for peer in peers)
    return f"{lost} were cut" if lost else "held"


def idle_http1(battle: Battle) -> str:
    """Connections that have had an answer and rest."""
    request = requests.http1(battle.target, "/healthz", b"", method="GET")
    sockets = []
    for _ in range(battle.scaled(CROWD)):
        sockets.append(connect(battle.target, "http/1.1"))
        sockets[-1].sendall(request)
    answered = sum(socket.recv(4096).startswith(b"HTTP/1.1 200") for socket in sockets)
    time.sleep(HOLD)
    return "held" if answered == len(sockets) else f"{answered} of {len(sockets)} were answered"


def watchers(battle: Battle) -> str:
    """Streams that last, as many as a connection may have, on several connections, one after the other: what is judged is how they are
    held, and they are not opened on a machine without a free core."""
    peers = []
    alive = 0
    for _ in range(battle.scaled(WATCHERS) // 500):
        peer = Peer(battle.target)
        peers.append(peer)
        for stream in range(1, 1000, 2):
            peer.send(requests.call(battle.target, stream, requests.WATCH_RUNS, requests.GRPC, requests.message()))
        peer.send(frames.ping())
        alive += peer.next_frame(time.monotonic() + 10) is not None
        time.sleep(HOLD / 10)
    time.sleep(HOLD)
    return "held" if alive == len(peers) else f"{alive} of {len(peers)} went on"


HELD = frozenset({"held"})

GROWTH = 320

ATTACKS = (
    *(
        Attack(
            name,
            f"{CROWD} idle connections over {protocol}",
            "hold them, in 33 KiB each",
            run,
            HELD,
            growth=GROWTH,
            repeats=False,
            limit=120,
            crowd=CROWD,
        )
        for name, protocol, run in (("idle-http2", "HTTP/2", idle_http2), ("idle-http1", "HTTP/1.1", idle_http1))
    ),
    Attack(
        "watchers",
        f"{WATCHERS} streams that watch",
        "hold them, in 25 KiB each",
        watchers,
        HELD,
        growth=128,
        repeats=False,
        limit=60,
        crowd=WATCHERS,
    ),
)
