"""Decides which messages nest without end, or hold one thing without end: in protobuf, in JSON and in filters."""

from __future__ import annotations

import json

from attacks.calls import connect, field, grpc, varint
from suite.attack import Attack
from wire import requests

DEPTH = 100_000
GROWTH = 64


def nested(*numbers: int) -> bytes:
    """`DEPTH` messages inside each other, in fields of these numbers in turn; built from the inside."""
    pieces: list[bytes] = []
    length = 0
    for level in reversed(range(DEPTH)):
        head = bytes((numbers[level % len(numbers)] << 3 | 2,)) + varint(length)
        pieces.append(head)
        length += len(head)
    return b"".join(reversed(pieces))


def parameters(text: str) -> bytes:
    return f'{{"run":{{"definition":"deep","parameters":{text}}}}}'.encode()


def listing(expression: str) -> bytes:
    return json.dumps({"filter": expression}).encode()


# CreateRunRequest.run.parameters; then Struct.fields[].value.struct_value, or Value.list_value.values.
STRUCTS = field(2, field(15, nested(1, 2, 5)))
LISTS = field(2, field(15, field(1, field(2, nested(6, 1)))))
# Field 115 begins a group; no group ends.
GROUPS = b"\x9b\x07" * DEPTH

PROTOBUF = (
    ("structs", "Structs nested 100,000 deep", requests.CREATE_RUN, STRUCTS),
    ("lists", "ListValues nested 100,000 deep", requests.CREATE_RUN, LISTS),
    ("groups", "100,000 groups, none of them ended", requests.PING, GROUPS),
)

BRACKETS = "[" * DEPTH + "]" * DEPTH
KEYS = ",".join(f'"k{number % 50_000}":1' for number in range(DEPTH))

JSON = (
    ("json-arrays", "arrays nested 100,000 deep", requests.CREATE_RUN, parameters('{"x":' + BRACKETS + "}")),
    (
        "json-objects",
        "objects nested 100,000 deep",
        requests.CREATE_RUN,
        parameters('{"x":' * DEPTH + "1" + "}" * DEPTH),
    ),
    ("json-unknown", "arrays in a field nobody knows", requests.CREATE_RUN, f'{{"nobody":{BRACKETS}}}'.encode()),
    ("json-unclosed", "100,000 brackets and the end", requests.CREATE_RUN, ('{"run":' + "[" * DEPTH).encode()),
    ("json-keys", "50,000 keys, each twice", requests.CREATE_RUN, parameters("{" + KEYS + "}")),
    ("json-number", "a number of a million digits", requests.CREATE_RUN, parameters('{"x":' + "9" * 10 * DEPTH + "}")),
    ("json-exponent", "1e999999999999", requests.CREATE_RUN, parameters('{"x":1e999999999999}')),
    (
        "json-surrogates",
        "100,000 lone surrogates",
        requests.CREATE_RUN,
        parameters('{"x":"' + r"\ud800" * DEPTH + '"}'),
    ),
    (
        "filter-parentheses",
        "a filter of 100,000 parentheses",
        requests.LIST_RUNS,
        listing("(" * DEPTH + "a" + ")" * DEPTH),
    ),
    ("filter-not", "a filter of 100,000 NOTs", requests.LIST_RUNS, listing("NOT " * DEPTH + "a=1")),
    ("filter-or", "a filter of 50,000 ORs", requests.LIST_RUNS, listing(" OR ".join(["state.type=FAILED"] * 50_000))),
)

MALFORMED = frozenset({"gRPC 3", "gRPC 8"})
REFUSED = frozenset({"HTTP 400", "HTTP 413", "HTTP 429"})

ATTACKS = tuple(
    Attack(f"deep-{name}", sends, "INVALID_ARGUMENT", grpc(path, requests.message(body)), MALFORMED, GROWTH)
    for name, sends, path, body in PROTOBUF
) + tuple(
    Attack(f"deep-{name}", sends, "400, or 429 of what is too much", connect(path, body), REFUSED, GROWTH)
    for name, sends, path, body in JSON
)
