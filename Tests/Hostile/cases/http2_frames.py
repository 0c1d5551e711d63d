"""Decides the cases of the types of frames: RFC 9113, section 6."""

from __future__ import annotations

from cases.http2_case import GOES_ON, PROTOCOL, SIZE, HTTP2Case, Site, answered, unfinished
from wire import frames
from wire.reaction import ended_with, refused_with

FLOW = "FLOW_CONTROL_ERROR"
LARGEST = 0x7FFFFFFF
SOME_SIZE = refused_with("FRAME_SIZE_ERROR")
MISPADDED = ended_with("PROTOCOL_ERROR", "FRAME_SIZE_ERROR")


def raw(kind: int, size: int, stream: int = 0, flags: int = 0) -> bytes:
    return frames.frame(kind, flags, stream, bytes(size))


def setting(key: int, value: int) -> bytes:
    return frames.settings((key, value))


def open_section(site: Site) -> bytes:
    return frames.headers(1, site.section(), end_headers=False)


PADDED_DATA = frames.frame(frames.DATA, frames.PADDED | frames.END_STREAM, 1, b"\x03{}" + bytes(3))
PADDED_TOO_LONG = bytes((10,)) + b"{}"

CASES = (
    HTTP2Case("9113 6.1", "DATA on stream 0", lambda site: frames.data(0, b"x"), PROTOCOL),
    HTTP2Case(
        "9113 6.1",
        "more padding than DATA",
        lambda site: site.post(1) + frames.frame(frames.DATA, frames.PADDED, 1, PADDED_TOO_LONG),
        PROTOCOL,
    ),
    HTTP2Case(
        "9113 6.1",
        "padded DATA of no bytes",
        lambda site: site.post(1) + raw(frames.DATA, 0, 1, frames.PADDED),
        MISPADDED,
    ),
    answered("9113 6.1", "padded DATA", lambda site: site.post(1) + PADDED_DATA),
    answered(
        "9113 6.1",
        "DATA of no bytes between",
        lambda site: site.post(1) + frames.data(1) + frames.data(1, b"{}", end=True),
    ),
    HTTP2Case("9113 6.2", "HEADERS on stream 0", lambda site: site.get(0), PROTOCOL),
    HTTP2Case(
        "9113 6.2",
        "more padding than HEADERS",
        lambda site: frames.frame(frames.HEADERS, 0xD, 1, b"\xff" + site.section()),
        PROTOCOL,
    ),
    answered(
        "9113 6.2",
        "padded HEADERS",
        lambda site: frames.frame(frames.HEADERS, 0xD, 1, b"\x02" + site.section() + bytes(2)),
    ),
    answered(
        "9113 6.2",
        "HEADERS with priority",
        lambda site: frames.frame(frames.HEADERS, 0x25, 1, bytes(5) + site.section()),
    ),
    HTTP2Case("9113 6.2", "priority longer than HEADERS", lambda site: raw(frames.HEADERS, 3, 1, 0x25), MISPADDED),
    unfinished("9113 6.2", "DATA inside a section", lambda site: open_section(site) + frames.data(1, b"x"), PROTOCOL),
    unfinished("9113 6.2", "SETTINGS inside a section", lambda site: open_section(site) + frames.settings(), PROTOCOL),
    HTTP2Case("9113 6.3", "PRIORITY on stream 0", lambda site: frames.priority(0), PROTOCOL),
    HTTP2Case("9113 6.3", "PRIORITY of 4 bytes", lambda site: site.post(1) + raw(frames.PRIORITY, 4, 1), SOME_SIZE),
    HTTP2Case("9113 6.3", "PRIORITY of an idle stream", lambda site: frames.priority(9), GOES_ON),
    HTTP2Case("9113 6.4", "RST_STREAM on stream 0", lambda site: frames.reset(0), PROTOCOL),
    HTTP2Case("9113 6.4", "RST_STREAM of 3 bytes", lambda site: site.post(1) + raw(frames.RST_STREAM, 3, 1), SIZE),
    HTTP2Case(
        "9113 7", "RST_STREAM with an unknown code", lambda site: site.post(1) + frames.reset(1, 0xFFFF), GOES_ON
    ),
    HTTP2Case("9113 6.5", "SETTINGS ACK with a value", lambda site: raw(frames.SETTINGS, 6, 0, frames.ACK), SIZE),
    HTTP2Case("9113 6.5", "SETTINGS on stream 1", lambda site: raw(frames.SETTINGS, 0, 1), PROTOCOL),
    HTTP2Case("9113 6.5", "SETTINGS of 3 bytes", lambda site: raw(frames.SETTINGS, 3), SIZE),
    HTTP2Case("9113 6.5.2", "ENABLE_PUSH of 2", lambda site: setting(frames.ENABLE_PUSH, 2), PROTOCOL),
    HTTP2Case(
        "9113 6.5.2",
        "INITIAL_WINDOW_SIZE of 2^31",
        lambda site: setting(frames.INITIAL_WINDOW_SIZE, 1 << 31),
        ended_with(FLOW),
    ),
    HTTP2Case("9113 6.5.2", "MAX_FRAME_SIZE of 16383", lambda site: setting(frames.MAX_FRAME_SIZE, 16_383), PROTOCOL),
    HTTP2Case("9113 6.5.2", "MAX_FRAME_SIZE of 2^24", lambda site: setting(frames.MAX_FRAME_SIZE, 1 << 24), PROTOCOL),
    HTTP2Case(
        "9113 6.5.2", "MAX_FRAME_SIZE of 2^24-1", lambda site: setting(frames.MAX_FRAME_SIZE, (1 << 24) - 1), GOES_ON
    ),
    HTTP2Case("9113 6.5.2", "a setting nobody knows", lambda site: setting(0xFEED, 1), GOES_ON),
    HTTP2Case(
        "9113 6.5.2", "HEADER_TABLE_SIZE of 2^32-1", lambda site: setting(frames.HEADER_TABLE_SIZE, 0xFFFFFFFF), GOES_ON
    ),
    HTTP2Case("9113 6.5.2", "MAX_HEADER_LIST_SIZE of 0", lambda site: setting(frames.MAX_HEADER_LIST_SIZE, 0), GOES_ON),
    HTTP2Case(
        "9113 6.6",
        "PUSH_PROMISE from a client",
        lambda site: site.post(1) + frames.frame(frames.PUSH_PROMISE, 4, 1, bytes(4)),
        PROTOCOL,
    ),
    HTTP2Case("9113 6.7", "PING", lambda site: b"", GOES_ON),
    HTTP2Case("9113 6.7", "PING on stream 1", lambda site: raw(frames.PING, 8, 1), PROTOCOL),
    HTTP2Case("9113 6.7", "PING of 6 bytes", lambda site: raw(frames.PING, 6), SIZE),
    HTTP2Case("9113 6.7", "PING ACK nobody waits for", lambda site: frames.ping(ack=True), GOES_ON),
    HTTP2Case("9113 6.8", "GOAWAY on stream 1", lambda site: raw(frames.GOAWAY, 8, 1), PROTOCOL),
    HTTP2Case("9113 6.8", "GOAWAY of 7 bytes", lambda site: raw(frames.GOAWAY, 7), SIZE),
    answered(
        "9113 6.8",
        "GOAWAY while a request is open",
        lambda site: site.post(1) + frames.goaway() + frames.data(1, b"{}", end=True),
    ),
    HTTP2Case("9113 6.9", "WINDOW_UPDATE of 0", lambda site: frames.window_update(0, 0), PROTOCOL),
    HTTP2Case(
        "9113 6.9",
        "WINDOW_UPDATE of 0 on a stream",
        lambda site: site.post(1) + frames.window_update(1, 0),
        refused_with("PROTOCOL_ERROR"),
    ),
    HTTP2Case("9113 6.9", "WINDOW_UPDATE of 3 bytes", lambda site: raw(frames.WINDOW_UPDATE, 3), SIZE),
    HTTP2Case("9113 6.9.1", "a window beyond 2^31-1", lambda site: frames.window_update(0, LARGEST), ended_with(FLOW)),
    HTTP2Case(
        "9113 6.9.1",
        "the same on a stream",
        lambda site: site.post(1) + frames.window_update(1, LARGEST),
        refused_with(FLOW),
    ),
    HTTP2Case(
        "9113 6.9.2",
        "a setting that lifts a window beyond 2^31-1",
        lambda site: site.post(1)
        + frames.window_update(1, LARGEST - 65_535)
        + setting(frames.INITIAL_WINDOW_SIZE, 65_536),
        refused_with(FLOW),
    ),
    HTTP2Case("9113 6.10", "CONTINUATION on stream 0", lambda site: frames.continuation(0), PROTOCOL),
    HTTP2Case(
        "9113 6.10",
        "CONTINUATION after DATA",
        lambda site: site.post(1) + frames.data(1, b"{") + frames.continuation(1),
        PROTOCOL,
    ),
    unfinished(
        "9113 6.10",
        "CONTINUATION of another stream",
        lambda site: open_section(site) + frames.continuation(3),
        PROTOCOL,
    ),
    unfinished("9113 6.10", "PING inside a section", lambda site: open_section(site) + frames.ping(), PROTOCOL),
    answered(
        "9113 6.10",
        "CONTINUATION of no bytes",
        lambda site: open_section(site) + frames.continuation(1, end_headers=True),
    ),
    unfinished(
        "9113 6.10",
        "a section after the last CONTINUATION",
        lambda site: open_section(site)
        + frames.continuation(1, end_headers=True)
        + frames.continuation(1, end_headers=True),
        ended_with("PROTOCOL_ERROR", "STREAM_CLOSED"),
    ),
)
