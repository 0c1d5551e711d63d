#!/usr/bin/env python3
"""Decides how the table of conformance is run, against a server of its own or one that is there already: each case on a connection of its
own, pass or fail by what the RFC calls right. The exit code is 1 when a case failed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from cases import (
    http1_framing,
    http1_messages,
    http2_compression,
    http2_frames,
    http2_messages,
    http2_streams,
    http2_talks,
    rpc_calls,
)
from cases.http1_case import HTTP1Case
from cases.http2_case import HTTP2Case, Site
from cases.http2_talks import Talk
from cases.rpc_case import RPCCase
from suite.server import HostedServer
from wire.transport import Target

HTTP2 = (
    *http2_talks.CASES,
    *http2_streams.CASES,
    *http2_frames.CASES,
    *http2_messages.CASES,
    *http2_compression.CASES,
)
HTTP1 = (*http1_messages.CASES, *http1_framing.CASES)


def main() -> int:
    options = arguments()
    if not options.server_binary:
        host, _, port = options.address.rpartition(":")
        return check(Target(host.strip("[]"), int(port), options.tls), options)
    server = HostedServer(options.server_binary)
    server.start()
    try:
        return check(server.target, options)
    finally:
        server.stop()


def check(target: Target, options: argparse.Namespace) -> int:
    failed = 0
    count = 0
    subjects = [(Site(target), HTTP2)]
    if not options.http2_only:
        subjects += [(target, HTTP1), (Site(target), rpc_calls.CASES)]
    for subject, cases in subjects:
        for case in cases:
            if options.only and options.only not in f"{case.section} {case.name}":
                continue
            seen = attempt(case, subject)
            count += 1
            failed += seen not in case.right
            if seen not in case.right:
                print(
                    f"FAIL {case.section:12} {case.name:45} {seen}; right: {', '.join(sorted(case.right))}", flush=True
                )
            elif not options.failures:
                print(f"ok   {case.section:12} {case.name:45} {seen}", flush=True)
    print(f"{count} cases, {failed} failed")
    return 1 if failed else 0


def attempt(case: HTTP1Case | HTTP2Case | RPCCase | Talk, subject: Any) -> str:
    try:
        return case.reaction(subject)
    except OSError as error:
        return f"{type(error).__name__}: {error}"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Check a server against the RFCs of HTTP and the three protocols of calls.")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--address", metavar="HOST:PORT", help="a server that is there")
    where.add_argument("--server-binary", type=Path, metavar="PATH", help="starts a Martlet of its own")
    parser.add_argument("--tls", action="store_true", help="over TLS, with ALPN; any certificate will do")
    parser.add_argument("--http2-only", action="store_true", help="leave HTTP/1.1 out")
    parser.add_argument("--only", metavar="TEXT", help="only cases whose section or name contains this")
    parser.add_argument("--failures", action="store_true", help="show only what failed")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
