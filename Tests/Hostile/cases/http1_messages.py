"""Decides the cases of HTTP/1.1 messages that concern no hidden request: RFC 9112."""

from __future__ import annotations

from cases.http1_case import REFUSED, HTTP1Case

HOST = "Host: {host}\r\n"
GET = "GET /healthz HTTP/1.1\r\n" + HOST
POST = "POST /martlet.v1.SystemService/Ping HTTP/1.1\r\n" + HOST + "Content-Type: application/json\r\n"
CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n"

OK = frozenset({"HTTP 200"})
LAST = frozenset({"HTTP 200 closed"})
TWO = frozenset({"HTTP 200 200"})


def either(*statuses: int) -> frozenset[str]:
    """One of these, whether or not the connection goes on."""
    return frozenset(f"HTTP {status}{end}" for status in statuses for end in ("", " closed"))


CASES = tuple(
    HTTP1Case(name, section, text.encode("latin-1"), right)
    for section, name, text, right in (
        ("9112 2.2", "a blank line before the request", "\r\n" + GET + "\r\n", OK),
        ("9112 2.2", "bare LF for CRLF", (GET + "\r\n").replace("\r\n", "\n"), OK | REFUSED),
        ("9112 2.2", "bare CR in the request line", "GET /healthz\rX HTTP/1.1\r\n" + HOST + "\r\n", REFUSED),
        ("9112 2.3", "HTTP/1.0", "GET /healthz HTTP/1.0\r\n" + HOST + "\r\n", LAST),
        ("9112 2.3", "HTTP/1.9", "GET /healthz HTTP/1.9\r\n" + HOST + "\r\n", OK | either(400, 505)),
        ("9112 2.3", "HTTP/3.0", "GET /healthz HTTP/3.0\r\n" + HOST + "\r\n", either(400, 505)),
        ("9112 2.3", "HTTP/0.9", "GET /healthz\r\n\r\n", REFUSED | either(505)),
        ("9112 2.3", "a version in lower case", "GET /healthz http/1.1\r\n" + HOST + "\r\n", REFUSED),
        ("9112 3", "two spaces in the request line", "GET  /healthz HTTP/1.1\r\n" + HOST + "\r\n", REFUSED | OK),
        ("9112 3", "a space in the target", "GET /heal thz HTTP/1.1\r\n" + HOST + "\r\n", REFUSED),
        ("9112 3", "no method", " /healthz HTTP/1.1\r\n" + HOST + "\r\n", REFUSED),
        (
            "9112 3.1",
            "a method nobody knows",
            "BREW /healthz HTTP/1.1\r\n" + HOST + "\r\n",
            either(400, 405, 501) | {"closed"},
        ),
        (
            "9112 3.1",
            "a method in lower case",
            "get /healthz HTTP/1.1\r\n" + HOST + "\r\n",
            either(400, 405, 501) | {"closed"},
        ),
        ("9112 3.2", "no host", "GET /healthz HTTP/1.1\r\n\r\n", REFUSED),
        ("9112 3.2", "an empty host", "GET /healthz HTTP/1.1\r\nHost:\r\n\r\n", REFUSED | either(400, 403, 421)),
        (
            "9112 3.2",
            "a host with a space",
            "GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n",
            REFUSED | either(400, 403, 421),
        ),
        ("9112 3.2", "a host with a user", "GET /healthz HTTP/1.1\r\nHost: localhost:x@elsewhere\r\n\r\n", REFUSED),
        ("9112 3.2", "a host with a path", "GET /healthz HTTP/1.1\r\nHost: localhost/x\r\n\r\n", REFUSED),
        (
            "9110 4.2.4",
            "an absolute target with a user",
            "GET http://x@{host}/healthz HTTP/1.1\r\n" + HOST + "\r\n",
            REFUSED,
        ),
        ("9112 3.2.1", "a target without a slash", "GET healthz HTTP/1.1\r\n" + HOST + "\r\n", REFUSED),
        ("9112 3.2.2", "an absolute target", "GET http://{host}/healthz HTTP/1.1\r\n" + HOST + "\r\n", OK),
        ("9112 3.2.3", "CONNECT", "CONNECT localhost:1 HTTP/1.1\r\nHost: localhost:1\r\n\r\n", either(400, 405, 501)),
        ("9112 3.2.4", "GET *", "GET * HTTP/1.1\r\n" + HOST + "\r\n", REFUSED),
        ("9112 3.2.4", "OPTIONS *", "OPTIONS * HTTP/1.1\r\n" + HOST + "\r\n", either(200, 204, 404, 405)),
        ("9112 5", "white space around a value", GET + "X: \t v \t\r\n\r\n", OK),
        ("9112 5", "an empty value", GET + "X:\r\n\r\n", OK),
        ("9110 5.5", "a value beyond ASCII", GET + "X: \xe4\r\n\r\n", OK),
        ("9110 5.5", "DEL in a value", GET + "X: \x7f\r\n\r\n", REFUSED | OK),
        ("9112 6.3", "the same length twice", POST + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", OK | REFUSED),
        ("9112 7.1", "chunks", CHUNKED + "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", OK),
        ("9112 7.1", "a chunk size in both cases", CHUNKED + "A\r\n{         \r\na\r\n         }\r\n0\r\n\r\n", OK),
        ("9112 7.1", "zeros before a chunk size", CHUNKED + "0002\r\n{}\r\n0\r\n\r\n", OK),
        ("9112 7.1.1", "chunk extensions", CHUNKED + '2;a=b;c="d e";f\r\n{}\r\n0;x\r\n\r\n', OK),
        ("9112 7.1.2", "trailers", CHUNKED + "2\r\n{}\r\n0\r\nX-Sum: 1\r\n\r\n", OK),
        (
            "9112 7.1.2",
            "a length in the trailers",
            CHUNKED + "2\r\n{}\r\n0\r\nContent-Length: 40\r\n\r\n" + GET + "\r\n",
            TWO | REFUSED,
        ),
        ("9112 7", "chunked in another case", POST + "Transfer-Encoding: CHUNKED\r\n\r\n2\r\n{}\r\n0\r\n\r\n", OK),
        ("9112 9.3", "two requests on a connection", GET + "\r\n" + GET + "\r\n", TWO),
        ("9112 9.3.2", "pipelined calls", (POST + "Content-Length: 2\r\n\r\n{}") * 2, TWO),
        ("9112 9.6", "connection: close", GET + "Connection: close\r\n\r\n" + GET + "\r\n", LAST),
        ("9112 9.6", "close among other options", GET + "Connection: x, Close\r\n\r\n", LAST),
        ("9110 10.1.1", "expect: 100-continue", POST + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}", OK),
        ("9110 10.1.1", "another expectation", POST + "Expect: wonders\r\nContent-Length: 2\r\n\r\n{}", either(417)),
        (
            "9110 7.8",
            "an upgrade nobody asked for",
            GET + "Connection: upgrade\r\nUpgrade: websocket\r\n\r\n",
            either(200),
        ),
        ("9110 9.3.2", "HEAD", "HEAD /healthz HTTP/1.1\r\n" + HOST + "\r\n" + GET + "\r\n", TWO),
        ("9112 5.4", "a field of 100 KB", GET + "X: " + "y" * 100_000 + "\r\n\r\n", either(431)),
        ("9112 3", "a target of 100 KB", "GET /" + "x" * 100_000 + " HTTP/1.1\r\n" + HOST + "\r\n", either(414, 431)),
    )
)
