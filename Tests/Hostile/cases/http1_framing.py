"""Decides which HTTP/1.1 requests two parsers would cut differently (RFC 9112, 6 and 11.2): most hide a second request,
and each must be refused and the connection ended."""

from __future__ import annotations

from cases.http1_case import HTTP1Case, REFUSED

HIDDEN = "GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n"
POST = "POST /martlet.v1.SystemService/Ping HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n"


def case(name: str, section: str, text: str) -> HTTP1Case:
    return HTTP1Case(name, section, text.encode("latin-1"), REFUSED)


CASES = tuple(
    case(name, section, text)
    for name, section, text in (
        ("CL and TE", "9112 6.1", POST + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN),
        ("TE and CL", "9112 6.1", POST + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + HIDDEN),
        ("two different CL", "9112 6.3", POST + "Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}" + HIDDEN),
        ("two CL in a list", "9112 6.3", POST + "Content-Length: 2, 40\r\n\r\n{}" + HIDDEN),
        ("CL with a sign", "9110 8.6", POST + "Content-Length: +2\r\n\r\n{}" + HIDDEN),
        ("negative CL", "9110 8.6", POST + "Content-Length: -1\r\n\r\n{}" + HIDDEN),
        ("CL in hex", "9110 8.6", POST + "Content-Length: 0x2\r\n\r\n{}" + HIDDEN),
        ("CL that overflows", "9110 8.6", POST + "Content-Length: 18446744073709551618\r\n\r\n{}" + HIDDEN),
        ("empty CL", "9110 8.6", POST + "Content-Length: \r\n\r\n{}" + HIDDEN),
        ("TE of another coding", "9112 6.1", POST + "Transfer-Encoding: gzip\r\n\r\n{}" + HIDDEN),
        ("TE not chunked at last", "9112 6.3", POST + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n" + HIDDEN),
        ("chunked twice", "9112 7.1", POST + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" + HIDDEN),
        (
            "two TE fields",
            "9112 6.1",
            POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n" + HIDDEN,
        ),
        ("TE with a vertical tab", "9110 5.5", POST + "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n" + HIDDEN),
        ("TE in quotes", "9112 6.1", POST + 'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n' + HIDDEN),
        ("space before the colon", "9112 5.1", POST + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + HIDDEN),
        ("tab before the colon", "9112 5.1", POST + "Content-Length\t: 2\r\n\r\n{}" + HIDDEN),
        ("TE folded", "9112 5.2", POST + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + HIDDEN),
        ("a folded field", "9112 5.2", POST + "X: a\r\n b\r\nContent-Length: 2\r\n\r\n{}"),
        (
            "space before the first field",
            "9112 2.2",
            POST.replace("\r\nHost", "\r\n Host", 1) + "Content-Length: 2\r\n\r\n{}",
        ),
        ("NUL in a field", "9110 5.5", POST + "X: a\0b\r\nContent-Length: 2\r\n\r\n{}"),
        ("NUL in a name", "9110 5.1", POST + "X\0: b\r\nContent-Length: 2\r\n\r\n{}"),
        ("CR in a field", "9110 5.5", POST + "X: a\rContent-Length: 40\r\nContent-Length: 2\r\n\r\n{}"),
        ("empty name", "9110 5.1", POST + ": x\r\nContent-Length: 2\r\n\r\n{}"),
        ("name with a slash", "9110 5.1", POST + "a/b: x\r\nContent-Length: 2\r\n\r\n{}"),
        ("field without a colon", "9112 5", POST + "Nonsense\r\nContent-Length: 2\r\n\r\n{}"),
        ("chunk size with 0x", "9112 7.1", CHUNKED + "0x2\r\n{}\r\n0\r\n\r\n" + HIDDEN),
        ("chunk size with a sign", "9112 7.1", CHUNKED + "+2\r\n{}\r\n0\r\n\r\n" + HIDDEN),
        ("negative chunk size", "9112 7.1", CHUNKED + "-2\r\n{}\r\n0\r\n\r\n" + HIDDEN),
        ("chunk size that overflows", "9112 7.1", CHUNKED + "10000000000000002\r\n{}\r\n0\r\n\r\n" + HIDDEN),
        ("empty chunk size", "9112 7.1", CHUNKED + "\r\n{}\r\n0\r\n\r\n" + HIDDEN),
        ("chunk longer than its size", "9112 7.1", CHUNKED + "1\r\n{}\r\n0\r\n\r\n" + HIDDEN),
        ("chunk without CRLF", "9112 7.1", CHUNKED + "2\r\n{}0\r\n\r\n" + HIDDEN),
        ("bare LF after the size", "9112 7.1", CHUNKED + "2\n{}\r\n0\r\n\r\n" + HIDDEN),
        ("bare CR after the size", "9112 7.1", CHUNKED + "2\r{}\r\n0\r\n\r\n" + HIDDEN),
        ("bare LF in an extension", "9112 7.1.1", CHUNKED + "2;a\n{}\r\n0\r\n\r\n" + HIDDEN),
        ("bare LF after a chunk", "9112 7.1", CHUNKED + "2\r\n{}\n0\r\n\r\n" + HIDDEN),
        ("space before the size", "9112 7.1", CHUNKED + " 2\r\n{}\r\n0\r\n\r\n" + HIDDEN),
        (
            "TE over HTTP/1.0",
            "9112 6.1",
            POST.replace("HTTP/1.1", "HTTP/1.0") + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
        ),
        ("two hosts", "9112 3.2", POST + "Host: elsewhere\r\nContent-Length: 2\r\n\r\n{}"),
    )
)
