"""Decides how an attack is carried out: in a process of its own, once or again and again, its reactions counted."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter
from multiprocessing.connection import Connection

from suite.attack import Attack, Battle
from wire.transport import Target


class Attacker:
    """The process of an attack, seen from the suite."""

    def __init__(self, attack: Attack, target: Target, seed: int, is_quick: bool, seconds: float):
        self._bound = attack.limit + seconds
        self._pipe, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.Process(
            target=_run, args=(attack, target, seed, is_quick, seconds, theirs), daemon=True
        )
        self._process.start()
        theirs.close()

    def reactions(self) -> Counter[str]:
        """How the server reacted, and how often, once the attack is over. The attacker's connections end with it."""
        try:
            if self._pipe.poll(self._bound):
                return self._pipe.recv()
            return Counter({f"the attack was not over in {self._bound:.0f} s": 1})
        except EOFError:
            return Counter({"the attacker left without a word": 1})
        finally:
            self._process.kill()
            self._process.join()


def _run(attack: Attack, target: Target, seed: int, is_quick: bool, seconds: float, pipe: Connection) -> None:
    seen: Counter[str] = Counter()
    until = time.monotonic() + seconds
    # The same seed gives each attack the same chances whichever others run.
    battle = Battle(target, random.Random(f"{seed} {attack.name}"), is_quick)
    while not seen or attack.repeats and time.monotonic() < until:
        try:
            seen[attack.run(battle)] += 1
        except OSError as error:
            seen[f"{type(error).__name__}: {error}"] += 1
    pipe.send(seen)
