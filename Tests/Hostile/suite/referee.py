"""Decides whether the server withstood an attack: its reaction, the polite client's waits, its memory, its health."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass

from suite.attack import Attack
from suite.attacker import Attacker
from suite.polite import PATIENCE, Lap, PoliteClient
from suite.server import HostedServer, cpu_times, idle_cores

# Seconds of each lap: the quiet one, and that under attack.
QUIET, ATTACK = 1.0, 3.0
QUICK_QUIET, QUICK_ATTACK = 0.5, 1.0
# Under attack p99 may be so many times the quiet one, and so many seconds whatever that is.
RATIO, UNNOTICED = 2.0, 0.005
# The ratio is a verdict when this much of a core was idle: else the machine is what is slow.
FREE_CORES = 0.5
# After an attack the server must be back within so many MiB, in so many seconds.
KEPT, SETTLING = 24, 5.0
MIB = 1 << 20


@dataclass
class Verdict:
    """How one attack ended."""

    attack: Attack
    reactions: Counter[str]
    quiet: Lap
    under_attack: Lap
    grown: int
    kept: int
    idle: float
    logged: int
    faults: list[str]

    def __str__(self) -> str:
        ratio = self.under_attack.p99 / self.quiet.p99 if self.quiet.p99 else 0.0
        word = "FAIL" if self.faults else "ok"
        return (
            f"{word:4} {self.attack.name:32} p99 {self.quiet.p99 * 1000:5.1f} -> {self.under_attack.p99 * 1000:6.1f} ms"
            f" x{ratio:<5.1f} worst {self.under_attack.worst * 1000:5.0f} ms  idle {self.idle:3.1f}"
            f"  memory +{self.grown / MIB:.1f} kept {self.kept / MIB:+.1f} MiB  {told(self.reactions)}"
            + "".join(f"\n       - {fault}" for fault in self.faults)
        )


def told(reactions: Counter[str]) -> str:
    return ", ".join(f"{count}x {reaction}" for reaction, count in reactions.most_common(6))


class Referee:
    """Runs attacks on one server."""

    def __init__(self, server: HostedServer, polite: PoliteClient, *, seed: int, is_quick: bool, is_strict: bool):
        self.server = server
        self.polite = polite
        self.seed = seed
        self.is_quick = is_quick
        self.is_strict = is_strict

    def judge(self, attack: Attack) -> Verdict:
        self.polite.lap()
        time.sleep(QUICK_QUIET if self.is_quick else QUIET)
        quiet = self.polite.lap()
        start = self.server.process.pid
        log_start = self.server.log.stat().st_size
        before = self.server.resident()
        self.server.forget_peak()
        ticks = cpu_times()
        attacker = Attacker(
            attack, self.server.target, self.seed, self.is_quick, QUICK_ATTACK if self.is_quick else ATTACK
        )
        reactions = attacker.reactions()
        idle = idle_cores(ticks, cpu_times())
        lap = self.polite.lap()
        if not self.server.is_alive or self.server.process.pid != start:
            return Verdict(attack, reactions, quiet, lap, 0, 0, idle, 0, ["the server has gone", self._log(log_start)])
        grown = self.server.peak() - before
        kept = self._settled(before) - before
        logged = self.server.log.stat().st_size - log_start
        verdict = Verdict(attack, reactions, quiet, lap, grown, kept, idle, logged, [])
        verdict.faults += self._faults(verdict, log_start)
        return verdict

    def _settled(self, before: int) -> int:
        """The memory once it is back in its bound, or after the time it has for that."""
        until = time.monotonic() + SETTLING
        while (now := self.server.resident()) > before + KEPT * MIB and time.monotonic() < until:
            time.sleep(0.1)
        return now

    def _faults(self, verdict: Verdict, log_start: int) -> list[str]:
        attack, lap = verdict.attack, verdict.under_attack
        wrong = Counter({seen: count for seen, count in verdict.reactions.items() if seen not in attack.right})
        faults = []
        if wrong:
            faults.append(f"reaction: {told(wrong)}; must: {attack.must}")
        if lap.errors:
            faults.append(f"polite client: {len(lap.errors)} errors, such as: {lap.errors[0]}")
        if lap.worst > PATIENCE:
            faults.append(f"polite client waited {lap.worst:.1f} s")
        if self._is_slower(verdict):
            faults.append(f"polite client's p99 is more than {RATIO:.0f} times the quiet one, with a core free")
        if verdict.grown > attack.growth * MIB:
            faults.append(f"memory grew by {verdict.grown / MIB:.0f} MiB; the bound is {attack.growth}")
        if verdict.kept > KEPT * MIB:
            faults.append(f"{verdict.kept / MIB:.0f} MiB were kept afterwards; the bound is {KEPT}")
        if "Fatal" in (log := self._log(log_start)):
            faults.append(f"the log says Fatal: {log[-2000:]}")
        if not self.server.answers("/readyz"):
            faults.append("the server is not ready afterwards")
        return faults

    def _is_slower(self, verdict: Verdict) -> bool:
        if not self.is_strict and verdict.idle < FREE_CORES:
            return False
        return verdict.under_attack.p99 > max(RATIO * verdict.quiet.p99, UNNOTICED)

    def _log(self, start: int) -> str:
        with self.server.log.open("rb") as log:
            log.seek(start)
            return log.read().decode(errors="replace")
