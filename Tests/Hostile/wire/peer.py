"""Decides how a hostile peer holds an HTTP/2 connection: it sends any bytes and keeps the frames that come back."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable

from wire import frames, hpack
from wire.frames import Frame
from wire.transport import Target, connect, has_input


class Peer:
    """One HTTP/2 connection, from the client's side."""

    def __init__(
        self,
        target: Target,
        *settings: tuple[int, int],
        greets: bool = True,
        timeout: float = 5,
        receive_buffer: int | None = None,
    ):
        self.target = target
        self.socket = connect(target, "h2", timeout=timeout, receive_buffer=receive_buffer)
        self.closed = False
        self.stalled = False
        self.answers: dict[int, dict[str, str]] = {}
        self._decoder = hpack.Decoder()
        self.was_told_to_go = False
        self._queue: deque[Frame] = deque()
        self._buffer = bytearray()
        self._block = b""
        if greets:
            self.send(frames.PREFACE + frames.settings(*settings))
            self.await_settings(timeout)

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def await_settings(self, within: float) -> None:
        """Waits for the server's SETTINGS and acknowledges them."""
        until = time.monotonic() + within
        while (frame := self.next_frame(until)) is not None:
            if frame.type == frames.SETTINGS and not frame.flags & frames.ACK:
                self.send(frames.settings_ack())
                return
        raise ConnectionError("the server sent no SETTINGS")

    def send(self, *pieces: bytes) -> bool:
        """Sends; false when the server has cut the connection or takes no more."""
        try:
            self.socket.sendall(b"".join(pieces))
            return True
        except TimeoutError:
            self.stalled = True
            return False
        except OSError:
            return False

    def flood(self, pieces: Iterable[bytes], within: float = 10, reads: bool = True) -> int:
        """Sends pieces until the server ends the connection; returns how many went out."""
        until = time.monotonic() + within
        sent = 0
        for piece in pieces:
            if reads and self._has_ended() or time.monotonic() > until or not self.send(piece):
                break
            sent += 1
        return sent

    def _has_ended(self) -> bool:
        """Whether what has come so far ends the connection."""
        while not self.closed and self._pull(0):
            pass
        return self.closed or self.was_told_to_go

    def next_frame(self, until: float) -> Frame | None:
        """The next frame; None at the end of the connection (`closed`) or of the time."""
        while not self._queue:
            if self.closed or not self._pull(until - time.monotonic()):
                return None
        found = self._queue.popleft()
        self._note_fields(found)
        return found

    def _pull(self, timeout: float) -> bool:
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
        self._buffer += piece
        self._cut()
        return bool(piece)

    def _cut(self) -> None:
        start = 0
        while len(self._buffer) >= start + 9:
            end = start + 9 + int.from_bytes(self._buffer[start : start + 3], "big")
            if len(self._buffer) < end:
                break
            kind, flags = self._buffer[start + 3], self._buffer[start + 4]
            stream = int.from_bytes(self._buffer[start + 5 : start + 9], "big")
            self._queue.append(Frame(kind, flags, stream, bytes(self._buffer[start + 9 : end])))
            self.was_told_to_go |= kind == frames.GOAWAY
            start = end
        del self._buffer[:start]

    def _note_fields(self, frame: Frame) -> None:
        if frame.type not in (frames.HEADERS, frames.CONTINUATION):
            return
        self._block += frame.payload
        if frame.flags & frames.END_HEADERS:
            self.answers.setdefault(frame.stream, {}).update(self._decoder.decode(self._block))
            self._block = b""
