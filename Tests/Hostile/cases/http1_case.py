"""Decides what a case of HTTP/1.1 is: bytes that are sent, and the reactions that are right."""

from __future__ import annotations

from dataclasses import dataclass

from wire.http1 import Line
from wire.transport import Target

# A refusal leaves no doubt where the message ends only when the connection ends too.
REFUSED = frozenset({"HTTP 400 closed", "HTTP 501 closed", "closed"})


@dataclass(frozen=True)
class HTTP1Case:
    """One row; `{host}` in the bytes stands for the server's name."""

    name: str
    section: str
    sends: bytes
    right: frozenset[str]

    def reaction(self, target: Target) -> str:
        with Line(target) as line:
            line.send(self.sends.replace(b"{host}", target.authority.encode()))
            return line.reaction(within=3, further=0.2)
