"""Decides what is put into calls that are rightly framed: messages that lie about their length, unpack without end or
nest without end."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

from attacks.windows import BOUNDED, HELD, HOLD, held
from suite.attack import Attack, Battle
from wire import frames, requests
from wire.http1 import Line
from wire.peer import Peer
from wire.reaction import observe

DEPTH = 100_000
MESSAGE = 4 << 20
# The server knows no compression yet; once it does, a bomb is too much (RESOURCE_EXHAUSTED).
GZIP = (("grpc-encoding", "gzip"),)
ZIP_BOMB = frozenset({"gRPC 12", "gRPC 8"})
BOMB = gzip.compress(bytes(64 << 20), 9)
MEMBERS = gzip.compress(b"") * 50_000


def grpc(path: str, body: bytes, *fields: tuple[str, str], end: bool = True) -> Callable[[Battle], str]:
    def run(battle: Battle) -> str:
        with Peer(battle.target) as peer:
            section = requests.head(battle.target, path, *requests.GRPC, *fields)
            pieces = [body[at : at + 16_384] for at in range(0, len(body), 16_384)]
            peer.send(
                frames.headers(1, section, end=False),
                *(frames.data(1, piece) for piece in pieces),
                frames.data(1, b"", end=end),
            )
            return observe(peer, 1, within=10)

    return run


def zipped_echoes(battle: Battle) -> str:
    """Calls of a few KB that unfold to the longest message and ask for it back, into windows that stay shut."""
    body = requests.message(gzip.compress(field(1, bytes(MESSAGE - 100)), 9), flag=1)
    with Peer(battle.target, (frames.INITIAL_WINDOW_SIZE, 0)) as peer:
        kind = requests.GRPC + GZIP
        peer.flood(requests.call(battle.target, stream, requests.PING, kind, body) for stream in range(1, 401, 2))
        return held(peer, HOLD)


def tiny_messages(battle: Battle) -> str:
    """As many messages as a stream's window takes, on many connections at once."""
    peers = [Peer(battle.target) for _ in range(24)]
    body = requests.message() * 3276
    for peer in peers:
        peer.send(frames.headers(1, requests.head(battle.target, requests.WRITE_LOGS, *requests.GRPC), end=False))
        peer.send(*(frames.data(1, body) for _ in range(64)), frames.data(1, end=True))
    seen = {observe(peer, 1, within=20) for peer in peers}
    for peer in peers:
        peer.socket.close()
    return " and ".join(sorted(seen))


def connect(path: str, body: bytes, *lines: str) -> Callable[[Battle], str]:
    def run(battle: Battle) -> str:
        with Line(battle.target) as line:
            line.send(requests.http1(battle.target, path, body, *lines))
            return line.reaction(10, further=0).removesuffix(" closed")

    return run


def field(number: int, payload: bytes) -> bytes:
    """A length-delimited field."""
    return bytes((number << 3 | 2,)) + varint(len(payload)) + payload


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes((*out, value))


def nested(*numbers: int) -> bytes:
    """Messages inside messages, `DEPTH` times round the field numbers; built from the inside."""
    pieces: list[bytes] = []
    length = 0
    for level in range(DEPTH):
        head = bytes((numbers[level % len(numbers)] << 3 | 2,)) + varint(length)
        pieces.append(head)
        length += len(head)
    return b"".join(reversed(pieces))


def create_run(parameters: str) -> bytes:
    return f'{{"run":{{"definition":"deep","parameters":{parameters}}}}}'.encode()


# Struct.fields[].value.struct_value, and Value.list_value.values.
STRUCTS = field(2, field(15, nested(1, 2, 5)))
LISTS = field(2, field(15, field(1, field(2, nested(1, 6)))))
GROUPS = b"\x9b\x06" * DEPTH
ARRAYS = create_run('{"x":' + "[" * DEPTH + "]" * DEPTH + "}")
OBJECTS = create_run('{"x":' * DEPTH + "1" + "}" * DEPTH)
UNKNOWN = ('{"nobody":' + "[" * DEPTH + "]" * DEPTH + "}").encode()
UNCLOSED = ('{"run":{"parameters":{"x":' + "[" * DEPTH).encode()


def listing(expression: str) -> bytes:
    return json.dumps({"filter": expression}).encode()


def keys() -> bytes:
    """Many keys, and one of them again and again."""
    return create_run("{" + ",".join(f'"k{n % 50_000}":1' for n in range(100_000)) + "}")


NUMBER = create_run('{"x":' + "9" * 1_000_000 + "}")
EXPONENT = create_run('{"x":1e999999999999}')
SURROGATE = create_run('{"x":"' + "\\ud800" * 100_000 + '"}')
SHORT = requests.message(b"x" * 1000, length=2048)

MALFORMED = frozenset({"gRPC 3", "gRPC 13", "gRPC 8"})
TOO_LONG = frozenset({"gRPC 8"})
REFUSED_JSON = frozenset({"HTTP 400", "HTTP 429", "HTTP 413"})
# A server may also take what is odd but bounded.
TAKEN_JSON = REFUSED_JSON | {"HTTP 200"}

