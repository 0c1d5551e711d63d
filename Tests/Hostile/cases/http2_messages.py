"""Decides the cases of requests in HTTP/2: RFC 9113, section 8."""

from __future__ import annotations

from cases.http2_case import ANSWERED, MALFORMED, HTTP2Case, Sends, Site, answered
from wire import frames, hpack
from wire.reaction import refused_with

# A section of trailers that goes on is no reason to wait.
MIDDLE = refused_with("PROTOCOL_ERROR", "STREAM_CLOSED") | {"HTTP 400"}
REFUSED = MALFORMED | {"HTTP 404", "HTTP 405", "HTTP 501"}


def pseudo(*, without: str = "", **changed: str) -> Sends:
    """A GET of the page without one pseudo-header field, or with others in place."""

    def sends(site: Site) -> bytes:
        fields = {"method": "GET", "scheme": site.target.scheme, "authority": site.target.authority, "path": site.page}
        fields.update(changed)
        return site.bare(1, *((f":{name}", value) for name, value in fields.items() if name != without))

    return sends


def twice(name: str, value: str) -> Sends:
    """A GET with one more pseudo-header field."""
    return lambda site: frames.headers(1, hpack.block((name, value)) + site.section())


def body(*pieces: bytes, length: str) -> Sends:
    return lambda site: site.post(1, ("content-length", length)) + b"".join(
        frames.data(1, piece, end=at == len(pieces)) for at, piece in enumerate(pieces, 1)
    )


def malformed(section: str, name: str, sends: Sends) -> HTTP2Case:
    return answered(section, name, sends, MALFORMED)


def with_field(section: str, what: str, name: str, value: str, right: frozenset[str] = MALFORMED) -> HTTP2Case:
    return answered(section, what, lambda site: site.get(1, (name, value)), right)


