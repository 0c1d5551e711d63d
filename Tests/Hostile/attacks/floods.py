"""Decides how frames that cost the sender nothing are sent without end."""

from __future__ import annotations

from collections.abc import Callable

from suite.attack import Attack, Battle
from wire import frames, hpack, requests
from wire.peer import Peer
from wire.reaction import end_of, ended_with
from wire.transport import Target

# A server that takes so many has no bound; so many go in one piece.
MOST = 200_000
BATCH = 500
Opening = Callable[[Target], bytes]


def nothing(_: Target) -> bytes:
    return b""


def open_call(target: Target) -> bytes:
    """A call whose body goes on."""
    return frames.headers(1, requests.head(target, requests.WRITE_LOGS, *requests.GRPC), end=False)


def open_section(target: Target) -> bytes:
    """A head that goes on."""
    return frames.headers(1, requests.head(target, requests.PING, *requests.JSON), end_headers=False)


def attack(piece: bytes, opening: Opening, reads: bool) -> Callable[[Battle], str]:
    def run(battle: Battle) -> str:
        with Peer(battle.target, receive_buffer=None if reads else 4096) as peer:
            peer.send(opening(battle.target))
            peer.flood((piece * BATCH for _ in range(MOST // BATCH)), reads=reads)
            # In a section that goes on a PING would be an error of its own.
            return end_of(peer, ping=opening is not open_section)

    return run


CALM = ("ENHANCE_YOUR_CALM",)
PADDED_NOTHING = frames.frame(frames.DATA, frames.PADDED, 1, bytes((8,)) + bytes(8))

ATTACKS = tuple(
    Attack(
        name,
        f"{MOST} times {sends}",
        "end the connection, with ENHANCE_YOUR_CALM where no other error fits, long before the last",
        attack(piece, opening, reads),
        # Who does not read what the server says may find it unwilling to read on.
        ended_with(*errors) | (frozenset() if reads else {"stalled"}),
    )
    for name, sends, piece, opening, reads, errors in (
        ("ping-flood", "PING", frames.ping(), nothing, True, CALM),
        ("ping-flood-unread", "PING, and reads no answer", frames.ping(), nothing, False, CALM),
        ("settings-flood", "SETTINGS", frames.settings(), nothing, True, CALM),
        ("settings-flood-unread", "SETTINGS, and reads no answer", frames.settings((4, 9)), nothing, False, CALM),
        (
            "settings-many-values",
            "SETTINGS of 100 values",
            frames.settings(*((4, 65535),) * 100),
            nothing,
            True,
            CALM,
        ),
        (
            "settings-ack-flood",
            "SETTINGS ACK nobody waits for",
            frames.settings_ack(),
            nothing,
            True,
            (*CALM, "PROTOCOL_ERROR"),
        ),
        ("empty-data-flood", "DATA of no bytes", frames.data(1), open_call, True, CALM),
        ("padded-data-flood", "DATA of padding alone", PADDED_NOTHING, open_call, True, CALM),
        ("priority-flood", "PRIORITY of an idle stream", frames.priority(99), nothing, True, CALM),
        ("window-update-flood", "WINDOW_UPDATE of 1", frames.window_update(0, 1), nothing, True, CALM),
        ("unknown-frame-flood", "a frame of an unknown type", frames.frame(0xEE), nothing, True, CALM),
        (
            "reset-closed-flood",
            "RST_STREAM of one stream",
            frames.reset(1),
            open_call,
            True,
            (*CALM, "INTERNAL_ERROR", "STREAM_CLOSED"),
        ),
        ("goaway-flood", "GOAWAY", frames.goaway(), nothing, True, (*CALM, "NO_ERROR")),
        (
            "continuation-flood",
            "CONTINUATION with a field",
            frames.continuation(1, hpack.block(("x", "y"))),
            open_section,
            True,
            (*CALM, "PROTOCOL_ERROR", "INTERNAL_ERROR"),
        ),
        (
            "continuation-flood-empty",
            "CONTINUATION of no bytes",
            frames.continuation(1),
            open_section,
            True,
            (*CALM, "PROTOCOL_ERROR", "INTERNAL_ERROR"),
        ),
    )
)
