"""Decides how text from anywhere is made fit for the server: valid UTF-8, no NUL, not too long."""

from __future__ import annotations

# Limits of the server, in bytes.
LINE, MESSAGE, ERROR_TYPE, ERROR_MESSAGE, TRACEBACK = (
    64 * 1024,
    16 * 1024,
    500,
    64 * 1024,
    64 * 1024,
)
_CUT = " … (cut)"


def fit(text: str, limit: int) -> str:
    """The text with NUL and lone surrogates made visible, and its end cut off where it is too long."""
    data = _encode(text)
    if len(data) > limit:
        return data[: limit - len(_CUT.encode())].decode("utf-8", "ignore") + _CUT
    return data.decode("utf-8")


def fit_end(text: str, limit: int) -> str:
    """As `fit`, but it is the beginning that is cut off: the end of a traceback says most."""
    data = _encode(text)
    if len(data) > limit:
        return "(cut) … " + data[-(limit - len(_CUT.encode()) - 4) :].decode("utf-8", "ignore")
    return data.decode("utf-8")


def _encode(text: str) -> bytes:
    return text.replace("\0", "\N{SYMBOL FOR NULL}").encode("utf-8", "backslashreplace")
