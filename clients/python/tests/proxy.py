"""A TCP proxy that loses what a test wants lost, in front of a real server."""

from __future__ import annotations

import socket
import threading
from typing import List, Optional


class FaultyProxy:
    """Forwards bytes both ways, until it is told to lose answers or to go away."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._pairs: List[List[socket.socket]] = []
        self._lock = threading.Lock()
        self._refusing = False
        self._swallow: Optional[int] = None
        self._dying: Optional[List[socket.socket]] = None
        self._closed = False
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def lose_answers(self, size: int) -> None:
        """The next `size` bytes of answers get lost, then their connection; it goes after 50 ms in any case."""
        with self._lock:
            self._swallow = size

    def go_away(self) -> None:
        """Ends every connection; new ones end at once."""
        self._refusing = True
        self._end_all()

    def come_back(self) -> None:
        """Connections are forwarded again."""
        self._refusing = False

    def close(self) -> None:
        self._closed = True
        self._listener.close()
        self._end_all()

    def _end_all(self) -> None:
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            self._end(pair)

    def _accept(self) -> None:
        while not self._closed:
            try:
                client, _ = self._listener.accept()
            except OSError:
                continue
            if self._refusing:
                client.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                client.close()
                continue
            pair = [client, server]
            for end in pair:
                try:
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                except OSError:
                    pass  # gone already: forwarding will find out
            with self._lock:
                self._pairs.append(pair)
            threading.Thread(target=self._forward, args=(client, server, pair, False), daemon=True).start()
            threading.Thread(target=self._forward, args=(server, client, pair, True), daemon=True).start()

    def _forward(
        self, source: socket.socket, target: socket.socket, pair: List[socket.socket], answers: bool
    ) -> None:
        try:
            while True:
                data = source.recv(65536)
                if not data:
                    break
                if answers and self._lost(len(data), pair):
                    continue
                target.sendall(data)
        except OSError:
            pass
        self._end(pair)

    def _lost(self, size: int, pair: List[socket.socket]) -> bool:
        with self._lock:
            if self._swallow is None:
                return False
            if self._dying is not pair:
                self._dying = pair
                timer = threading.Timer(0.05, self._cut, [pair])
                timer.daemon = True
                timer.start()
            self._swallow -= size
            if self._swallow <= 0:
                raise ConnectionAbortedError
            return True

    def _cut(self, pair: List[socket.socket]) -> None:
        with self._lock:
            self._swallow = None
            self.cuts += 1
        self._end(pair)

    @staticmethod
    def _end(pair: List[socket.socket]) -> None:
        for end in pair:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
