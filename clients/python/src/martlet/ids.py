"""Decides how ids are made: UUIDv7 for what is stored, so that it sorts by time; UUIDv4 for processes."""

from __future__ import annotations

import os
import time
import uuid


def uuid7(milliseconds: int = -1, random: bytes = b"") -> str:
    """A UUIDv7 (RFC 9562, section 5.7) in lower-case text.

    `milliseconds` since 1970, now when negative; `random` is at least 10 bytes, fresh when empty.
    """
    if milliseconds < 0:
        milliseconds = time.time_ns() // 1_000_000
    raw = bytearray(milliseconds.to_bytes(6, "big") + (random or os.urandom(10))[:10])
    raw[6] = 0x70 | raw[6] & 0x0F
    raw[8] = 0x80 | raw[8] & 0x3F
    return str(uuid.UUID(bytes=bytes(raw)))


def uuid4() -> str:
    """A random UUID in lower-case text."""
    return str(uuid.uuid4())
