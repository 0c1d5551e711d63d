"""Decides how field sections are written and read (RFC 7541): literals out, everything in."""

from __future__ import annotations

from wire.huffman import decode_huffman

# RFC 7541, Appendix A.
STATIC = [
    (name, value)
    for name, _, value in (
        field.partition("=")
        for field in (
            ":authority|:method=GET|:method=POST|:path=/|:path=/index.html|:scheme=http|:scheme=https|"
            ":status=200|:status=204|:status=206|:status=304|:status=400|:status=404|:status=500|accept-charset|"
            "accept-encoding=gzip, deflate|accept-language|accept-ranges|accept|access-control-allow-origin|age|"
            "allow|authorization|cache-control|content-disposition|content-encoding|content-language|"
            "content-length|content-location|content-range|content-type|cookie|date|etag|expect|expires|from|"
            "host|if-match|if-modified-since|if-none-match|if-range|if-unmodified-since|last-modified|link|"
            "location|max-forwards|proxy-authenticate|proxy-authorization|range|referer|refresh|retry-after|"
            "server|set-cookie|strict-transport-security|transfer-encoding|user-agent|vary|via|www-authenticate"
        ).split("|")
    )
]


def integer(value: int, prefix: int, first: int = 0) -> bytes:
    """An integer behind the bits of `first` (RFC 7541, 5.1)."""
    limit = (1 << prefix) - 1
    if value < limit:
        return bytes((first | value,))
    out = bytearray((first | limit,))
    value -= limit
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def string(value: str | bytes) -> bytes:
    raw = value.encode("latin-1") if isinstance(value, str) else value
    return integer(len(raw), 7) + raw


def literal(name: str | bytes, value: str | bytes) -> bytes:
    """A field that no table keeps."""
    return b"\x00" + string(name) + string(value)


def indexed_literal(name: str | bytes, value: str | bytes) -> bytes:
    """A field that the dynamic table keeps."""
    return b"\x40" + string(name) + string(value)


def reference(index: int) -> bytes:
    return integer(index, 7, 0x80)


def table_size(size: int) -> bytes:
    return integer(size, 5, 0x20)


def block(*fields: tuple[str | bytes, str | bytes]) -> bytes:
    return b"".join(literal(name, value) for name, value in fields)


class Decoder:
    """Reads the sections of one connection."""

    def __init__(self, limit: int = 4096):
        self.dynamic: list[tuple[str, str]] = []
        self.limit = limit

    def decode(self, section: bytes) -> list[tuple[str, str]]:
        self.rest = memoryview(section)
        fields = []
        while self.rest:
            first = self.rest[0]
            if first & 0x80:
                fields.append(self._entry(self._integer(7)))
            elif first & 0xE0 == 0x20:
                self.limit = self._integer(5)
                self._evict()
            else:
                fields.append(self._literal(6 if first & 0x40 else 4))
                if first & 0x40:
                    self.dynamic.insert(0, fields[-1])
                    self._evict()
        return fields

    def _literal(self, prefix: int) -> tuple[str, str]:
        index = self._integer(prefix)
        name = self._entry(index)[0] if index else self._string()
        return name, self._string()

    def _entry(self, index: int) -> tuple[str, str]:
        return STATIC[index - 1] if index <= len(STATIC) else self.dynamic[index - len(STATIC) - 1]

    def _evict(self) -> None:
        while sum(len(name) + len(value) + 32 for name, value in self.dynamic) > self.limit:
            self.dynamic.pop()

    def _integer(self, prefix: int) -> int:
        limit = (1 << prefix) - 1
        value, byte, shift = self._byte() & limit, 128, 0
        if value < limit:
            return value
        while byte & 128:
            byte = self._byte()
            value += (byte & 127) << shift
            shift += 7
        return value

    def _byte(self) -> int:
        byte, self.rest = self.rest[0], self.rest[1:]
        return byte

    def _string(self) -> str:
        is_huffman = bool(self.rest[0] & 0x80)
        length = self._integer(7)
        raw, self.rest = bytes(self.rest[:length]), self.rest[length:]
        return (decode_huffman(raw) if is_huffman else raw).decode("latin-1")
