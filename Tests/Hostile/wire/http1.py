"""Decides how a hostile peer speaks HTTP/1.1: it sends any bytes and reads the statuses of what comes back."""

from __future__ import annotations

import re
import socket
import time

from wire.transport import Target, connect, has_input

STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


class Line:
    """One HTTP/1.1 connection, from the client's side."""

    def __init__(self, target: Target, *, timeout: float = 5, receive_buffer: int | None = None):
        self.socket: socket.socket = connect(target, "http/1.1", timeout=timeout, receive_buffer=receive_buffer)
        self.received = bytearray()
        self.closed = False

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, *pieces: bytes) -> bool:
        """Sends; false when the server has cut the connection or takes no more."""
        try:
            self.socket.sendall(b"".join(pieces))
            return True
        except OSError:
            return False

    def pull(self, timeout: float) -> bool:
        """Takes what has come; false when nothing came in time or nothing will."""
        if not has_input(self.socket, timeout):
            return False
        try:
            piece = self.socket.recv(1 << 18)
        except TimeoutError:
            return False
        except OSError:
            piece = b""
        self.closed = not piece
        self.received += piece
        return bool(piece)

    def statuses(self) -> list[int]:
        """The statuses of the final answers so far."""
        return [int(status) for status in STATUS.findall(self.received) if status[:1] != b"1"]

    def reaction(self, within: float = 5, further: float = 0.3) -> str:
        """`HTTP 400 closed`, `HTTP 200 200`, `closed`, `silent`: the answers, and whether the connection ended.
        After the first answer the server has `further` seconds for more."""
        until = time.monotonic() + within
        while not self.closed and self.pull(until - time.monotonic()):
            if self.statuses():
                until = min(until, time.monotonic() + further)
        words = [str(status) for status in self.statuses()]
        if words:
            words.insert(0, "HTTP")
        if self.closed:
            words.append("closed")
        return " ".join(words) or "silent"
