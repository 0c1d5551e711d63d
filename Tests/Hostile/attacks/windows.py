"""Decides how flow control is turned against the server: windows that overflow, windows too small to answer into, and
peers that ask for much and read nothing."""

from __future__ import annotations

import time
from collections.abc import Callable

from suite.attack import Attack, Battle
from wire import frames, requests
from wire.http1 import Line
from wire.peer import Peer
from wire.reaction import ended_with, observe, refused_with
from wire.transport import Target

LARGEST = 0x7FFFFFFF
# Seconds that an attacker who only waits goes on waiting.
HOLD = 2.0
CONTENT = b"x" * (1 << 20)


def state_machine(target: Target, stream: int) -> bytes:
    """A few bytes that ask for many."""
    return requests.call(target, stream, requests.STATE_MACHINE, requests.GRPC, requests.message())


def watcher(target: Target) -> bytes:
    return requests.call(target, 1, requests.WATCH_RUNS, requests.GRPC, requests.message())


def overflow(stream: int) -> Callable[[Battle], str]:
    def run(battle: Battle) -> str:
        with Peer(battle.target) as peer:
            peer.send(watcher(battle.target), frames.window_update(stream, LARGEST))
            return observe(peer, ping=True)

    return run


def setting_too_large(battle: Battle) -> str:
    with Peer(battle.target) as peer:
        peer.send(frames.settings((frames.INITIAL_WINDOW_SIZE, LARGEST + 1)))
        return observe(peer, ping=True)


def setting_overflows_stream(battle: Battle) -> str:
    with Peer(battle.target) as peer:
        peer.send(watcher(battle.target), frames.window_update(1, LARGEST - 65_535))
        peer.send(frames.settings((frames.INITIAL_WINDOW_SIZE, LARGEST)))
        return observe(peer, ping=True)


def one_byte_windows(battle: Battle) -> str:
    """Every byte of the answers is asked for by itself."""
    streams = range(1, 201, 2)
    with Peer(battle.target, (frames.INITIAL_WINDOW_SIZE, 1)) as peer:
        peer.send(*(state_machine(battle.target, stream) for stream in streams))
        drip = b"".join(frames.window_update(stream, 1) for stream in streams)
        peer.flood(drip for _ in range(battle.scaled(200)))
        return held(peer, 0.2)


def zero_windows(call: Callable[[Target, int], bytes], count: int) -> Callable[[Battle], str]:
    """Answers that nobody ever takes: the windows stay shut."""

    def run(battle: Battle) -> str:
        with Peer(battle.target, (frames.INITIAL_WINDOW_SIZE, 0)) as peer:
            peer.flood(call(battle.target, 2 * number + 1) for number in range(count))
            return held(peer, HOLD)

    return run


def echo(_: Target, stream: int) -> bytes:
    """A call that is answered with as much as it sends, in frames of the permitted size."""
    body = requests.message(b"\x0a" + b"\x80\x80\x40" + CONTENT)
    start = frames.headers(stream, requests.head(_, requests.PING, *requests.GRPC), end=False)
    pieces = [body[at : at + 16_384] for at in range(0, len(body), 16_384)]
    return start + b"".join(frames.data(stream, piece, end=piece is pieces[-1]) for piece in pieces)


def never_reads(call: Callable[[Target, int], bytes], count: int) -> Callable[[Battle], str]:
    """The windows are wide open, and the socket is not read."""

    def run(battle: Battle) -> str:
        with Peer(battle.target, (frames.INITIAL_WINDOW_SIZE, LARGEST), receive_buffer=4096) as peer:
            peer.send(frames.window_update(0, LARGEST - 65_535))
            peer.flood((call(battle.target, 2 * number + 1) for number in range(count)), reads=False)
            time.sleep(HOLD)
            return "held"

    return run


def never_reads_http1(battle: Battle) -> str:
    """Requests one behind the other, each for a large answer."""
    with Line(battle.target, receive_buffer=4096, timeout=HOLD) as line:
        request = requests.http1(battle.target, requests.STATE_MACHINE)
        for _ in range(1000):
            if not line.send(request * 10):
                break
        time.sleep(HOLD)
        return "held"


def held(peer: Peer, seconds: float) -> str:
    """`held` when the server waits with the peer; else how it ends the connection."""
    until = time.monotonic() + seconds
    while (frame := peer.next_frame(until)) is not None:
        if frame.type == frames.GOAWAY:
            return f"GOAWAY {frames.error_name(frame.code)}"
    return "closed" if peer.closed else "held"


FLOW = "FLOW_CONTROL_ERROR"
HELD = ended_with("ENHANCE_YOUR_CALM", "NO_ERROR") | {"held"}
BOUNDED = "keep a bounded amount for it, or end the connection"

ATTACKS = tuple(
    Attack(name, sends, must, run, right, growth=growth)
    for name, sends, must, run, right, growth in (
        (
            "window-overflow-stream",
            "WINDOW_UPDATE past 2^31-1",
            f"RST_STREAM {FLOW}",
            overflow(1),
            refused_with(FLOW),
            32,
        ),
        ("window-overflow-connection", "the same on stream 0", f"GOAWAY {FLOW}", overflow(0), ended_with(FLOW), 32),
        (
            "window-setting-too-large",
            "INITIAL_WINDOW_SIZE 2^31",
            f"GOAWAY {FLOW}",
            setting_too_large,
            ended_with(FLOW),
            32,
        ),
        (
            "window-setting-overflows",
            "INITIAL_WINDOW_SIZE past what a stream has",
            f"GOAWAY {FLOW}",
            setting_overflows_stream,
            refused_with(FLOW),
            32,
        ),
        ("window-one-byte", "100 large answers, asked for byte by byte", BOUNDED, one_byte_windows, HELD, 32),
        (
            "window-zero",
            "1000 calls with large answers, windows shut",
            BOUNDED,
            zero_windows(state_machine, 1000),
            HELD,
            64,
        ),
        # Its bodies are no longer credited, and it sends on.
        (
            "window-zero-echo",
            "200 MiB of echoes, windows shut",
            BOUNDED,
            zero_windows(echo, 200),
            HELD | ended_with(FLOW),
            64,
        ),
        (
            "slow-reader",
            "1000 calls with large answers, never reads",
            BOUNDED,
            never_reads(state_machine, 1000),
            HELD,
            64,
        ),
        (
            "slow-reader-echo",
            "200 MiB of echoes, never reads",
            BOUNDED,
            never_reads(echo, 200),
            HELD | ended_with(FLOW),
            64,
        ),
        ("slow-reader-http1", "10,000 pipelined calls, never reads", BOUNDED, never_reads_http1, HELD, 32),
    )
)