ATTACKS = tuple(
    Attack(name, sends, must, run, right, growth=growth)
    for name, sends, must, run, right, growth in (
        (
            "zip-bomb",
            "64 MiB of zeros in gzip",
            "refuse it",
            grpc(requests.PING, requests.message(BOMB, flag=1), *GZIP),
            ZIP_BOMB,
            32,
        ),
        (
            "zip-bomb-undeclared",
            "the same without grpc-encoding",
            "refuse it",
            grpc(requests.PING, requests.message(BOMB, flag=1)),
            ZIP_BOMB | {"gRPC 13"},
            32,
        ),
        (
            "zip-bomb-connect",
            "the same over Connect",
            "refuse it",
            connect(requests.PING, BOMB, "Content-Encoding: gzip"),
            frozenset({"HTTP 501", "HTTP 404", "HTTP 415", "HTTP 429", "HTTP 400", "HTTP 413"}),
            32,
        ),
        (
            "zip-bomb-members",
            "50,000 empty gzip members",
            "refuse or take it, bounded",
            grpc(requests.PING, requests.message(MEMBERS, flag=1), *GZIP),
            ZIP_BOMB | {"gRPC 0", "gRPC 3"},
            32,
        ),
        ("zip-bomb-echoes", "200 calls of 4 KB that unfold to 4 MiB, windows shut", BOUNDED, zipped_echoes, HELD, 96),
        (
            "length-4-gib",
            "a length of 4 GiB",
            "RESOURCE_EXHAUSTED",
            grpc(requests.PING, b"\0\xff\xff\xff\xff" + b"x" * 100),
            TOO_LONG,
            32,
        ),
        (
            "length-4-gib-open",
            "the same, and the body goes on",
            "RESOURCE_EXHAUSTED at once",
            grpc(requests.PING, b"\0\xff\xff\xff\xff" + b"x" * 100, end=False),
            TOO_LONG,
            32,
        ),
        (
            "length-4-gib-stream",
            "the same to a streaming call",
            "RESOURCE_EXHAUSTED at once",
            grpc(requests.WRITE_LOGS, b"\0\xff\xff\xff\xff" + b"x" * 100, end=False),
            TOO_LONG,
            32,
        ),
        ("length-lies", "a length of 2 KiB and 1000 bytes", "an error", grpc(requests.PING, SHORT), MALFORMED, 32),
        (
            "message-flag",
            "a flag of 0xff",
            "INTERNAL",
            grpc(requests.PING, requests.message(flag=255)),
            frozenset({"gRPC 13", "gRPC 12"}),
            32,
        ),
        (
            "messages-tiny",
            "100,000 empty messages on one stream",
            "take them, bounded",
            grpc(requests.WRITE_LOGS, requests.message() * 100_000),
            frozenset({"gRPC 0", "gRPC 3", "gRPC 8"}),
            32,
        ),
        (
            "messages-tiny-crowd",
            "200,000 of them on each of 24 connections",
            "take them in turns",
            tiny_messages,
            frozenset({"gRPC 0", "gRPC 8"}),
            64,
        ),
        (
            "messages-to-unary",
            "100,000 messages to a unary call",
            "an error",
            grpc(requests.PING, requests.message() * 100_000),
            MALFORMED | {"gRPC 12"},
            32,
        ),
        (
            "deep-structs",
            "Structs nested 100,000 deep",
            "INVALID_ARGUMENT",
            grpc(requests.CREATE_RUN, requests.message(STRUCTS)),
            MALFORMED,
            64,
        ),
        (
            "deep-lists",
            "ListValues nested 100,000 deep",
            "INVALID_ARGUMENT",
            grpc(requests.CREATE_RUN, requests.message(LISTS)),
            MALFORMED,
            64,
        ),
        (
            "deep-groups",
            "100,000 unknown groups, open",
            "INVALID_ARGUMENT",
            grpc(requests.PING, requests.message(GROUPS)),
            MALFORMED,
            64,
        ),
        (
            "deep-json-arrays",
            "arrays nested 100,000 deep",
            "400",
            connect(requests.CREATE_RUN, ARRAYS),
            REFUSED_JSON,
            64,
        ),
        (
            "deep-json-objects",
            "objects nested 100,000 deep",
            "400",
            connect(requests.CREATE_RUN, OBJECTS),
            REFUSED_JSON,
            64,
        ),
        (
            "deep-json-unknown",
            "the same in a field nobody knows",
            "400",
            connect(requests.CREATE_RUN, UNKNOWN),
            REFUSED_JSON,
            64,
        ),
        (
            "deep-json-unclosed",
            "100,000 brackets and the end",
            "400",
            connect(requests.CREATE_RUN, UNCLOSED),
            REFUSED_JSON,
            64,
        ),
        (
            "deep-filter-parentheses",
            "a filter of 100,000 parentheses",
            "400",
            connect(requests.LIST_RUNS, listing("(" * DEPTH + "a=1" + ")" * DEPTH)),
            REFUSED_JSON,
            64,
        ),
        (
            "deep-filter-not",
            "a filter of 100,000 NOTs",
            "400",
            connect(requests.LIST_RUNS, listing("NOT " * DEPTH + "a=1")),
            REFUSED_JSON,
            64,
        ),
        (
            "wide-filter",
            "a filter of 50,000 ORs",
            "400",
            connect(requests.LIST_RUNS, listing(" OR ".join(["state.type=FAILED"] * 50_000))),
            REFUSED_JSON,
            64,
        ),
        (
            "json-keys",
            "100,000 keys, each twice",
            "take or refuse them, bounded",
            connect(requests.CREATE_RUN, keys()),
            TAKEN_JSON,
            96,
        ),
        ("json-number", "a number of a million digits", "400", connect(requests.CREATE_RUN, NUMBER), REFUSED_JSON, 64),
        ("json-exponent", "1e999999999999", "400", connect(requests.CREATE_RUN, EXPONENT), REFUSED_JSON, 32),
        (
            "json-surrogates",
            "100,000 lone surrogates",
            "400",
            connect(requests.CREATE_RUN, SURROGATE),
            REFUSED_JSON,
            64,
        ),
    )
)
