"""Decides the cases of frames and streams: RFC 9113, sections 4 and 5."""

from __future__ import annotations

from cases.http2_case import ANSWERED, CLOSED, COMPRESSION, GOES_ON, PROTOCOL, SIZE, HTTP2Case, answered, unfinished
from wire import frames, hpack
from wire.reaction import ended_with, refused_with

RESERVED = 1 << 31
BODY = b"{}"
TOO_LONG = bytes(16_385)

CASES = (
    HTTP2Case("9113 4.1", "a frame of an unknown type", lambda site: frames.frame(0xEE, 0, 0, b"x"), GOES_ON),
    HTTP2Case("9113 4.1", "an unknown type on an idle stream", lambda site: frames.frame(0xEE, 0, 99, b"x"), GOES_ON),
    HTTP2Case(
        "9113 4.1", "flags that mean nothing", lambda site: frames.frame(frames.PING, 0xFE, 0, bytes(8)), GOES_ON
    ),
    HTTP2Case(
        "9113 4.1", "the reserved bit set", lambda site: frames.frame(frames.PING, 0, RESERVED, bytes(8)), GOES_ON
    ),
    HTTP2Case(
        "9113 4.2",
        "DATA beyond the size",
        lambda site: site.post(1) + frames.data(1, TOO_LONG),
        refused_with("FRAME_SIZE_ERROR"),
    ),
    HTTP2Case("9113 4.2", "HEADERS beyond the size", lambda site: frames.headers(1, TOO_LONG), SIZE),
    HTTP2Case(
        "9113 4.2", "SETTINGS beyond the size", lambda site: frames.frame(frames.SETTINGS, 0, 0, bytes(16_386)), SIZE
    ),
    answered(
        "9113 4.2",
        "DATA of the largest size",
        lambda site: site.post(1) + frames.data(1, BODY + b" " * 16_382, end=True),
    ),
    HTTP2Case(
        "9113 4.3",
        "a section that cannot be read",
        lambda site: frames.headers(1, b"\xff\xff\xff\xff\xff\xff"),
        COMPRESSION,
    ),
    unfinished(
        "9113 4.3",
        "PRIORITY inside a section",
        lambda site: frames.headers(1, site.section(), end_headers=False) + frames.priority(1),
        PROTOCOL,
    ),
    unfinished(
        "9113 4.3",
        "HEADERS of another stream inside a section",
        lambda site: frames.headers(1, site.section(), end_headers=False) + site.get(3),
        PROTOCOL,
    ),
    HTTP2Case("9113 5.1", "idle: DATA", lambda site: frames.data(1, b"x"), PROTOCOL),
    HTTP2Case("9113 5.1", "idle: RST_STREAM", lambda site: frames.reset(1), PROTOCOL),
    HTTP2Case("9113 5.1", "idle: WINDOW_UPDATE", lambda site: frames.window_update(1, 100), PROTOCOL),
    HTTP2Case("9113 5.1", "idle: CONTINUATION", lambda site: frames.continuation(1, end_headers=True), PROTOCOL),
    HTTP2Case("9113 5.1", "half-closed: DATA", lambda site: site.get(1) + frames.data(1, b"x", end=True), CLOSED, 1),
    HTTP2Case("9113 5.1", "half-closed: HEADERS", lambda site: site.get(1) + site.get(1), CLOSED, 1),
    HTTP2Case(
        "9113 5.1",
        "half-closed: CONTINUATION",
        lambda site: site.get(1) + frames.continuation(1, end_headers=True),
        ended_with("STREAM_CLOSED", "PROTOCOL_ERROR"),
    ),
    answered("9113 5.1", "half-closed: WINDOW_UPDATE", lambda site: site.get(1) + frames.window_update(1, 1)),
    answered("9113 5.1", "half-closed: PRIORITY", lambda site: site.get(1) + frames.priority(1)),
    HTTP2Case("9113 5.1", "half-closed: RST_STREAM", lambda site: site.get(1) + frames.reset(1), GOES_ON, 3),
    HTTP2Case(
        "9113 5.1", "reset: DATA", lambda site: site.post(1) + frames.reset(1) + frames.data(1, b"x"), CLOSED
    ),
    HTTP2Case(
        "9113 5.1",
        "reset: HEADERS",
        lambda site: site.post(1) + frames.reset(1) + site.get(1),
        CLOSED | PROTOCOL,
    ),
    HTTP2Case(
        "9113 5.1",
        "reset: CONTINUATION",
        lambda site: site.post(1) + frames.reset(1) + frames.continuation(1, end_headers=True),
        ended_with("STREAM_CLOSED", "PROTOCOL_ERROR"),
    ),
    # RFC 9113 says MAY where RFC 7540 said MUST.
    HTTP2Case("9113 5.1", "closed: DATA", lambda site: [site.get(1), frames.data(1, b"x", end=True)], CLOSED | GOES_ON),
    HTTP2Case("9113 5.1", "closed: HEADERS", lambda site: [site.get(1), site.get(1)], ended_with("STREAM_CLOSED", "PROTOCOL_ERROR")),
    HTTP2Case(
        "9113 5.1",
        "closed: CONTINUATION",
        lambda site: [site.get(1), frames.continuation(1, end_headers=True)],
        ended_with("STREAM_CLOSED", "PROTOCOL_ERROR"),
    ),
    HTTP2Case("9113 5.1", "closed: WINDOW_UPDATE", lambda site: [site.get(1), frames.window_update(1, 1)], GOES_ON),
    HTTP2Case("9113 5.1", "closed: RST_STREAM", lambda site: [site.get(1), frames.reset(1)], GOES_ON),
    HTTP2Case("9113 5.1", "closed: PRIORITY", lambda site: [site.get(1), frames.priority(1)], GOES_ON),
    HTTP2Case("9113 5.1.1", "an even stream", lambda site: site.get(2), PROTOCOL),
    HTTP2Case("9113 5.1.1", "a stream below the last", lambda site: site.get(5) + site.get(3), PROTOCOL, 3),
    answered("9113 5.1.1", "a stream far above the last", lambda site: site.get(0x7FFFFFFF), stream=0x7FFFFFFF),
    HTTP2Case(
        "9113 5.1.2",
        "more streams than allowed",
        lambda site: b"".join(site.post(stream) for stream in range(1, 2401, 2)),
        refused_with("REFUSED_STREAM", "PROTOCOL_ERROR"),
    ),
    HTTP2Case(
        "9113 5.3.2",
        "a stream that depends on itself",
        lambda site: frames.priority(1, 1),
        refused_with("PROTOCOL_ERROR") | GOES_ON,
    ),
    unfinished(
        "9113 5.5",
        "an unknown type inside a section",
        lambda site: frames.headers(1, site.section(), end_headers=False) + frames.frame(0xEE, 0, 1),
        PROTOCOL,
    ),
    answered(
        "9113 4.3",
        "a section cut between any two bytes",
        lambda site: frames.headers(1, site.section()[:1], end_headers=False)
        + frames.continuation(1, site.section()[1:7])
        + frames.continuation(1, site.section()[7:], end_headers=True),
        ANSWERED,
    ),
    answered(
        "9113 4.3",
        "a field kept for later sections",
        lambda site: [site.get(1, extra=hpack.indexed_literal("x", "y")), site.get(3, extra=hpack.reference(62))],
        stream=3,
    ),
)
