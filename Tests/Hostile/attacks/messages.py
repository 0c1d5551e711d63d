"""Decides which messages lie about their length, unfold to many times their size, or come by the hundred thousand."""

from __future__ import annotations

import gzip

from attacks.calls import connect, field, grpc
from attacks.windows import BOUNDED, HELD, HOLD, held
from suite.attack import Attack, Battle
from wire import frames, requests
from wire.peer import Peer
from wire.reaction import observe

LONGEST = 4 << 20
GZIP = (("grpc-encoding", "gzip"),)
BOMB = gzip.compress(bytes(64 << 20), 9)
MEMBERS = gzip.compress(b"") * 50_000
TINY = requests.message() * 100_000
# A prefix that announces 4 GiB, and a little of it.
GIANT = b"\0\xff\xff\xff\xff" + bytes(100)


def zipped_echoes(battle: Battle) -> str:
    """Calls of a few KB that unfold to the longest message and ask for it back, into windows that stay shut."""
    body = requests.message(gzip.compress(field(1, bytes(LONGEST - 100)), 9), flag=1)
    kind = requests.GRPC + GZIP
    with Peer(battle.target, (frames.INITIAL_WINDOW_SIZE, 0)) as peer:
        peer.flood(requests.call(battle.target, stream, requests.PING, kind, body) for stream in range(1, 401, 2))
        return held(peer, HOLD)


def tiny_messages(battle: Battle) -> str:
    """As many messages as a stream's window takes, on many connections at once."""
    peers = [Peer(battle.target) for _ in range(24)]
    body = requests.message() * 3276
    for peer in peers:
        peer.send(frames.headers(1, requests.head(battle.target, requests.WRITE_LOGS, *requests.GRPC), end=False))
        peer.send(*(frames.data(1, body) for _ in range(64)), frames.data(1, end=True))
    seen = {observe(peer, 1, within=20) for peer in peers}
    for peer in peers:
        peer.socket.close()
    return " and ".join(sorted(seen))


# A server that knows no compression says UNIMPLEMENTED, one that does RESOURCE_EXHAUSTED.
ZIP_BOMB = frozenset({"gRPC 12", "gRPC 8"})
ZIP_BOMB_CONNECT = frozenset({"HTTP 501", "HTTP 404", "HTTP 415", "HTTP 429", "HTTP 413"})
TOO_LONG = frozenset({"gRPC 8"})
MALFORMED = frozenset({"gRPC 3", "gRPC 13"})
TAKEN = frozenset({"gRPC 0", "gRPC 8"})

WHOLE_BOMB = requests.message(BOMB, flag=1)
FLAG = requests.message(flag=255)
SHORT = requests.message(bytes(1000), length=2048)
AT_ONCE = "RESOURCE_EXHAUSTED at once"

ATTACKS = tuple(
    Attack(name, sends, must, run, right)
    for name, sends, must, run, right in (
        ("zip-bomb", "64 MiB of zeros in gzip", "refuse it", grpc(requests.PING, WHOLE_BOMB, *GZIP), ZIP_BOMB),
        (
            "zip-bomb-undeclared",
            "the same without grpc-encoding",
            "refuse it",
            grpc(requests.PING, WHOLE_BOMB),
            ZIP_BOMB | MALFORMED,
        ),
        (
            "zip-bomb-connect",
            "the same over Connect",
            "refuse it",
            connect(requests.PING, BOMB, "Content-Encoding: gzip"),
            ZIP_BOMB_CONNECT,
        ),
        (
            "zip-bomb-members",
            "50,000 empty gzip members",
            "take or refuse them, bounded",
            grpc(requests.PING, requests.message(MEMBERS, flag=1), *GZIP),
            ZIP_BOMB | MALFORMED | TAKEN,
        ),
        ("length-4-gib", "a length of 4 GiB", AT_ONCE, grpc(requests.PING, GIANT), TOO_LONG),
        ("length-4-gib-open", "the same, the body open", AT_ONCE, grpc(requests.PING, GIANT, end=False), TOO_LONG),
        (
            "length-4-gib-stream",
            "the same to a streaming call",
            AT_ONCE,
            grpc(requests.WRITE_LOGS, GIANT, end=False),
            TOO_LONG,
        ),
        ("length-lies", "a length of 2 KiB and 1000 bytes", "an error", grpc(requests.PING, SHORT), MALFORMED),
        ("message-flag", "a flag of 0xff", "INTERNAL", grpc(requests.PING, FLAG), MALFORMED | {"gRPC 12"}),
        ("messages-tiny", "100,000 empty messages", "take them, bounded", grpc(requests.WRITE_LOGS, TINY), TAKEN),
        ("messages-tiny-crowd", "200,000 on each of 24 connections", "take them in turns", tiny_messages, TAKEN),
        ("messages-to-unary", "100,000 to a unary call", "an error", grpc(requests.PING, TINY), MALFORMED | ZIP_BOMB),
    )
) + (
    Attack(
        "zip-bomb-echoes",
        "200 calls of 4 KB that unfold to 4 MiB, windows shut",
        BOUNDED,
        zipped_echoes,
        HELD,
        growth=96,
    ),
)
