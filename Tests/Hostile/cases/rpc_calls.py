"""Decides the cases of calls: gRPC over HTTP/2 (grpc/doc/PROTOCOL-HTTP2.md), gRPC-Web (PROTOCOL-WEB.md) and Connect
(connectrpc.com/docs/protocol)."""

from __future__ import annotations

import base64
import gzip

from cases.rpc_case import RPCCase
from wire import requests
from wire.requests import Fields, message

GRPC = requests.GRPC
WEB: Fields = (("content-type", "application/grpc-web+proto"),)
STREAM: Fields = (("content-type", "application/connect+proto"),)
REFLECT = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
LIST_SERVICES = message(b"\x3a\x00")


def one_of(*words: str) -> frozenset[str]:
    return frozenset(words)


OK = one_of("gRPC 0")
MALFORMED = one_of("gRPC 3", "gRPC 13", "HTTP 400")
UNIMPLEMENTED = one_of("gRPC 12")
INTERNAL = one_of("gRPC 13")
LATE = one_of("gRPC 4")


def typed(kind: str, right: frozenset[str]) -> RPCCase:
    return RPCCase("gRPC type", f"content-type {kind!r}", right, (("content-type", kind), ("te", "trailers")))


def timeout(value: str, right: frozenset[str]) -> RPCCase:
    return RPCCase("gRPC timeout", f"grpc-timeout {value!r}", right, (*GRPC, ("grpc-timeout", value)))


def path(what: str, value: str, right: frozenset[str] = UNIMPLEMENTED) -> RPCCase:
    return RPCCase("gRPC path", what, right, path=value)


def body(what: str, value: bytes, right: frozenset[str], *fields: tuple[str, str]) -> RPCCase:
    return RPCCase("gRPC message", what, right, (*GRPC, *fields), value)


def metadata(name: str, value: str, right: frozenset[str]) -> RPCCase:
    return RPCCase("gRPC metadata", f"{name}: {value!r}", right, (*GRPC, (name, value)))


GZIP = ("grpc-encoding", "gzip")

