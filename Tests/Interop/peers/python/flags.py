"""Decides how the Python peers are told what to do: the flags of the public interop programs."""

from __future__ import annotations

import argparse
from pathlib import Path


def truth(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


def server_flags() -> argparse.Namespace:
    flags = argparse.ArgumentParser()
    flags.add_argument("--port", type=int, default=0)
    flags.add_argument("--use_tls", type=truth, default=False)
    flags.add_argument("--tls_cert", type=Path)
    flags.add_argument("--tls_key", type=Path)
    return flags.parse_args()


def client_flags() -> argparse.Namespace:
    flags = argparse.ArgumentParser()
    flags.add_argument("--server_host", default="localhost")
    flags.add_argument("--server_port", type=int, required=True)
    flags.add_argument("--server_host_override")
    flags.add_argument("--use_tls", type=truth, default=False)
    flags.add_argument("--tls_ca", type=Path)
    flags.add_argument("--test_case", default="large_unary")
    return flags.parse_args()
