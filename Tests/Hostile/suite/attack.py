"""Decides what an attack is: what it sends, what the server must do about it, and what it may cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from wire.transport import Target


@dataclass
class Battle:
    """What an attacker has: the target, chance that can be repeated, and how much to do."""

    target: Target
    random: Random
    is_quick: bool

    def scaled(self, count: int) -> int:
        return scaled(count, self.is_quick)


def scaled(count: int, is_quick: bool) -> int:
    """A size: a tenth of it in a quick run."""
    return max(1, count // 10) if is_quick else count


@dataclass(frozen=True)
class Attack:
    """One row of the table."""

    name: str
    sends: str
    must: str
    # Attacks once and says how the server reacted.
    run: Callable[[Battle], str]
    # The reactions that are right.
    right: frozenset[str]
    # MiB by which the server may grow while it lasts.
    growth: int = 32
    # Whether it is done again and again while the polite client is timed, or once.
    repeats: bool = True
    # Seconds in which one attack must be over.
    limit: float = 30
    # Connections that it holds, to tell the memory of one.
    crowd: int = 0
    # Left out of quick runs: it waits for the server's own bounds of time.
    is_slow: bool = False
