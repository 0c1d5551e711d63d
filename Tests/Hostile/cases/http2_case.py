"""Decides what a case of HTTP/2 is: what is sent on a fresh connection, and the reactions that are right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from wire import frames, hpack, requests
from wire.peer import Peer
from wire.reaction import ended_with, observe, refused_with
from wire.transport import Target

# A server that takes no notice answers the PING that follows.
GOES_ON = frozenset({"PING"})
# Any answer to a request that nothing is wrong with.
ANSWERED = frozenset({"HTTP 200", "HTTP 404"})
# RFC 9113, 8.1.1: a server may answer a malformed request before it resets the stream.
MALFORMED = refused_with("PROTOCOL_ERROR") | {"HTTP 400"}
PROTOCOL = ended_with("PROTOCOL_ERROR")
SIZE = ended_with("FRAME_SIZE_ERROR")
COMPRESSION = ended_with("COMPRESSION_ERROR")
CLOSED = refused_with("STREAM_CLOSED")


@dataclass(frozen=True)
class Site:
    """What is asked for: a page without a body, and a call that reads one."""

    target: Target
    page: str = "/healthz"

    def section(self, *fields: tuple[str, str]) -> bytes:
        return requests.head(self.target, self.page, *fields, method="GET")

    def get(self, stream: int, *fields: tuple[str, str], extra: bytes = b"") -> bytes:
        return frames.headers(stream, self.section(*fields) + extra)

    def post(self, stream: int, *fields: tuple[str, str]) -> bytes:
        """The head of a call; its body is to follow."""
        return frames.headers(stream, requests.head(self.target, requests.PING, *requests.JSON, *fields), end=False)

    def bare(self, stream: int, *fields: tuple[str, str]) -> bytes:
        """A request of exactly these fields."""
        return frames.headers(stream, hpack.block(*fields))


Sends = Callable[[Site], bytes | list[bytes]]


@dataclass(frozen=True)
class HTTP2Case:
    """One row. What is sent may come in parts; the next follows when stream 1 has been answered."""

    section: str
    name: str
    sends: Sends
    right: frozenset[str]
    # The stream that is watched; None for any.
    stream: int | None = None
    # Whether a PING asks if the server goes on. It must not where an answer is awaited or a section is open.
    ping: bool = True

    def reaction(self, site: Site) -> str:
        with Peer(site.target) as peer:
            sent = self.sends(site)
            parts = sent if isinstance(sent, list) else [sent]
            for part in parts[:-1]:
                peer.send(part)
                observe(peer, 1, within=3)
            peer.send(parts[-1])
            return observe(peer, self.stream, within=3, ping=self.ping)


def answered(section: str, name: str, sends: Sends, right: frozenset[str] = ANSWERED, stream: int = 1) -> HTTP2Case:
    """A case whose reaction is an answer, or an error instead of it."""
    return HTTP2Case(section, name, sends, right, stream, ping=False)


def unfinished(section: str, name: str, sends: Sends, right: frozenset[str]) -> HTTP2Case:
    """A case that leaves a field section open."""
    return HTTP2Case(section, name, sends, right, ping=False)
