"""Decides how Huffman-coded strings are read (RFC 7541, Appendix B). The code is canonical: its lengths say it all."""

from __future__ import annotations

# The length of the code of each byte and of EOS, as a digit of base 36.
_LENGTHS = (
    "dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6cad67777777777777777777777878djde6f565"
    "65666577666567655677777fbedskmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmnqqkjmnmp"
    "qqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrqu"
)


def _codes() -> dict[tuple[int, int], int]:
    lengths = [int(digit, 36) for digit in _LENGTHS]
    table: dict[tuple[int, int], int] = {}
    code = last = 0
    for symbol in sorted(range(len(lengths)), key=lambda symbol: (lengths[symbol], symbol)):
        code <<= lengths[symbol] - last
        last = lengths[symbol]
        table[last, code] = symbol
        code += 1
    return table


_CODES = _codes()


def decode_huffman(raw: bytes) -> bytes:
    out = bytearray()
    code = length = 0
    for byte in raw:
        for bit in range(7, -1, -1):
            code = code << 1 | byte >> bit & 1
            length += 1
            symbol = _CODES.get((length, code))
            if symbol is not None:
                out.append(symbol)
                code = length = 0
    return bytes(out)
