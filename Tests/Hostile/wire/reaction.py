"""Decides what counts as the server's reaction to a peer, and how it is named: `GOAWAY PROTOCOL_ERROR`,
`RST_STREAM CANCEL`, `HTTP 431`, `gRPC 12`, `PING` (it went on), `closed`, `stalled` (it reads no more), `silent`."""

from __future__ import annotations

import time

from wire import frames
from wire.peer import Peer

PROBE = b"go on?!?"
# A PING is answered ahead of the frames that wait; they have this long to follow.
AFTER_PING = 0.15


def observe(peer: Peer, stream: int | None = None, *, within: float = 5, ping: bool = False) -> str:
    """What the server does to a stream (or to any) and the connection; with `ping` it is asked whether it goes on."""
    until = time.monotonic() + within
    if ping:
        peer.send(frames.ping(PROBE))
    is_alive = False
    while (frame := peer.next_frame(until)) is not None:
        if frame.type == frames.GOAWAY:
            return f"GOAWAY {frames.error_name(frame.code)}"
        if frame.type == frames.PING and frame.payload == PROBE:
            is_alive = True
            until = min(until, time.monotonic() + AFTER_PING)
        if stream not in (None, frame.stream):
            continue
        if frame.type == frames.RST_STREAM:
            return f"RST_STREAM {frames.error_name(frame.code)}"
        if frame.type in (frames.HEADERS, frames.DATA) and frame.flags & frames.END_STREAM:
            return answer(peer, frame.stream)
    if peer.closed:
        return "closed"
    if peer.stalled:
        return "stalled"
    return "PING" if is_alive else "silent"


def answer(peer: Peer, stream: int) -> str:
    """The answer of a stream that is complete."""
    fields = peer.answers.get(stream, {})
    if "grpc-status" in fields:
        return f"gRPC {fields['grpc-status']}"
    return f"HTTP {fields.get(':status', 'without a status')}"


def end_of(peer: Peer, within: float = 10, ping: bool = True) -> str:
    """How the server ends the connection, whatever it does to streams; `went on` when it answers a PING instead."""
    until = time.monotonic() + within
    if ping:
        peer.send(frames.ping(PROBE))
    while (frame := peer.next_frame(until)) is not None:
        if frame.type == frames.GOAWAY:
            return f"GOAWAY {frames.error_name(frame.code)}"
        if frame.type == frames.PING and frame.payload == PROBE:
            return "went on"
    return "closed" if peer.closed else "stalled" if peer.stalled else "open"


def ended_with(*codes: str) -> frozenset[str]:
    """The reactions of a server that ends the connection for one of these reasons, or without a word."""
    return frozenset({f"GOAWAY {code}" for code in codes} | {"closed"})


def refused_with(*codes: str) -> frozenset[str]:
    """The same for a stream; RFC 9113, 5.4 lets the server end the connection instead."""
    return ended_with(*codes) | {f"RST_STREAM {code}" for code in codes}
