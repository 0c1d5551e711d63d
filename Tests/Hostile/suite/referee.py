"""Decides whether the server withstood an attack: its reaction, the polite client's waits, its memory, its health."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass

from suite.attack import Attack, scaled
from suite.attacker import Attacker
from suite.polite import PATIENCE, Lap, PoliteClient
from suite.server import HostedServer, cpu_times, idle_cores

# Seconds of each lap: the quiet one, and that under attack.
QUIET, ATTACK = 1.0, 3.0
QUICK_QUIET, QUICK_ATTACK = 0.5, 1.0
# Under attack p99 may be so many times the quiet one, and so many seconds whatever that is.
RATIO, UNNOTICED = 2.0, 0.010
# The ratio is a verdict when this much of a core was idle: else the machine is what is slow.
FREE_CORES = 0.5
# So many seconds after an attack the server may keep so many MiB; or more, if one of so many others adds next to none.
SETTLING, KEPT, REPEATS = 5.0, 24, 5
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
    crowd: int
    faults: list[str]

    def __str__(self) -> str:
        ratio = self.under_attack.p99 / self.quiet.p99 if self.quiet.p99 else 0.0
        word = "FAIL" if self.faults else "ok"
        return (
            f"{word:4} {self.attack.name:32} p99 {self.quiet.p99 * 1000:5.1f} -> {self.under_attack.p99 * 1000:6.1f} ms"
            f" x{ratio:<5.1f} worst {self.under_attack.worst * 1000:5.0f} ms  idle {self.idle:3.1f}"
            f"  memory {self.grown / MIB:+.1f} kept {self.kept / MIB:+.1f} MiB{self._each}  {told(self.reactions)}"
            + "".join(f"\n       - {fault}" for fault in self.faults)
        )

    @property
    def _each(self) -> str:
        return f" ({self.grown / 1024 / self.crowd:.1f} KiB each)" if self.crowd else ""


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
        crowd = scaled(attack.crowd, self.is_quick) if attack.crowd else 0
        log_start = self.server.log.stat().st_size
        before = self.server.resident()
        self.server.forget_peak()
        ticks = cpu_times()
        reactions = self._attacked(attack)
        idle = idle_cores(ticks, cpu_times())
        lap = self.polite.lap()
        if not self.server.is_alive or self.server.process.pid != start:
            return Verdict(
                attack, reactions, quiet, lap, 0, 0, idle, crowd, ["the server has gone", self._log(log_start)]
            )
        grown = self.server.peak() - before
        settled = self._settled(before)
        verdict = Verdict(attack, reactions, quiet, lap, grown, settled - before, idle, crowd, [])
        verdict.faults += self._faults(verdict, log_start)
        if settled - before > KEPT * MIB and self._grows_again(attack, settled):
            verdict.faults.append(
                f"{settled - before >> 20} MiB were kept, and more each time again; the bound is {KEPT}"
            )
        return verdict

    def _attacked(self, attack: Attack) -> Counter[str]:
        seconds = QUICK_ATTACK if self.is_quick else ATTACK
        return Attacker(attack, self.server.target, self.seed, self.is_quick, seconds).reactions()

    def _grows_again(self, attack: Attack, settled: int) -> bool:
        """Whether what was kept is lost, rather than at hand for the next time."""
        for _ in range(1 if attack.is_slow else REPEATS):
            self._attacked(attack)
            before, settled = settled, self._settled(settled)
            if settled - before < KEPT * MIB / 2:
                return False
        return True

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
        if "Fatal" in (log := self._log(log_start)):
            faults.append(f"the log says Fatal: {log[-2000:]}")
        if not self.server.answers("/readyz"):
            faults.append("the server is not ready afterwards")
        return faults

    def _is_slower(self, verdict: Verdict) -> bool:
        # A second of quick attacks is too short for a p99.
        if not self.is_strict and (self.is_quick or verdict.idle < FREE_CORES):
            return False
        return verdict.under_attack.p99 > max(RATIO * verdict.quiet.p99, UNNOTICED)

    def _log(self, start: int) -> str:
        with self.server.log.open("rb") as log:
            log.seek(start)
            return log.read().decode(errors="replace")
