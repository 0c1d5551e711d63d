#!/usr/bin/env python3
"""Decides how the hostile-peer suite is run: it starts a server, attacks it in every way of the table, and says what
it withstood. The exit code is 1 when anything failed."""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
from pathlib import Path

from attacks.table import ATTACKS
from suite.attack import Attack
from suite.polite import PoliteClient
from suite.referee import FREE_CORES, KEPT, MIB, RATIO, Referee
from suite.server import HostedServer


def main() -> int:
    options = arguments()
    chosen = [attack for attack in ATTACKS if not options.only or any(name in attack.name for name in options.only)]
    if options.quick:
        chosen = [attack for attack in chosen if not attack.is_slow]
    if options.list:
        for attack in chosen:
            print(f"{attack.name:32} {attack.sends}\n{'':32} must: {attack.must}")
        return 0
    if not chosen:
        print("no attack of that name", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    judged = f"is judged when {FREE_CORES} of a core was idle"
    if options.strict or options.quick:
        judged = "is judged" if options.strict else "is not judged in a quick run"
    print(
        f"seed {seed}; load {os.getloadavg()[0]:.2f} on {os.cpu_count()} cores; p99 x{RATIO:.0f} {judged}", flush=True
    )
    server = HostedServer(options.server_binary, options.tls_cert, options.tls_key)
    try:
        server.start()
        return fight(server, chosen, seed, options)
    finally:
        server.remove()


def fight(server: HostedServer, chosen: list[Attack], seed: int, options: argparse.Namespace) -> int:
    first = server.resident()
    polite = PoliteClient(server.target)
    failed = []
    try:
        for attack in chosen:
            referee = Referee(server, polite, seed=seed, is_quick=options.quick, is_strict=options.strict)
            verdict = referee.judge(attack)
            print(verdict, flush=True)
            if verdict.faults:
                failed.append(attack.name)
            if verdict.faults or verdict.kept > KEPT * MIB:
                # What the server kept would hide what the next attack costs.
                polite.stop()
                server.restart()
                polite = PoliteClient(server.target)
        print(f"memory of the server: {first / MIB:.1f} MiB at first, {server.resident() / MIB:.1f} MiB at last")
    finally:
        polite.stop()
    print(f"{len(chosen)} attacks, {len(failed)} failed" + "".join(f"\n  {name}" for name in failed))
    return 1 if failed else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Attack a server as hostile peers do, and judge how it stands.")
    default = os.environ.get("MARTLET_BIN", str(Path(__file__).resolve().parents[2] / ".build/release/martlet"))
    parser.add_argument("--server-binary", type=Path, default=Path(default), help="the martlet to start")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only attacks whose names contain one of these")
    parser.add_argument("--list", action="store_true", help="show the table and leave")
    parser.add_argument("--seed", type=int, help="repeats the chances of an earlier run")
    parser.add_argument(
        "--quick", action="store_true", help="smaller, shorter, without those that wait for bounds of time"
    )
    parser.add_argument(
        "--strict", action="store_true", help="judge the polite client's p99 however busy the machine is"
    )
    parser.add_argument("--tls-cert", type=Path, help="start the server with this certificate and attack over TLS")
    parser.add_argument("--tls-key", type=Path, help="its key; in the same file when absent")
    options = parser.parse_args()
    if options.tls_cert and not options.tls_key:
        options.tls_key = options.tls_cert
    return options


if __name__ == "__main__":
    sys.exit(main())
