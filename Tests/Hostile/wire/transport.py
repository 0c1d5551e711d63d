"""Decides how a connection to the server is made: TCP, with TLS and ALPN on top when the target asks for it."""

from __future__ import annotations

import functools
import select
import socket
import ssl
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """Where the server listens."""

    host: str
    port: int
    tls: bool = False

    @property
    def authority(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def scheme(self) -> str:
        return "https" if self.tls else "http"


def connect(
    target: Target, protocol: str = "h2", *, timeout: float = 5, receive_buffer: int | None = None
) -> socket.socket:
    """A connected socket; `protocol` is what ALPN asks for, `receive_buffer` bounds what the kernel takes."""
    raw = socket.socket(socket.AF_INET6 if ":" in target.host else socket.AF_INET)
    if receive_buffer is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    raw.settimeout(timeout)
    try:
        raw.connect((target.host, target.port))
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not target.tls:
            return raw
        return _context(protocol).wrap_socket(raw, server_hostname=target.host)
    except OSError:
        raw.close()
        raise


def has_input(connection: socket.socket, timeout: float) -> bool:
    """Whether something can be read within the time; for as many descriptors as there may be."""
    if isinstance(connection, ssl.SSLSocket) and connection.pending():
        return True
    ready = select.poll()
    ready.register(connection, select.POLLIN)
    return bool(ready.poll(max(0.0, timeout) * 1000))


@functools.lru_cache
def _context(protocol: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # The certificate of a test names nobody; what is under test is what comes after the handshake.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols([protocol])
    return context
