"""Decides the cases of field compression: RFC 7541."""

from __future__ import annotations

from cases.http2_case import ANSWERED, COMPRESSION, HTTP2Case, answered
from wire import frames, hpack

# `www.example.com`, RFC 7541, C.4.1.
EXAMPLE = bytes.fromhex("f1e3c2e5f23a6ba0ab90f4ff")


def coded(raw: bytes) -> bytes:
    """A field `x` whose value says that it is Huffman-coded."""
    return b"\x00" + hpack.string("x") + hpack.integer(len(raw), 7, 0x80) + raw


def broken(section: str, name: str, extra: bytes) -> HTTP2Case:
    """A good request whose section ends in what cannot be read."""
    return answered(section, name, lambda site: site.get(1, extra=extra), COMPRESSION)


def fine(section: str, name: str, extra: bytes) -> HTTP2Case:
    return answered(section, name, lambda site: site.get(1, extra=extra))


def leading(section: str, name: str, start: bytes, right: frozenset[str] = ANSWERED) -> HTTP2Case:
    return answered(section, name, lambda site: frames.headers(1, start + site.section()), right)


KEPT = hpack.indexed_literal("x", "y")

CASES = (
    broken("7541 2.3.3", "an index past the tables", hpack.reference(62)),
    broken("7541 2.3.3", "an index far past the tables", hpack.reference(1 << 30)),
    broken("7541 2.3.3", "a name past the tables", hpack.integer(70, 6, 0x40) + hpack.string("v")),
    fine("7541 2.3.3", "an index of the static table", hpack.reference(19)),
    fine("7541 2.3.2", "an index of the dynamic table", KEPT + hpack.reference(62)),
    broken("7541 2.3.2", "an index past the dynamic table", KEPT + hpack.reference(63)),
    leading("7541 4.2", "a size update", hpack.table_size(100)),
    leading("7541 4.2", "two size updates", hpack.table_size(0) + hpack.table_size(4096)),
    leading("7541 6.3", "a size update past the setting", hpack.table_size(4097), COMPRESSION),
    broken("7541 4.2", "a size update after a field", hpack.table_size(100)),
    answered(
        "7541 4.3",
        "an entry that a size of 0 throws out",
        lambda site: [
            site.get(1, extra=KEPT),
            frames.headers(3, hpack.table_size(0) + site.section() + hpack.reference(62)),
        ],
        COMPRESSION,
        3,
    ),
    fine("7541 4.4", "an entry larger than the table", hpack.indexed_literal("x", "y" * 4100)),
    broken("7541 4.4", "what it threw out", KEPT + hpack.indexed_literal("z", "y" * 4100) + hpack.reference(62)),
    broken("7541 5.1", "an integer past 2^32", b"\xff" + b"\xff" * 5 + b"\x7f"),
    broken("7541 5.1", "an integer past 2^64", b"\xff" + b"\xff" * 10 + b"\x01"),
    broken("7541 5.1", "an integer that ends early", b"\xff\x80"),
    broken("7541 5.2", "a string that ends early", b"\x00\x01x\x05v"),
    broken("7541 5.2", "a field without a value", b"\x00\x01x"),
    fine("7541 5.2", "a string in the Huffman code", coded(EXAMPLE)),
    broken("7541 5.2", "EOS in a string", coded(b"\xff\xff\xff\xff")),
    broken("7541 5.2", "padding of more than 7 bits", coded(EXAMPLE + b"\xff")),
    broken("7541 5.2", "padding other than EOS", coded(b"\x18")),
    broken("7541 6.1", "index 0", b"\x80"),
    fine("7541 6.2.1", "a field to be kept, its name from the table", hpack.integer(58, 6, 0x40) + hpack.string("v")),
    fine("7541 6.2.2", "a field not kept, its name from the table", hpack.integer(58, 4) + hpack.string("v")),
    fine("7541 6.2.3", "a field never to be kept", b"\x10" + hpack.string("x") + hpack.string("y")),
)
