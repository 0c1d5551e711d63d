"""Decides the cases that take a conversation: the preface, acknowledgements, answers as wide as the windows
(RFC 9113, 3.4, 5.4.1, 6.5.3 and 6.9), and what HEAD and Expect bring (RFC 9110, 9.3.2 and 10.1.1)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from cases.http2_case import PROTOCOL, Site
from wire import frames, requests
from wire.peer import Peer
from wire.reaction import end_of, observe

Act = Callable[[Site], str]
# How long to wait for what must not come.
AWHILE = 0.3


@dataclass(frozen=True)
class Talk:
    """One row; the act says how the server behaved."""

    section: str
    name: str
    act: Act
    right: frozenset[str]

    def reaction(self, site: Site) -> str:
        return self.act(site)


def opening(*pieces: bytes) -> Act:
    """What a connection begins with, in pieces the server may see one by one."""

    def act(site: Site) -> str:
        with Peer(site.target, greets=False) as peer:
            for piece in pieces:
                peer.send(piece)
                time.sleep(0.02)
            return end_of(peer, within=3)

    return act


def expecting(site: Site) -> str:
    """What comes before the body of a call that waits for leave to send it."""
    with Peer(site.target) as peer:
        peer.send(site.post(1, ("expect", "100-continue")))
        until = time.monotonic() + 3
        while (frame := peer.next_frame(until)) is not None:
            if frame.stream == 1:
                return peer.answers.get(1, {}).get(":status", "no status")
        return "silent"


def heading(site: Site) -> str:
    with Peer(site.target) as peer:
        peer.send(frames.headers(1, requests.head(site.target, "/nothing", method="HEAD")))
        until = time.monotonic() + 3
        while (frame := peer.next_frame(until)) is not None:
            if frame.stream == 1 and frame.flags & frames.END_STREAM:
                return "no DATA" if frame.type == frames.HEADERS else "DATA"
        return "silent"


def acknowledged(site: Site) -> str:
    with Peer(site.target) as peer:
        peer.send(frames.settings((frames.INITIAL_WINDOW_SIZE, 100)))
        until = time.monotonic() + 3
        acknowledgements = 0
        while acknowledgements < 2 and (frame := peer.next_frame(until)) is not None:
            acknowledgements += frame.type == frames.SETTINGS and bool(frame.flags & frames.ACK)
        return f"{acknowledgements} ACKs"


def cut_after_error(site: Site) -> str:
    with Peer(site.target) as peer:
        peer.send(frames.frame(frames.PING, 0, 1, bytes(8)))
        observe(peer, within=3)
        until = time.monotonic() + 3
        while peer.next_frame(until) is not None:
            pass
        return "closed" if peer.closed else "open"


def body_bytes(peer: Peer, seconds: float) -> int:
    """The bytes of DATA that come on stream 1."""
    until = time.monotonic() + seconds
    count = 0
    while (frame := peer.next_frame(until)) is not None:
        count += len(frame.payload) if frame.type == frames.DATA else 0
    return count


def windowed(initial: int, *steps: bytes) -> Act:
    """How many bytes come after the request, and after each step."""

    def act(site: Site) -> str:
        with Peer(site.target, (frames.INITIAL_WINDOW_SIZE, initial)) as peer:
            peer.send(site.get(1))
            counts = [body_bytes(peer, AWHILE)]
            for step in steps:
                peer.send(step)
                counts.append(body_bytes(peer, AWHILE))
            return " ".join(map(str, counts))

    return act


def size(value: int) -> bytes:
    return frames.settings((frames.INITIAL_WINDOW_SIZE, value))


GOOD = frames.PREFACE + frames.settings()
WENT_ON = frozenset({"went on"})

CASES = (
    Talk("9113 3.4", "a preface in pieces", opening(GOOD[:5], GOOD[5:20], GOOD[20:30], GOOD[30:]), WENT_ON),
    Talk(
        "9113 3.4", "a preface that is none", opening(b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n" + frames.settings()), PROTOCOL
    ),
    Talk("9113 3.4", "a preface without SETTINGS", opening(frames.PREFACE + frames.ping()), PROTOCOL),
    Talk(
        "9113 3.4",
        "a preface, then SETTINGS ACK",
        opening(frames.PREFACE + frames.settings_ack() + frames.ping()),
        PROTOCOL,
    ),
    Talk("9110 10.1.1", "expect: 100-continue", expecting, frozenset({"100"})),
    Talk("9110 9.3.2", "HEAD of what is not there", heading, frozenset({"no DATA"})),
    Talk("9113 5.4.1", "an end after GOAWAY", cut_after_error, frozenset({"closed"})),
    Talk("9113 6.5.3", "an ACK for each SETTINGS", acknowledged, frozenset({"2 ACKs"})),
    Talk("9113 6.9.1", "no DATA in a window of 0", windowed(0), frozenset({"0"})),
    Talk("9113 6.9.1", "one byte in a window of 1", windowed(1), frozenset({"1"})),
    Talk(
        "9113 6.9.1",
        "one byte more for each update",
        windowed(0, *[frames.window_update(1, 1)] * 2),
        frozenset({"0 1 1"}),
    ),
    Talk("9113 6.9.2", "a setting that opens the window", windowed(0, size(1)), frozenset({"0 1"})),
    Talk(
        "9113 6.9.2",
        "a window that fell below 0",
        windowed(2, size(0), frames.window_update(1, 2), frames.window_update(1, 1)),
        frozenset({"2 0 0 1"}),
    ),
    Talk(
        "9113 6.5.3",
        "settings in the order of their values",
        windowed(0, frames.settings((4, 100), (4, 1))),
        frozenset({"0 1"}),
    ),
)