CASES = (
    answered(
        "9113 8.1",
        "trailers",
        lambda site: site.post(1) + frames.data(1, b"{}") + frames.headers(1, hpack.block(("t", "v"))),
    ),
    HTTP2Case(
        "9113 8.1",
        "trailers without END_STREAM",
        lambda site: site.post(1) + frames.headers(1, hpack.block(("t", "v")), end=False),
        MIDDLE,
        1,
    ),
    malformed(
        "9113 8.1",
        "a pseudo-header in trailers",
        lambda site: site.post(1) + frames.headers(1, hpack.block((":path", "/"))),
    ),
    with_field("9113 8.2", "an upper-case name", "X-Upper", "v"),
    with_field("9113 8.2.1", "a space in a name", "a b", "v"),
    with_field("9113 8.2.1", "a colon in a name", "a:b", "v"),
    with_field("9113 8.2.1", "an empty name", "", "v"),
    with_field("9113 8.2.1", "a control in a name", "a\x7f", "v"),
    with_field("9113 8.2.1", "a NUL in a value", "x", "a\0b"),
    with_field("9113 8.2.1", "a CR in a value", "x", "a\rb"),
    with_field("9113 8.2.1", "an LF in a value", "x", "a\nb"),
    with_field("9113 8.2.1", "a value that begins with a space", "x", " v"),
    with_field("9113 8.2.1", "a value that ends with a tab", "x", "v\t"),
    with_field("9113 8.2.1", "a value beyond ASCII", "x", "\xe4", ANSWERED),
    with_field("9113 8.2.2", "connection", "connection", "keep-alive"),
    with_field("9113 8.2.2", "keep-alive", "keep-alive", "1"),
    with_field("9113 8.2.2", "proxy-connection", "proxy-connection", "keep-alive"),
    with_field("9113 8.2.2", "transfer-encoding", "transfer-encoding", "chunked"),
    with_field("9113 8.2.2", "upgrade", "upgrade", "h2c"),
    with_field("9113 8.2.2", "te other than trailers", "te", "gzip"),
    with_field("9113 8.2.2", "te of trailers", "te", "trailers", ANSWERED),
    answered("9113 8.2.3", "cookies in crumbs", lambda site: site.get(1, ("cookie", "a=b"), ("cookie", "c=d"))),
    with_field("9113 8.3", "a pseudo-header after a field", ":path", "/"),
    malformed("9113 8.3", "a pseudo-header nobody knows", twice(":test", "v")),
    malformed("9113 8.3", "the pseudo-header of responses", twice(":status", "200")),
    malformed("9113 8.3.1", "an empty :path", pseudo(path="")),
    malformed("9113 8.3.1", "no :method", pseudo(without="method")),
    malformed("9113 8.3.1", "no :scheme", pseudo(without="scheme")),
    malformed("9113 8.3.1", "no :path", pseudo(without="path")),
    malformed("9113 8.3.1", ":method twice", twice(":method", "GET")),
    malformed("9113 8.3.1", ":scheme twice", twice(":scheme", "http")),
    malformed("9113 8.3.1", ":path twice", twice(":path", "/")),
    malformed("9113 8.3.1", ":authority twice", twice(":authority", "elsewhere")),
    malformed("9113 8.3.1", "a :path without a slash", pseudo(path="healthz")),
    malformed("9113 8.3.1", "a * of another method than OPTIONS", pseudo(path="*")),
    answered("9113 8.3.1", "OPTIONS *", pseudo(method="OPTIONS", path="*"), ANSWERED | REFUSED | {"HTTP 204"}),
    answered(
        "9113 8.3.1",
        "an :authority with a user",
        pseudo(authority="user@localhost"),
        MALFORMED | {"HTTP 421", "HTTP 403"},
    ),
    malformed("9113 8.3.1", "host against :authority", lambda site: site.get(1, ("host", "elsewhere"))),
    malformed("9113 8.3.1", "a space in :path", pseudo(path="/a b")),
    answered("9113 8.3.1", "a space in :method", pseudo(method="GE T"), REFUSED),
    malformed("9113 8.3.1", "a NUL in :path", pseudo(path="/\0")),
    answered("9113 8.3.1", "a space in :scheme", pseudo(scheme="ht tp"), MALFORMED),
    answered("9113 8.1.1", "as many bytes as content-length", body(b"{", b"}", length="2")),
    malformed("9113 8.1.1", "fewer bytes than content-length", body(b"{}", length="3")),
    malformed("9113 8.1.1", "more bytes than content-length", body(b"{", b"}  ", length="2")),
    malformed("9113 8.1.1", "content-length and no body", lambda site: site.get(1, ("content-length", "1"))),
    malformed("9113 8.1.1", "a content-length of letters", body(b"{}", length="two")),
    malformed("9113 8.1.1", "a content-length with a sign", body(b"{}", length="+2")),
    malformed("9113 8.1.1", "an endless content-length", body(b"{}", length="9" * 40)),
    malformed(
        "9113 8.1.1",
        "two content-lengths",
        lambda site: site.post(1, ("content-length", "2"), ("content-length", "3")) + frames.data(1, b"{}", end=True),
    ),
    malformed("9113 8.5", "CONNECT with a path", pseudo(method="CONNECT")),
    answered(
        "9113 8.5", "CONNECT", lambda site: site.bare(1, (":method", "CONNECT"), (":authority", "localhost:1")), REFUSED
    ),
    answered(
        "9113 10.5.1",
        "a section of 1 MiB",
        lambda site: big_section(site),
        refused_with("ENHANCE_YOUR_CALM", "COMPRESSION_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR") | {"HTTP 431"},
    ),
)


def big_section(site: Site) -> bytes:
    text = site.section(*((f"x{number}", "y" * 4000) for number in range(260)))
    pieces = [text[at : at + 16_000] for at in range(0, len(text), 16_000)]
    out = frames.headers(1, pieces[0], end_headers=False)
    return out + b"".join(frames.continuation(1, piece, end_headers=piece is pieces[-1]) for piece in pieces[1:])