CALLS = (
    typed("application/grpc", OK),
    typed("application/grpc+proto", OK),
    typed("application/grpc;charset=utf-8", OK),
    typed("application/grpc+json", one_of("HTTP 415", "gRPC 12", "gRPC 13")),
    typed("application/grpcx", one_of("HTTP 415")),
    typed("text/plain", one_of("HTTP 415")),
    RPCCase("gRPC type", "no content-type", one_of("HTTP 415"), ()),
    RPCCase("gRPC type", "no te", OK, GRPC[:1]),
    RPCCase("gRPC method", "GET", one_of("HTTP 405"), method="GET"),
    RPCCase("gRPC method", "HEAD", one_of("HTTP 405"), method="HEAD"),
    path("an unknown method", requests.PING + "s"),
    path("an unknown service", "/martlet.v1.NoService/Ping"),
    path("another case", requests.PING.lower()),
    path("no method", "/martlet.v1.SystemService"),
    path("an empty method", "/martlet.v1.SystemService/"),
    path("a slash too many", requests.PING + "/"),
    path("a slash too many before", "/" + requests.PING),
    path("a query", requests.PING + "?a=b"),
    path("an escape", requests.PING.replace("P", "%50")),
    path("dots", "/martlet.v1.SystemService/../SystemService/Ping"),
    path("5,000 bytes", "/" + "a" * 5000 + "/b"),
    # Over the bound of a section whatever the authority is, and yet no larger than a frame may be.
    path("16,200 bytes", "/" + "a" * 16_200 + "/b", one_of("HTTP 431", "HTTP 414")),
    body("none", b"", one_of("gRPC 12", "gRPC 13")),
    body("two", message() * 2, one_of("gRPC 12", "gRPC 13")),
    body("the prefix cut", b"\0\0\0", INTERNAL),
    body("the message cut", message(b"ab", length=9), INTERNAL),
    body("a flag of 2", message(flag=2), INTERNAL),
    body("a flag of 128", message(flag=128), INTERNAL),
    body("compressed, no encoding named", message(gzip.compress(b""), flag=1), INTERNAL),
    body("compressed, identity named", message(gzip.compress(b""), flag=1), INTERNAL, ("grpc-encoding", "identity")),
    body("gzip", message(gzip.compress(b"\x0a\x02hi"), flag=1), OK, GZIP),
    body("gzip named, not used", message(b"\x0a\x02hi"), OK, GZIP),
    body("gzip named, something else sent", message(b"nonsense", flag=1), MALFORMED, GZIP),
    body("gzip cut", message(gzip.compress(b"\x0a\x02hi")[:-4], flag=1), MALFORMED, GZIP),
    body("an unknown encoding", message(), UNIMPLEMENTED, ("grpc-encoding", "snappy")),
    body("an unknown encoding taken", message(), OK, ("grpc-accept-encoding", "snappy, br;q=1")),
    body("5 GB announced", message(length=0xFFFF_FFFF), one_of("gRPC 8")),
    body("no protobuf", message(b"\xff\xff\xff"), MALFORMED),
    *(timeout(f"10{unit}", OK) for unit in "HMS"),
    timeout("9999m", OK),
    timeout("99999999u", OK),
    timeout("99999999H", OK),
    # Whether the answer is ready first is a matter of time.
    timeout("1n", LATE | OK),
    timeout("0S", LATE),
    *(timeout(value, MALFORMED) for value in ("100000000S", "-1S", "+1S", "1", "S", "1s", "1.5S", "1 S", "")),
    metadata("x-data-bin", "AQI=", OK),
    metadata("x-data-bin", "AQI", OK),
    metadata("x-data-bin", "AQI,AQI=", OK),
    metadata("x-data-bin", "", OK),
    metadata("x-data-bin", "!!", MALFORMED),
    metadata("grpc-unknown", "x", OK),
    metadata("x-text", "~ !", OK),
    RPCCase("gRPC stream", "reflection", OK, path=REFLECT, body=LIST_SERVICES),
    RPCCase("gRPC stream", "no requests", OK, path=REFLECT, body=b""),
    RPCCase("gRPC stream", "a request cut", INTERNAL, path=REFLECT, body=LIST_SERVICES[:-1]),
    RPCCase("gRPC stream", "an endless timeout", OK, (*GRPC, ("grpc-timeout", "99999999H")), LIST_SERVICES, REFLECT),
    RPCCase("gRPC-Web", "a call", one_of("gRPC-Web 0"), WEB),
    RPCCase("gRPC-Web", "an unknown method", UNIMPLEMENTED | {"gRPC-Web 12"}, WEB, path=requests.PING + "s"),
    RPCCase("gRPC-Web", "no message", one_of("gRPC 12", "gRPC-Web 12", "gRPC 13"), WEB, b""),
    RPCCase("gRPC-Web", "text", one_of("HTTP 415"), (("content-type", "application/grpc-web-text"),)),
    RPCCase("gRPC-Web", "a stream", one_of("gRPC-Web 0", "HTTP 505"), WEB, LIST_SERVICES, REFLECT),
)


def connect(what: str, right: str, value: bytes = b"{}", *fields: tuple[str, str], to: str = requests.PING) -> RPCCase:
    kind = () if any(name == "content-type" for name, _ in fields) else requests.JSON
    return RPCCase("Connect unary", what, one_of(*right.split("|")), (*kind, *fields), value, to)


def query(what: str, text: str, right: str, *fields: tuple[str, str], to: str = requests.PING) -> RPCCase:
    return RPCCase("Connect get", what, one_of(*right.split("|")), fields, path=f"{to}?{text}", method="GET")


def stream(what: str, right: str, value: bytes, *fields: tuple[str, str], to: str = REFLECT) -> RPCCase:
    return RPCCase("Connect stream", what, one_of(*right.split("|")), (*STREAM, *fields), value, to)


INVALID = "Connect invalid_argument 400"
PROTO = base64.urlsafe_b64encode(b"\x0a\x02\xfb\xff").decode()
ZIPPED = base64.urlsafe_b64encode(gzip.compress(b"{}")).decode()
MESSAGE = "encoding=json&message=%7B%7D"

