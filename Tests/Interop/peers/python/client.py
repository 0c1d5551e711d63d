"""Runs the public interop cases with grpcio, and leaves with 0 when all of them pass."""

from __future__ import annotations

import sys
import traceback

import grpc

import compressed_cases
import ending_cases
import flags
import plain_cases
from interop_proto import test_pb2_grpc

CASES = {
    case.__name__: case
    for module in (plain_cases, compressed_cases, ending_cases)
    for case in module.CASES
}


def connect(chosen) -> grpc.Channel:
    target = f"{chosen.server_host}:{chosen.server_port}"
    options = []
    if not chosen.use_tls:
        if chosen.server_host_override:
            options.append(("grpc.default_authority", chosen.server_host_override))
        return grpc.insecure_channel(target, options)
    if chosen.server_host_override:
        options.append(("grpc.ssl_target_name_override", chosen.server_host_override))
    credentials = grpc.ssl_channel_credentials(chosen.tls_ca.read_bytes() if chosen.tls_ca else None)
    return grpc.secure_channel(target, credentials, options)


def main() -> int:
    chosen = flags.client_flags()
    names = CASES if chosen.test_case == "all" else chosen.test_case.split(",")
    failed = 0
    with connect(chosen) as channel:
        stubs = (test_pb2_grpc.TestServiceStub(channel), test_pb2_grpc.UnimplementedServiceStub(channel))
        for name in names:
            try:
                CASES[name](*stubs)
                print(f"{name}: passed", flush=True)
            except Exception:  # one failing case must not hide the others
                failed += 1
                print(f"{name}: FAILED: {traceback.format_exc()}", flush=True)
    return 1 if failed else 0


sys.exit(main())