CONNECT = (
    connect("JSON", "HTTP 200"),
    connect("JSON with a charset", "HTTP 200", b"{}", ("content-type", "application/json; charset=utf-8")),
    connect("protobuf", "HTTP 200", b"\x0a\x02hi", ("content-type", "application/proto")),
    connect("no content-type", "HTTP 415", b"{}", ("content-type", "")),
    connect("a form", "HTTP 415", b"{}", ("content-type", "application/x-www-form-urlencoded")),
    connect("of a method that streams", "HTTP 415", to=REFLECT),
    connect("as a stream of a method that does not", "HTTP 415", b"", *STREAM),
    connect("version 1", "HTTP 200", b"{}", ("connect-protocol-version", "1")),
    connect("version 2", INVALID, b"{}", ("connect-protocol-version", "2")),
    connect("an unknown method", "Connect unimplemented 404", to=requests.PING + "s"),
    connect("no JSON", INVALID, b"{"),
    connect("JSON and more", INVALID, b"{}{}"),
    connect("bytes that are not UTF-8", INVALID, b'{"payload":"\xff"}'),
    connect("a timeout", "HTTP 200", b"{}", ("connect-timeout-ms", "9999999999")),
    connect("a timeout of 0", "Connect deadline_exceeded 504", b"{}", ("connect-timeout-ms", "0")),
    *(
        connect(f"a timeout of {value!r}", INVALID, b"{}", ("connect-timeout-ms", value))
        for value in ("", "-1", "+1", "1s", "99999999999")
    ),
    connect("gzip", "HTTP 200", gzip.compress(b"{}"), ("content-encoding", "gzip")),
    connect("identity", "HTTP 200", b"{}", ("content-encoding", "identity")),
    connect("gzip that is none", INVALID, b"{}", ("content-encoding", "gzip")),
    connect("br", "Connect unimplemented 501", b"{}", ("content-encoding", "br")),
    connect("gzip forbidden", "HTTP 200", b"{}", ("accept-encoding", "gzip;q=0")),
    query("JSON", f"connect=v1&{MESSAGE}", "HTTP 200"),
    query("without a version", MESSAGE, "HTTP 200"),
    query("base64 for URLs", f"encoding=proto&base64=1&message={PROTO}", "HTTP 200"),
    query("base64 without padding", f"encoding=proto&base64=1&message={PROTO.rstrip('=')}", "HTTP 200"),
    query("gzip", f"encoding=json&compression=gzip&base64=1&message={ZIPPED}", "HTTP 200"),
    query("an empty message", "encoding=proto&message=", "HTTP 200"),
    query("parameters nobody knows", f"{MESSAGE}&x=y", "HTTP 200"),
    query("in another order", "message=%7B%7D&encoding=json&connect=v1", "HTTP 200"),
    query("another version", f"connect=v2&{MESSAGE}", INVALID),
    query("no message", "encoding=json", INVALID),
    query("no encoding", "message=%7B%7D", INVALID + "|HTTP 415"),
    query("an unknown encoding", "encoding=xml&message=%7B%7D", INVALID + "|HTTP 415"),
    query("an unknown compression", f"{MESSAGE}&compression=br", "Connect unimplemented 501"),
    query("half an escape", "encoding=json&message=%7", INVALID),
    query("a timeout of 0", MESSAGE, "Connect deadline_exceeded 504", ("connect-timeout-ms", "0")),
    query("of a method that changes something", MESSAGE, "HTTP 405", to=requests.CREATE_RUN),
    query("of a method that streams", MESSAGE, "HTTP 405", to=REFLECT),
    stream("a call", "Connect ok", LIST_SERVICES),
    stream("no requests", "Connect ok", b""),
    stream("a request cut", "Connect internal|Connect invalid_argument", LIST_SERVICES[:-1]),
    stream("gzip", "Connect ok", message(gzip.compress(b"\x3a\x00"), flag=1), ("connect-content-encoding", "gzip")),
    stream(
        "compressed, no encoding named", "Connect internal|Connect invalid_argument",
        message(gzip.compress(b""), flag=1),
    ),
    stream("br", "Connect unimplemented", LIST_SERVICES, ("connect-content-encoding", "br")),
    stream("a flag nobody knows", "Connect internal|Connect invalid_argument", message(flag=64)),
    stream("an unknown method", "Connect unimplemented", b"", to=REFLECT + "s"),
    stream("a timeout of 0", "Connect deadline_exceeded", b"", ("connect-timeout-ms", "0")),
)  # fmt: skip

CASES = (*CALLS, *CONNECT)
